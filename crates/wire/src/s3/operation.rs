//! From method, level and sub-resource to the operation, under the name that SDKs use.

use percent_encoding::percent_decode_str;

use super::{Level, Seen};

/// A sub-resource of a bucket or an object: the query key that selects it, and the operation of each
/// method that it has.
struct SubResource {
    key: &'static str,
    operations: &'static [(&'static str, &'static str)],
}

const fn sub(key: &'static str, operations: &'static [(&'static str, &'static str)]) -> SubResource {
    SubResource { key, operations }
}

/// In the order in which the first one present decides.
const BUCKET: &[SubResource] = &[
    sub("acl", &[("GET", "GetBucketAcl"), ("PUT", "PutBucketAcl")]),
    sub("cors", &[("GET", "GetBucketCors"), ("PUT", "PutBucketCors"), ("DELETE", "DeleteBucketCors")]),
    sub(
        "lifecycle",
        &[
            ("GET", "GetBucketLifecycleConfiguration"),
            ("PUT", "PutBucketLifecycleConfiguration"),
            ("DELETE", "DeleteBucketLifecycle"),
        ],
    ),
    sub("location", &[("GET", "GetBucketLocation")]),
    sub("logging", &[("GET", "GetBucketLogging"), ("PUT", "PutBucketLogging")]),
    sub(
        "notification",
        &[("GET", "GetBucketNotificationConfiguration"), ("PUT", "PutBucketNotificationConfiguration")],
    ),
    sub("object-lock", &[("GET", "GetObjectLockConfiguration"), ("PUT", "PutObjectLockConfiguration")]),
    sub(
        "ownershipControls",
        &[
            ("GET", "GetBucketOwnershipControls"),
            ("PUT", "PutBucketOwnershipControls"),
            ("DELETE", "DeleteBucketOwnershipControls"),
        ],
    ),
    sub(
        "policy",
        &[("GET", "GetBucketPolicy"), ("PUT", "PutBucketPolicy"), ("DELETE", "DeleteBucketPolicy")],
    ),
    sub("policyStatus", &[("GET", "GetBucketPolicyStatus")]),
    sub(
        "publicAccessBlock",
        &[
            ("GET", "GetPublicAccessBlock"),
            ("PUT", "PutPublicAccessBlock"),
            ("DELETE", "DeletePublicAccessBlock"),
        ],
    ),
    sub(
        "replication",
        &[
            ("GET", "GetBucketReplication"),
            ("PUT", "PutBucketReplication"),
            ("DELETE", "DeleteBucketReplication"),
        ],
    ),
    sub("requestPayment", &[("GET", "GetBucketRequestPayment"), ("PUT", "PutBucketRequestPayment")]),
    sub(
        "tagging",
        &[("GET", "GetBucketTagging"), ("PUT", "PutBucketTagging"), ("DELETE", "DeleteBucketTagging")],
    ),
    sub("versioning", &[("GET", "GetBucketVersioning"), ("PUT", "PutBucketVersioning")]),
    sub("versions", &[("GET", "ListObjectVersions")]),
    sub("uploads", &[("GET", "ListMultipartUploads")]),
    sub(
        "website",
        &[("GET", "GetBucketWebsite"), ("PUT", "PutBucketWebsite"), ("DELETE", "DeleteBucketWebsite")],
    ),
    sub(
        "accelerate",
        &[("GET", "GetBucketAccelerateConfiguration"), ("PUT", "PutBucketAccelerateConfiguration")],
    ),
    sub(
        "analytics",
        &[
            ("GET", "GetBucketAnalyticsConfiguration"),
            ("PUT", "PutBucketAnalyticsConfiguration"),
            ("DELETE", "DeleteBucketAnalyticsConfiguration"),
            (LIST, "ListBucketAnalyticsConfigurations"),
        ],
    ),
    sub(
        "inventory",
        &[
            ("GET", "GetBucketInventoryConfiguration"),
            ("PUT", "PutBucketInventoryConfiguration"),
            ("DELETE", "DeleteBucketInventoryConfiguration"),
            (LIST, "ListBucketInventoryConfigurations"),
        ],
    ),
    sub(
        "metrics",
        &[
            ("GET", "GetBucketMetricsConfiguration"),
            ("PUT", "PutBucketMetricsConfiguration"),
            ("DELETE", "DeleteBucketMetricsConfiguration"),
            (LIST, "ListBucketMetricsConfigurations"),
        ],
    ),
    sub(
        "intelligent-tiering",
        &[
            ("GET", "GetBucketIntelligentTieringConfiguration"),
            ("PUT", "PutBucketIntelligentTieringConfiguration"),
            ("DELETE", "DeleteBucketIntelligentTieringConfiguration"),
            (LIST, "ListBucketIntelligentTieringConfigurations"),
        ],
    ),
    sub(
        "encryption",
        &[
            ("GET", "GetBucketEncryption"),
            ("PUT", "PutBucketEncryption"),
            ("DELETE", "DeleteBucketEncryption"),
        ],
    ),
    sub(
        "metadataTable",
        &[
            ("GET", "GetBucketMetadataTableConfiguration"),
            ("POST", "CreateBucketMetadataTableConfiguration"),
            ("DELETE", "DeleteBucketMetadataTableConfiguration"),
        ],
    ),
    sub(
        "metadataConfiguration",
        &[
            ("GET", "GetBucketMetadataConfiguration"),
            ("POST", "CreateBucketMetadataConfiguration"),
            ("DELETE", "DeleteBucketMetadataConfiguration"),
        ],
    ),
    sub("metadataAnnotationTable", &[("PUT", "UpdateBucketMetadataAnnotationTableConfiguration")]),
    sub("metadataInventoryTable", &[("PUT", "UpdateBucketMetadataInventoryTableConfiguration")]),
    sub("metadataJournalTable", &[("PUT", "UpdateBucketMetadataJournalTableConfiguration")]),
    sub("session", &[("GET", "CreateSession")]),
    sub("abac", &[("GET", "GetBucketAbac"), ("PUT", "PutBucketAbac")]),
    sub("delete", &[("POST", "DeleteObjects")]),
];

