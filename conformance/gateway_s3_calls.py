"""Every operation of S3 in turn, with its bucket and keys as odd as stores take them. What comes of it is up to the store."""

import hashlib
import json

from scenario import Table

S3 = Table("s3")
BUCKET, LOCKED, SECOND = "shop-data", "shop-locked", "shop.dotted"
SECRET = "Marker-5eCret-0f-the-Client"
OWNER = {"ID": "anonymous", "DisplayName": "anonymous"}
ACL = {"Owner": OWNER, "Grants": [{"Grantee": OWNER | {"Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]}
READERS = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/public/*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [READERS]})
TAGS = {"TagSet": [{"Key": "team", "Value": "blau"}]}
S3_DESTINATION = {"Format": "CSV", "Bucket": f"arn:aws:s3:::{BUCKET}"}

# What capture.md calls odd: each arrives as it was sent.
KEYS = ("plain.txt", "dir/c é(1)!*.txt", "x+y z", "pct%2Fkey", "tilde~$&@=;:,?", "a//b", "ünïcode/日本.txt", "q?x=1#frag")


def call(operation, bucket=BUCKET, **input):
    S3.ok(operation, ({"Bucket": bucket} if bucket else {}) | input)


def key(operation, name="plain.txt", **input):
    call(operation, Key=name, **input)


call("CreateBucket")
call("CreateBucket", SECOND)
call("CreateBucket", LOCKED, ObjectLockEnabledForBucket=True)
call("CreateBucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
call("ListBuckets", None)
call("HeadBucket")
call("HeadBucket", "absent-bucket")
call("GetBucketLocation")

# Configuration of buckets: written, read, listed, deleted.
call("PutBucketAcl", ACL="private")
call("PutBucketAcl", AccessControlPolicy=ACL)
call("GetBucketAcl")
call("PutBucketPolicy", Policy=POLICY)
call("PutBucketPolicy", Policy='{"Version": ')
call("GetBucketPolicy")
call("GetBucketPolicyStatus")
call("DeleteBucketPolicy")
call("GetBucketPolicy")
call("PutBucketTagging", Tagging=TAGS)
call("GetBucketTagging")
call("DeleteBucketTagging")
call("PutBucketCors", CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://shop.example"], "MaxAgeSeconds": 600}]})
call("GetBucketCors")
call("DeleteBucketCors")
RULE = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 3}}
call("PutBucketLifecycleConfiguration", LifecycleConfiguration={"Rules": [RULE]})
call("GetBucketLifecycleConfiguration")
call("DeleteBucketLifecycle")
call("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
call("GetBucketVersioning")
call("PutBucketVersioning", VersioningConfiguration={"Status": "Suspended"})
SSE = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
call("PutBucketEncryption", ServerSideEncryptionConfiguration=SSE)
call("GetBucketEncryption")
call("DeleteBucketEncryption")
call("PutPublicAccessBlock", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
call("GetPublicAccessBlock")
call("DeletePublicAccessBlock")
call("PutBucketOwnershipControls", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
call("GetBucketOwnershipControls")
call("DeleteBucketOwnershipControls")
call("PutBucketWebsite", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
call("GetBucketWebsite")
call("DeleteBucketWebsite")
call("PutBucketLogging", BucketLoggingStatus={})
call("GetBucketLogging")
call("PutBucketNotificationConfiguration", NotificationConfiguration={})
call("GetBucketNotificationConfiguration")
call("PutBucketRequestPayment", RequestPaymentConfiguration={"Payer": "BucketOwner"})
call("GetBucketRequestPayment")
call("PutBucketAccelerateConfiguration", AccelerateConfiguration={"Status": "Suspended"})
call("GetBucketAccelerateConfiguration")
call("PutBucketReplication", ReplicationConfiguration={"Role": "arn:aws:iam::123456789012:role/r", "Rules": [{"Status": "Enabled", "Priority": 1, "DeleteMarkerReplication": {"Status": "Disabled"}, "Filter": {"Prefix": ""}, "Destination": {"Bucket": "arn:aws:s3:::other"}}]})
call("GetBucketReplication")
call("DeleteBucketReplication")
# Stores take the deletion of a configuration that they do not know for that of the bucket, so it is made again.
call("PutBucketAnalyticsConfiguration", Id="one", AnalyticsConfiguration={"Id": "one", "StorageClassAnalysis": {}})
call("GetBucketAnalyticsConfiguration", Id="one")
call("ListBucketAnalyticsConfigurations")
call("DeleteBucketAnalyticsConfiguration", Id="one")
call("CreateBucket")
call("PutBucketMetricsConfiguration", Id="one", MetricsConfiguration={"Id": "one"})
call("GetBucketMetricsConfiguration", Id="one")
call("ListBucketMetricsConfigurations")
call("DeleteBucketMetricsConfiguration", Id="one")
call("CreateBucket")
call("PutBucketInventoryConfiguration", Id="one", InventoryConfiguration={"Id": "one", "IsEnabled": True, "IncludedObjectVersions": "All", "Schedule": {"Frequency": "Daily"}, "Destination": {"S3BucketDestination": S3_DESTINATION}})
call("GetBucketInventoryConfiguration", Id="one")
call("ListBucketInventoryConfigurations")
call("DeleteBucketInventoryConfiguration", Id="one")
call("CreateBucket")
call("PutBucketIntelligentTieringConfiguration", Id="one", IntelligentTieringConfiguration={"Id": "one", "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]})
call("GetBucketIntelligentTieringConfiguration", Id="one")
call("ListBucketIntelligentTieringConfigurations")
call("DeleteBucketIntelligentTieringConfiguration", Id="one")
call("CreateBucket")
call("PutObjectLockConfiguration", LOCKED, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
call("GetObjectLockConfiguration", LOCKED)
call("GetObjectLockConfiguration")

# Objects.
for name in KEYS:
    key("PutObject", name, Body=f"{name}: {SECRET}".encode())
    key("GetObject", name)
    key("HeadObject", name)
    key("DeleteObject", name)
key("PutObject", Body=b"x" * 5000, ContentType="text/plain", Metadata={"colour": "blau", "secret": SECRET}, StorageClass="STANDARD")
key("PutObject", "empty", Body=b"")
key("PutObject", "tagged", Body=b"t", Tagging="team=blau")
key("PutObject", "wrong-md5", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
key("PutObject", "if-none", Body=b"x", IfNoneMatch="*")
key("PutObject", "if-none", Body=b"x", IfNoneMatch="*")
key("PutObject", "checked", Body=b"sum", ChecksumAlgorithm="SHA256")
key("GetObject", Range="bytes=10-19")
key("GetObject", Range="bytes=9000-")
key("GetObject", IfNoneMatch='"80c9574fc2d169fe9c097239c2ed0b05"')
key("GetObject", IfMatch='"ffffffffffffffffffffffffffffffff"')
key("GetObject", "absent")
key("HeadObject", "absent")
key("HeadObject")
key("GetObjectAttributes", ObjectAttributes=["ETag", "ObjectSize"])
key("CopyObject", "copied", CopySource={"Bucket": BUCKET, "Key": "plain.txt"})
key("CopyObject", "c é+ %", CopySource={"Bucket": BUCKET, "Key": "plain.txt"}, MetadataDirective="REPLACE", Metadata={"new": "1"})
key("CopyObject", "copied", CopySource={"Bucket": BUCKET, "Key": "absent"})
key("PutObjectTagging", Tagging=TAGS)
key("GetObjectTagging")
key("DeleteObjectTagging")
key("PutObjectAcl", ACL="private")
key("GetObjectAcl")
key("GetObjectTorrent")
key("RestoreObject", RestoreRequest={"Days": 1})
key("SelectObjectContent", Expression="select * from s3object", ExpressionType="SQL", InputSerialization={"CSV": {}}, OutputSerialization={"CSV": {}})
call("PutObject", LOCKED, Key="kept", Body=b"k")
call("PutObjectLegalHold", LOCKED, Key="kept", LegalHold={"Status": "ON"})
call("GetObjectLegalHold", LOCKED, Key="kept")
call("PutObjectLegalHold", LOCKED, Key="kept", LegalHold={"Status": "OFF"})
call("PutObjectRetention", LOCKED, Key="kept", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": "2031-01-01T00:00:00Z"})
call("GetObjectRetention", LOCKED, Key="kept")
call("DeleteObject", SECOND, Key="absent")

# Lists.
call("ListObjects")
call("ListObjects", Prefix="c", Delimiter="/", MaxKeys=2)
call("ListObjectsV2")
call("ListObjectsV2", Prefix="c é", EncodingType="url")
call("ListObjectsV2", "absent-bucket")
call("ListObjectVersions")

# Parts.
PART = b"p" * (5 << 20)
key("CreateMultipartUpload", "parts", Metadata={"colour": "blau"})
UPLOAD = "${CreateMultipartUpload.UploadId}"
key("UploadPart", "parts", UploadId=UPLOAD, PartNumber=1, Body=PART)
key("UploadPart", "parts", UploadId=UPLOAD, PartNumber=2, Body=b"end")
call("ListMultipartUploads")
key("ListParts", "parts", UploadId=UPLOAD)
PARTS = [{"PartNumber": number, "ETag": f'"{hashlib.md5(body).hexdigest()}"'} for number, body in ((1, PART), (2, b"end"))]
key("CompleteMultipartUpload", "parts", UploadId=UPLOAD, MultipartUpload={"Parts": [{"PartNumber": 9, "ETag": '"0"'}]})
key("CompleteMultipartUpload", "parts", UploadId=UPLOAD, MultipartUpload={"Parts": PARTS})
key("HeadObject", "parts")
key("CreateMultipartUpload", "copied-parts")
key("UploadPartCopy", "copied-parts", UploadId=UPLOAD, PartNumber=1, CopySource={"Bucket": BUCKET, "Key": "parts"}, CopySourceRange="bytes=0-5242879")
key("AbortMultipartUpload", "copied-parts", UploadId=UPLOAD)
key("AbortMultipartUpload", "copied-parts", UploadId="absent")

# And away again.
call("DeleteObjects", Delete={"Objects": [{"Key": "copied"}, {"Key": "c é+ %"}, {"Key": "absent"}]})
call("DeleteObjects", Delete={"Objects": [{"Key": "empty"}], "Quiet": True})
for name in ("plain.txt", "tagged", "if-none", "checked", "parts"):
    key("DeleteObject", name)
call("DeleteBucket", "absent-bucket")
call("DeleteBucket", SECOND)
