"""Buckets of the built-in S3 under real clients: listings, Regions, policies, ACLs, tags."""

from clients import keys, refusal


def test_listing_from_any_marker(s3, bucket):
    names = [f"k{number:03}" for number in range(30)]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name)
    for marker in ("", "a", "k", "k010", "k010x", "k0105/~", "k029", "z"):
        listed = keys(s3.list_objects(Bucket=bucket, Marker=marker))
        assert listed == [name for name in names if name > marker], marker
    page = s3.list_objects(Bucket=bucket, Marker="k0095", MaxKeys=5)
    assert (keys(page), page["IsTruncated"], page["Marker"]) == (names[10:15], True, "k0095")
    assert keys(s3.list_objects_v2(Bucket=bucket, StartAfter="k0255")) == names[26:]


def test_listing_with_delimiter_in_pages(s3, bucket):
    names = ["a/1", "a/2", "b", "c/d/1", "c/e", "d", "e/1", "ü/x"]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name)
    for size in (1, 2, 3, 1000):
        found, prefixes, counts = [], [], []
        for page in s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}
        ):
            found += keys(page)
            prefixes += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
            counts.append(page["KeyCount"])
        assert (found, prefixes) == (["b", "d"], ["a/", "c/", "e/", "ü/"]), size
        assert max(counts) <= size and sum(counts) == 6
        v1 = s3.get_paginator("list_objects").paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size})
        assert [key for page in v1 for key in keys(page)] == ["b", "d"]
    inner = s3.list_objects_v2(Bucket=bucket, Prefix="c/", Delimiter="/")
    assert (keys(inner), [entry["Prefix"] for entry in inner["CommonPrefixes"]]) == (["c/e"], ["c/d/"])
    assert keys(s3.list_objects_v2(Bucket=bucket, Prefix="none")) == []
    assert refusal(s3.list_objects_v2, Bucket=bucket, ContinuationToken="garbage")[0] == "InvalidArgument"


def test_locations_and_regions(clients, s3):
    west = clients.boto("s3", region="eu-west-1")
    west.create_bucket(Bucket="in-the-west", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.create_bucket(Bucket="in-the-east")
    assert west.get_bucket_location(Bucket="in-the-west")["LocationConstraint"] == "eu-west-1"
    assert s3.get_bucket_location(Bucket="in-the-east")["LocationConstraint"] is None
    assert refusal(s3.get_bucket_location, Bucket="not-there")[0] == "NoSuchBucket"
    names = [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    assert {"in-the-west", "in-the-east"} <= set(names) and names == sorted(names)


def test_buckets_are_made_and_removed(s3, bucket):
    assert refusal(s3.create_bucket, Bucket="Bad_Name")[0] == "InvalidBucketName"
    s3.put_object(Bucket=bucket, Key="k")
    assert refusal(s3.delete_bucket, Bucket=bucket)[0] == "BucketNotEmpty"
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_object(Bucket=bucket, Key="never-there")
    s3.delete_bucket(Bucket=bucket)
    assert refusal(s3.head_bucket, Bucket=bucket)[0] == "404"
    assert refusal(s3.get_object, Bucket=bucket, Key="k")[0] == "NoSuchBucket"
    assert refusal(s3.delete_bucket, Bucket=bucket)[0] == "NoSuchBucket"


def test_policies(s3, server, bucket):
    assert refusal(s3.get_bucket_policy, Bucket=bucket)[0] == "NoSuchBucketPolicy"
    policy = server.command("bucket-policy", bucket).strip()
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": False}
    for broken in ("{", "[]", '{"Statement":[]}', policy.replace("Effect", "Efect"), policy.replace(bucket, "other")):
        assert refusal(s3.put_bucket_policy, Bucket=bucket, Policy=broken)[0] == "MalformedPolicy", broken
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
    s3.delete_bucket_policy(Bucket=bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    assert refusal(s3.get_bucket_policy, Bucket=bucket)[0] == "NoSuchBucketPolicy"


def test_access_control_lists(s3, bucket):
    acl = s3.get_bucket_acl(Bucket=bucket)
    owner = acl["Owner"]["ID"]
    grants = [(grant["Grantee"]["ID"], grant["Permission"]) for grant in acl["Grants"]]
    assert grants == [(owner, "FULL_CONTROL")]
    s3.put_object(Bucket=bucket, Key="k", ACL="bucket-owner-full-control")
    assert s3.get_object_acl(Bucket=bucket, Key="k")["Owner"]["ID"] == owner
    refused = refusal(s3.put_object, Bucket=bucket, Key="k", ACL="public-read")
    assert refused == ("AccessControlListNotSupported", "The bucket does not allow ACLs")
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert controls["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_tags_of_objects_and_buckets(s3, bucket):
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b c", "Value": "ü"}]
    s3.put_object(Bucket=bucket, Key="k", Tagging="a=1&b%20c=%C3%BC")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == tags
    assert s3.get_object(Bucket=bucket, Key="k")["TagCount"] == 2
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": tags[:1]})
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == tags[:1]
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    eleven = {"TagSet": [{"Key": str(number), "Value": ""} for number in range(11)]}
    assert refusal(s3.put_object_tagging, Bucket=bucket, Key="k", Tagging=eleven)[0] == "BadRequest"
    assert refusal(s3.get_bucket_tagging, Bucket=bucket)[0] == "NoSuchTagSet"
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    s3.delete_bucket_tagging(Bucket=bucket)
    assert refusal(s3.get_bucket_tagging, Bucket=bucket)[0] == "NoSuchTagSet"


def test_what_is_not_built_says_so(s3, bucket):
    assert refusal(s3.put_bucket_website, Bucket=bucket, WebsiteConfiguration={})[0] == "NotImplemented"
    versioning = {"Status": "Enabled"}
    assert refusal(s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration=versioning)[0] == "NotImplemented"
    encrypted = {"Bucket": bucket, "Key": "k", "Body": b"", "ServerSideEncryption": "aws:kms:dsse"}
    assert refusal(s3.put_object, **encrypted)[0] == "NotImplemented"
