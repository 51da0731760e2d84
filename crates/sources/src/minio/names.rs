//! What MinIO calls its operations, and what records call them.

use cairn_wire::s3::Call;

/// MinIO's names of S3 operations that SDKs call otherwise.
const S3: [(&str, &str); 30] = [
    ("CopyObjectPart", "UploadPartCopy"),
    ("DeleteBucketReplicationConfig", "DeleteBucketReplication"),
    ("DeleteMultipleObjects", "DeleteObjects"),
    ("GetBucketACL", "GetBucketAcl"),
    ("GetBucketAccelerate", "GetBucketAccelerateConfiguration"),
    ("GetBucketLifecycle", "GetBucketLifecycleConfiguration"),
    ("GetBucketNotification", "GetBucketNotificationConfiguration"),
    ("GetBucketObjectLockConfig", "GetObjectLockConfiguration"),
    ("GetBucketReplicationConfig", "GetBucketReplication"),
    ("GetObjectACL", "GetObjectAcl"),
    ("GetObjectLambda", "GetObject"),
    ("ListBucketsDoubleSlash", "ListBuckets"),
    ("ListObjectParts", "ListParts"),
    ("ListObjectVersionsM", "ListObjectVersions"),
    ("ListObjectsV1", "ListObjects"),
    ("ListObjectsV2M", "ListObjectsV2"),
    ("NewMultipartUpload", "CreateMultipartUpload"),
    ("PostPolicyBucket", "PostObject"),
    ("PostRestoreObject", "RestoreObject"),
    ("PutBucket", "CreateBucket"),
    ("PutBucketACL", "PutBucketAcl"),
    ("PutBucketLifecycle", "PutBucketLifecycleConfiguration"),
    ("PutBucketNotification", "PutBucketNotificationConfiguration"),
    ("PutBucketObjectLockConfig", "PutObjectLockConfiguration"),
    ("PutBucketReplicationConfig", "PutBucketReplication"),
    ("PutObjectACL", "PutObjectAcl"),
    ("PutObjectExtract", "PutObject"),
    ("PutObjectPart", "UploadPart"),
    // What MinIO does by itself, or for another call of its own.
    ("ILMExpiry", "DeleteObject"),
    ("ILMFreeVersionDelete", "DeleteObject"),
];

/// MinIO's administrative operations that are IAM's under another name.
const IAM: [(&str, &str); 15] = [
    ("AddCannedPolicy", "CreatePolicy"),
    ("AddServiceAccount", "CreateAccessKey"),
    ("AddUser", "CreateUser"),
    ("DeleteServiceAccount", "DeleteAccessKey"),
    ("GetGroup", "GetGroup"),
    ("GetUserInfo", "GetUser"),
    ("InfoCannedPolicy", "GetPolicy"),
    ("ListCannedPolicies", "ListPolicies"),
    ("ListGroups", "ListGroups"),
    ("ListServiceAccounts", "ListAccessKeys"),
    ("ListUsers", "ListUsers"),
    ("RemoveCannedPolicy", "DeletePolicy"),
    ("RemoveUser", "DeleteUser"),
    ("UpdateServiceAccount", "UpdateAccessKey"),
    ("UserInfo", "GetUser"),
];

/// An operation of MinIO, as records tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// One of S3, under the name that SDKs use.
    S3(Call),
    /// One of STS.
    Sts(String),
    /// One of IAM.
    Iam(&'static str),
    /// One that only MinIO has.
    Own(String),
}

/// Names an operation; none when MinIO did not, or not in letters.
pub(crate) fn named(name: &str, path: &str, bucket: &str, object: &str) -> Option<Named> {
    let name = name.rsplit('.').next().unwrap_or(name);
    let name = name.strip_suffix("Handler").unwrap_or(name);
    if name.is_empty()
        || name.len() > NAME_BYTES_MAX
        || !name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        return None;
    }
    let found = |table: &'static [(&str, &'static str)]| {
        table.iter().find(|(own, _)| *own == name).map(|(_, known)| *known)
    };
    if path.starts_with("/minio/") {
        let iam = found(&IAM).map(Named::Iam);
        return Some(iam.unwrap_or_else(|| Named::Own(name.to_owned())));
    }
    if name.starts_with("AssumeRole") {
        return Some(Named::Sts(name.to_owned()));
    }
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let bucket = some(bucket);
    if let Some(call) = Call::find(found(&S3).unwrap_or(name), bucket.clone()) {
        // A listing has its prefix there, which is no key.
        let key = some(object).filter(|_| !names_no_object(call.operation));
        return Some(match (call.operation, key) {
            (Some(operation), Some(key)) => Named::S3(Call::named(operation, bucket, Some(key))),
            _ => Named::S3(call),
        });
    }
    Some(match found(&IAM) {
        Some(iam) => Named::Iam(iam),
        None => Named::Own(name.to_owned()),
    })
}

fn names_no_object(operation: Option<&str>) -> bool {
    operation.is_some_and(|name| name == "DeleteObjects" || name.starts_with("List") && name != "ListParts")
}

const NAME_BYTES_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_tables_is_an_operation() {
        for (own, known) in S3 {
            let named = named(own, "/b/k", "b", "k");
            let Some(Named::S3(call)) = named else { panic!("{own}: {named:?}") };
            assert_eq!(call.operation, Some(known), "{own}");
        }
    }

    #[test]
    fn operations_are_told_apart_by_path_and_name() {
        let check = |name, path, expected: Option<(&str, &str)>| {
            let found = named(name, path, "b", "k");
            let told = found.as_ref().map(|found| match found {
                Named::S3(call) => ("s3", call.event_name),
                Named::Sts(name) => ("sts", name.as_str()),
                Named::Iam(name) => ("iam", *name),
                Named::Own(name) => ("own", name.as_str()),
            });
            assert_eq!(told, expected, "{name} {path}");
        };
        check("PutObject", "/b/k", Some(("s3", "PutObject")));
        check("s3.PutObject", "/b/k", Some(("s3", "PutObject")));
        check("PutObjectHandler", "/b/k", Some(("s3", "PutObject")));
        check("ListObjectsV2", "/b/", Some(("s3", "ListObjects")));
        check("GetBucketObjectLockConfig", "/b/", Some(("s3", "GetBucketObjectLockConfiguration")));
        check("AssumeRoleWithLDAPIdentity", "/", Some(("sts", "AssumeRoleWithLDAPIdentity")));
        check("AddUser", "/minio/admin/v3/add-user", Some(("iam", "CreateUser")));
        check("ServerInfo", "/minio/admin/v3/info", Some(("own", "ServerInfo")));
        check("ResetBucketReplicationStart", "/b", Some(("own", "ResetBucketReplicationStart")));
        check("", "/b", None);
        check("<script>", "/b", None);
    }

    #[test]
    fn a_listing_has_no_key() {
        let Some(Named::S3(call)) = named("ListObjectsV2", "/b", "b", "prefix/") else { panic!() };
        assert_eq!(call.key, None);
        let Some(Named::S3(call)) = named("ListObjectParts", "/b/k", "b", "k") else { panic!() };
        assert_eq!(call.key.as_deref(), Some("k"));
    }
}