const OBJECT: &[SubResource] = &[
    sub("acl", &[("GET", "GetObjectAcl"), ("PUT", "PutObjectAcl")]),
    sub(
        "tagging",
        &[("GET", "GetObjectTagging"), ("PUT", "PutObjectTagging"), ("DELETE", "DeleteObjectTagging")],
    ),
    sub("retention", &[("GET", "GetObjectRetention"), ("PUT", "PutObjectRetention")]),
    sub("legal-hold", &[("GET", "GetObjectLegalHold"), ("PUT", "PutObjectLegalHold")]),
    sub("attributes", &[("GET", "GetObjectAttributes")]),
    sub("torrent", &[("GET", "GetObjectTorrent")]),
    sub("restore", &[("POST", "RestoreObject")]),
    sub("select", &[("POST", "SelectObjectContent")]),
    sub("uploads", &[("POST", "CreateMultipartUpload")]),
    sub(
        "uploadId",
        &[
            ("PUT", "UploadPart"),
            ("GET", "ListParts"),
            ("DELETE", "AbortMultipartUpload"),
            ("POST", "CompleteMultipartUpload"),
        ],
    ),
    sub(
        "annotation",
        &[
            ("GET", "GetObjectAnnotation"),
            ("PUT", "PutObjectAnnotation"),
            ("DELETE", "DeleteObjectAnnotation"),
            (LIST, "ListObjectAnnotations"),
        ],
    ),
    sub("renameObject", &[("PUT", "RenameObject")]),
    sub("encryption", &[("PUT", "UpdateObjectEncryption")]),
];

/// Stands for a GET that lists because it names no single configuration.
const LIST: &str = "list";

