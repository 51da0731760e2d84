//! What a record says of an S3 call: its name, its category, whether it only reads.

use crate::read_only::read_only;
use crate::recognise::UNKNOWN_OPERATION;

/// The record's `eventSource` of every S3 call.
const EVENT_SOURCE: &str = "s3.amazonaws.com";

/// A resolved S3 call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The operation under the name that SDKs use; absent when S3 has none for such a request.
    pub operation: Option<&'static str>,
    /// The record's `eventName`.
    pub event_name: &'static str,
    /// What the request addresses.
    pub level: Level,
    /// The bucket; absent for calls on the service.
    pub bucket: Option<String>,
    /// The key, percent escapes decoded once; absent unless an object is addressed.
    pub key: Option<String>,
    /// The record's category.
    pub category: Category,
    /// The record's `readOnly`.
    pub read_only: bool,
}

/// What an S3 request addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Neither bucket nor key.
    Service,
    /// A bucket.
    Bucket,
    /// A key in a bucket.
    Object,
}

/// Whether a call is a management or a data event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Configuration; recorded always.
    Management,
    /// Objects; recorded where a trail selects it.
    Data,
}

impl Call {
    pub(super) fn new(
        operation: Option<&'static str>,
        level: Level,
        bucket: Option<String>,
        key: Option<String>,
    ) -> Self {
        let event_name = operation.map_or(UNKNOWN_OPERATION, event_name);
        Self {
            operation,
            event_name,
            level,
            bucket,
            key,
            category: category(operation, level),
            read_only: read_only(EVENT_SOURCE, operation.unwrap_or(UNKNOWN_OPERATION)),
        }
    }
}

impl Call {
    /// Makes the call of an operation that somebody else names, as SDKs do, without its key; absent when S3 has none
    /// of that name.
    pub fn find(name: &str, bucket: Option<String>) -> Option<Self> {
        let (operation, level) = super::operation::find(name)?;
        Some(Self::new(Some(operation), level, bucket, None))
    }

    /// Makes the call of an operation that somebody else has recognised, under the name that SDKs use.
    pub fn named(operation: &'static str, bucket: Option<String>, key: Option<String>) -> Self {
        let level = match (&bucket, &key) {
            (_, Some(_)) => Level::Object,
            (Some(_), None) => Level::Bucket,
            (None, None) => Level::Service,
        };
        Self::new(Some(operation), level, bucket, key)
    }
}

/// Renames an SDK operation to what records call it.
fn event_name(operation: &'static str) -> &'static str {
    match operation {
        "ListObjectsV2" => "ListObjects",
        "GetBucketLifecycleConfiguration" => "GetBucketLifecycle",
        "PutBucketLifecycleConfiguration" => "PutBucketLifecycle",
        "GetBucketNotificationConfiguration" => "GetBucketNotification",
        "PutBucketNotificationConfiguration" => "PutBucketNotification",
        "GetPublicAccessBlock" => "GetBucketPublicAccessBlock",
        "PutPublicAccessBlock" => "PutBucketPublicAccessBlock",
        "DeletePublicAccessBlock" => "DeleteBucketPublicAccessBlock",
        "GetBucketAccelerateConfiguration" => "GetAccelerateConfiguration",
        "PutBucketAccelerateConfiguration" => "PutAccelerateConfiguration",
        "GetObjectLockConfiguration" => "GetBucketObjectLockConfiguration",
        "PutObjectLockConfiguration" => "PutBucketObjectLockConfiguration",
        "GetBucketAnalyticsConfiguration" => "GetAnalyticsConfiguration",
        "PutBucketAnalyticsConfiguration" => "PutAnalyticsConfiguration",
        "DeleteBucketAnalyticsConfiguration" => "DeleteAnalyticsConfiguration",
        "ListBucketAnalyticsConfigurations" => "ListAnalyticsConfigurations",
        "GetBucketInventoryConfiguration" => "GetInventoryConfiguration",
        "PutBucketInventoryConfiguration" => "PutInventoryConfiguration",
        "DeleteBucketInventoryConfiguration" => "DeleteInventoryConfiguration",
        "ListBucketInventoryConfigurations" => "ListInventoryConfigurations",
        "GetBucketMetricsConfiguration" => "GetMetricsConfiguration",
        "PutBucketMetricsConfiguration" => "PutMetricsConfiguration",
        "DeleteBucketMetricsConfiguration" => "DeleteMetricsConfiguration",
        "ListBucketMetricsConfigurations" => "ListMetricsConfigurations",
        "GetBucketIntelligentTieringConfiguration" => "GetIntelligentTieringConfiguration",
        "PutBucketIntelligentTieringConfiguration" => "PutIntelligentTieringConfiguration",
        "DeleteBucketIntelligentTieringConfiguration" => "DeleteIntelligentTieringConfiguration",
        "ListBucketIntelligentTieringConfigurations" => "ListIntelligentTieringConfigurations",
        unchanged => unchanged,
    }
}

/// A request that is no operation counts as management, so that it is recorded whatever the trails
/// select.
fn category(operation: Option<&str>, level: Level) -> Category {
    match operation {
        None | Some("PreflightRequest") => Category::Management,
        Some(
            "DeleteObjects"
            | "HeadBucket"
            | "ListMultipartUploads"
            | "ListObjectVersions"
            | "ListObjects"
            | "ListObjectsV2"
            | "PostObject",
        ) => Category::Data,
        Some(_) => match level {
            Level::Object => Category::Data,
            Level::Service | Level::Bucket => Category::Management,
        },
    }
}
