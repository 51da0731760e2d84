//! Where a bucket is, and whether it takes a trail's files.

use aws_sdk_s3::Client;
use cairn_delivery::Folder;
use cairn_event::{AccountId, Region};

use super::{Buckets, lock};
use crate::failure::{code, tell};

/// A folder of a trail's files.
#[derive(Debug, Clone, Copy)]
pub struct FilesFolder<'a> {
    /// What the trail's keys begin with.
    pub prefix: Option<&'a str>,
    /// The organization whose accounts the trail covers; `None` for an ordinary trail.
    pub organization: Option<&'a str>,
    /// The account whose files lie in the folder.
    pub account: AccountId,
    /// Which of the account's folders.
    pub folder: Folder,
}

/// What a bucket says to a trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BucketAnswer {
    /// It takes files.
    Takes,
    /// There is no such bucket.
    Missing,
    /// Our credentials may not write under the trail's prefix.
    Denied,
    /// The store did not say; its code tells why.
    Unclear(String),
}

impl Buckets {
    /// Asks whether a bucket takes files in a folder, encrypted with a KMS key where one is given, by writing the
    /// zero-byte folder marker that CloudTrail leaves as well.
    pub async fn check(
        &self,
        bucket: &str,
        home: &Region,
        folder: FilesFolder<'_>,
        kms_key: Option<&str>,
    ) -> BucketAnswer {
        let key = folder.marker();
        self.forget(bucket);
        let failed = |code: String| match code.as_str() {
            "NoSuchBucket" => BucketAnswer::Missing,
            "AccessDenied" | "AllAccessDisabled" | "HTTP403" => BucketAnswer::Denied,
            _ => BucketAnswer::Unclear(code),
        };
        let client = match self.locate(bucket, home).await {
            Ok(client) => client,
            Err(code) => return failed(code),
        };
        match self.ask(&client, bucket, &key, kms_key).await {
            Ok(()) => BucketAnswer::Takes,
            Err(error) => {
                tell("s3", &error);
                failed(code(&error))
            }
        }
    }

    /// Returns a client for the Region that a bucket is in, which need not be the trail's.
    ///
    /// # Errors
    /// The code of an endpoint that has no such bucket, or that does not answer.
    pub(super) async fn locate(&self, bucket: &str, home: &Region) -> Result<Client, String> {
        let known = lock(&self.regions).get(bucket).cloned();
        let client = |region: &Region| self.connections.s3(region).ok_or_else(|| NO_ENDPOINT.to_owned());
        if let Some(region) = known {
            return client(&region);
        }
        let asking = client(home)?;
        let region = match asking.head_bucket().bucket(bucket).send().await {
            Ok(found) => found.bucket_region().and_then(|region| region.parse().ok()),
            Err(error) => {
                let answer = error.raw_response();
                match answer.map(|answer| answer.status().as_u16()) {
                    Some(404) => return Err("NoSuchBucket".to_owned()),
                    // Not ours to look at, or elsewhere: the header says where all the same, and whether it
                    // can be written to shows when it is.
                    Some(301 | 400 | 403) => answer
                        .and_then(|answer| answer.headers().get("x-amz-bucket-region"))
                        .and_then(|region| region.parse().ok()),
                    _ => {
                        tell("s3", &error);
                        return Err(code(&error));
                    }
                }
            }
        };
        let region = region.unwrap_or_else(|| home.clone());
        let found = client(&region)?;
        lock(&self.regions).insert(bucket.to_owned(), region);
        Ok(found)
    }
}

impl FilesFolder<'_> {
    /// Returns the key of the folder's marker.
    fn marker(&self) -> String {
        let Self { prefix, organization, account, folder } = self;
        let prefix = prefix.filter(|prefix| !prefix.is_empty()).map(|prefix| format!("{prefix}/"));
        let organization = organization.map(|id| format!("{id}/")).unwrap_or_default();
        let (prefix, folder) = (prefix.unwrap_or_default(), folder.as_str());
        format!("{prefix}AWSLogs/{organization}{account}/{folder}/")
    }
}

/// The code where no endpoint is configured: nobody asks then.
const NO_ENDPOINT: &str = "EndpointUnreachable";