/// Names the operation of `seen`; absent when S3 has none for the method and the sub-resource.
pub(super) fn operation(seen: &Seen<'_>, level: Level) -> Option<&'static str> {
    if seen.method == "OPTIONS" {
        return Some("PreflightRequest");
    }
    let query = Query(seen.query);
    match level {
        // Directory buckets are listed by the same request, which is signed for under another name.
        Level::Service => (seen.method == "GET").then_some("ListBuckets"),
        Level::Bucket => match BUCKET.iter().find(|sub| query.has(sub.key)) {
            Some(sub) => method_of(sub, seen.method, query.has("id")),
            None => plain_bucket_operation(seen.method, query),
        },
        Level::Object => match OBJECT.iter().find(|sub| query.has(sub.key)) {
            // A HEAD reads the object whatever is asked of it.
            Some(_) if seen.method == "HEAD" => Some("HeadObject"),
            Some(sub) if sub.key == "uploadId" && seen.method == "PUT" && seen.copies => {
                Some("UploadPartCopy")
            }
            Some(sub) => method_of(sub, seen.method, query.has("annotationName")),
            None => plain_object_operation(seen.method, seen.copies),
        },
    }
}

/// Tells whether a raw query string makes a POST to some bucket or object a call of S3.
pub fn selects_post(query: &str) -> bool {
    let posted = |sub: &&SubResource| sub.operations.iter().any(|(method, _)| *method == "POST");
    BUCKET.iter().chain(OBJECT).filter(posted).any(|sub| Query(query).has(sub.key))
}

/// Returns the operation of that name with what it addresses, if S3 has one.
pub(super) fn find(name: &str) -> Option<(&'static str, Level)> {
    let of = |table: &'static [SubResource], level| {
        table.iter().flat_map(|sub| sub.operations).map(move |(_, name)| (*name, level))
    };
    let known = of(BUCKET, Level::Bucket).chain(of(OBJECT, Level::Object)).chain(PLAIN);
    known.into_iter().find(|(known, _)| *known == name)
}

/// The operations that have no sub-resource.
const PLAIN: [(&str, Level); 14] = [
    ("CopyObject", Level::Object),
    ("CreateBucket", Level::Bucket),
    ("DeleteBucket", Level::Bucket),
    ("DeleteObject", Level::Object),
    ("GetObject", Level::Object),
    ("HeadBucket", Level::Bucket),
    ("HeadObject", Level::Object),
    ("ListBuckets", Level::Service),
    ("ListDirectoryBuckets", Level::Service),
    ("ListObjects", Level::Bucket),
    ("ListObjectsV2", Level::Bucket),
    ("PostObject", Level::Bucket),
    ("PutObject", Level::Object),
    ("UploadPartCopy", Level::Object),
];

fn method_of(sub: &SubResource, method: &str, names_one: bool) -> Option<&'static str> {
    let of =
        |wanted: &str| sub.operations.iter().find(|(method, _)| *method == wanted).map(|(_, name)| *name);
    let listed = if method == "GET" && !names_one { of(LIST) } else { None };
    listed.or_else(|| of(method))
}

fn plain_bucket_operation(method: &str, query: Query<'_>) -> Option<&'static str> {
    match method {
        "GET" if query.value("list-type") == Some("2") => Some("ListObjectsV2"),
        "GET" => Some("ListObjects"),
        "HEAD" => Some("HeadBucket"),
        "PUT" => Some("CreateBucket"),
        "DELETE" => Some("DeleteBucket"),
        // A browser's form upload: the key is a field of the form.
        "POST" => Some("PostObject"),
        _ => None,
    }
}

fn plain_object_operation(method: &str, copies: bool) -> Option<&'static str> {
    match method {
        "GET" => Some("GetObject"),
        "HEAD" => Some("HeadObject"),
        "PUT" if copies => Some("CopyObject"),
        "PUT" => Some("PutObject"),
        "DELETE" => Some("DeleteObject"),
        _ => None,
    }
}

/// A raw query string. Keys are matched decoded, as stores match them: an escape hides no sub-resource.
#[derive(Clone, Copy)]
struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    fn has(self, key: &str) -> bool {
        self.value(key).is_some()
    }

    fn value(self, key: &str) -> Option<&'a str> {
        let pairs = self.0.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.into_iter().find(|(given, _)| percent_decode_str(given).eq(key.bytes())).map(|(_, value)| value)
    }
}
