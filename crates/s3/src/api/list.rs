//! ListObjects (both versions) and ListObjectVersions.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::dto::*;
use s3s::{S3Request, S3Result};

use super::error::{answer, invalid_argument};
use super::shape::{checksum_type, encoded, etag, owner_of, size, timestamp};
use super::{Answer, Api, ok};
use crate::checksum::Checksums;
use crate::listing::ListQuery;
use crate::store::Listing;

/// Keys in one page.
pub(super) const PAGE_MAX: i32 = 1000;
/// What a continuation token starts with, so that its meaning may change.
const TOKEN_VERSION: &str = "1 ";

/// Makes the token that goes on after `position`.
pub(super) fn token_for(position: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{TOKEN_VERSION}{position}"))
}

/// Reads the token back.
pub(super) fn position_of(token: &str) -> S3Result<String> {
    let raw = URL_SAFE_NO_PAD.decode(token).ok();
    let text = raw.and_then(|raw| String::from_utf8(raw).ok());
    let position = text.as_deref().and_then(|text| text.strip_prefix(TOKEN_VERSION));
    position
        .map(str::to_owned)
        .ok_or_else(|| invalid_argument("The continuation token provided is incorrect"))
}

pub(super) fn limit_of(max_keys: Option<i32>, what: &'static str) -> S3Result<i32> {
    match max_keys {
        None => Ok(PAGE_MAX),
        Some(given) if given < 0 => Err(invalid_argument(what)),
        Some(given) => Ok(given.min(PAGE_MAX)),
    }
}

pub(super) fn query(
    prefix: Option<&str>,
    delimiter: Option<&str>,
    after: Option<String>,
    limit: i32,
) -> ListQuery {
    ListQuery {
        prefix: prefix.unwrap_or_default().to_owned(),
        delimiter: delimiter.filter(|delimiter| !delimiter.is_empty()).map(str::to_owned),
        after: after.filter(|after| !after.is_empty()),
        limit: usize::try_from(limit).unwrap_or(0),
    }
}

pub(super) fn is_url(encoding: Option<&EncodingType>) -> S3Result<bool> {
    match encoding.map(EncodingType::as_str) {
        None => Ok(false),
        Some(EncodingType::URL) => Ok(true),
        Some(_) => Err(invalid_argument("Invalid Encoding Method specified in Request")),
    }
}

pub(super) fn prefixes(listed: Vec<String>, url: bool) -> Option<Vec<CommonPrefix>> {
    let shaped = listed.into_iter().map(|prefix| CommonPrefix { prefix: Some(encoded(prefix, url)) });
    Some(shaped.collect::<Vec<_>>()).filter(|prefixes| !prefixes.is_empty())
}

fn algorithms(checksums: &Checksums) -> Option<Vec<ChecksumAlgorithm>> {
    let named = checksums.values.keys().map(|algorithm| ChecksumAlgorithm::from_static(algorithm.name()));
    Some(named.collect::<Vec<_>>()).filter(|algorithms| !algorithms.is_empty())
}

fn contents(listing: Listing, url: bool, owner: Option<&Owner>) -> (Vec<Object>, Vec<String>) {
    let objects = listing.objects.into_iter().map(|listed| Object {
        checksum_algorithm: algorithms(&listed.checksums),
        checksum_type: checksum_type(&listed.checksums),
        e_tag: etag(&listed.etag),
        last_modified: Some(timestamp(listed.modified_ms)),
        owner: owner.cloned(),
        size: Some(size(listed.size)),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        key: Some(encoded(listed.key, url)),
        restore_status: None,
    });
    (objects.collect(), listing.common_prefixes)
}

impl Api {
    pub(super) async fn list_objects(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> Answer<ListObjectsOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let url = is_url(input.encoding_type.as_ref())?;
        let limit = limit_of(input.max_keys, "Argument maxKeys must be an integer between 0 and 2147483647")?;
        let query = query(input.prefix.as_deref(), input.delimiter.as_deref(), input.marker.clone(), limit);
        let listing = self.store.list(bucket.id, &query).await.map_err(answer)?;
        let truncated = listing.truncated;
        // S3 gives NextMarker only with a delimiter; without one the last key serves.
        let next = listing.last.clone().filter(|_last| truncated && query.delimiter.is_some());
        let (objects, common) = contents(listing, url, Some(&owner_of(&bucket)));
        ok(ListObjectsOutput {
            name: Some(bucket.name),
            prefix: Some(encoded(query.prefix, url)),
            marker: Some(encoded(input.marker.unwrap_or_default(), url)),
            max_keys: Some(limit),
            is_truncated: Some(truncated),
            contents: Some(objects),
            common_prefixes: prefixes(common, url),
            delimiter: query.delimiter.map(|delimiter| encoded(delimiter, url)),
            next_marker: next.map(|next| encoded(next, url)),
            encoding_type: input.encoding_type,
            request_charged: None,
        })
    }

    pub(super) async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> Answer<ListObjectsV2Output> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let url = is_url(input.encoding_type.as_ref())?;
        let limit = limit_of(input.max_keys, "Argument maxKeys must be an integer between 0 and 2147483647")?;
        let after = match &input.continuation_token {
            Some(token) => Some(position_of(token)?),
            None => input.start_after.clone(),
        };
        let query = query(input.prefix.as_deref(), input.delimiter.as_deref(), after, limit);
        let listing = self.store.list(bucket.id, &query).await.map_err(answer)?;
        let truncated = listing.truncated;
        let next = listing.last.as_deref().filter(|_last| truncated).map(token_for);
        let owner = (input.fetch_owner == Some(true)).then(|| owner_of(&bucket));
        let (objects, common) = contents(listing, url, owner.as_ref());
        let count = objects.len() + common.len();
        ok(ListObjectsV2Output {
            name: Some(bucket.name),
            prefix: Some(encoded(query.prefix, url)),
            max_keys: Some(limit),
            key_count: i32::try_from(count).ok(),
            continuation_token: input.continuation_token,
            is_truncated: Some(truncated),
            next_continuation_token: next,
            contents: Some(objects).filter(|objects| !objects.is_empty()),
            common_prefixes: prefixes(common, url),
            delimiter: query.delimiter.map(|delimiter| encoded(delimiter, url)),
            encoding_type: input.encoding_type,
            start_after: input.start_after.map(|after| encoded(after, url)),
            request_charged: None,
        })
    }

    /// Answers as S3 does for a bucket that never had versioning: each object is its one version, `null`.
    pub(super) async fn list_object_versions(
        &self,
        request: S3Request<ListObjectVersionsInput>,
    ) -> Answer<ListObjectVersionsOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let url = is_url(input.encoding_type.as_ref())?;
        let limit =
            limit_of(input.max_keys, "Argument max-keys must be an integer between 0 and 2147483647")?;
        let query =
            query(input.prefix.as_deref(), input.delimiter.as_deref(), input.key_marker.clone(), limit);
        let listing = self.store.list(bucket.id, &query).await.map_err(answer)?;
        let truncated = listing.truncated;
        let next = listing.last.clone().filter(|_last| truncated);
        let (objects, common) = contents(listing, url, Some(&owner_of(&bucket)));
        let next_version = objects.last().filter(|_last| truncated).map(|_last| "null".to_owned());
        let versions = objects.into_iter().map(|object| ObjectVersion {
            checksum_algorithm: object.checksum_algorithm,
            checksum_type: object.checksum_type,
            e_tag: object.e_tag,
            is_latest: Some(true),
            key: object.key,
            last_modified: object.last_modified,
            owner: object.owner,
            restore_status: None,
            size: object.size,
            storage_class: Some(ObjectVersionStorageClass::from_static(ObjectVersionStorageClass::STANDARD)),
            version_id: Some("null".to_owned()),
        });
        ok(ListObjectVersionsOutput {
            name: Some(bucket.name),
            prefix: Some(encoded(query.prefix, url)),
            key_marker: Some(encoded(input.key_marker.unwrap_or_default(), url)),
            version_id_marker: Some(input.version_id_marker.unwrap_or_default()),
            max_keys: Some(limit),
            is_truncated: Some(truncated),
            versions: Some(versions.collect()),
            common_prefixes: prefixes(common, url),
            delimiter: query.delimiter.map(|delimiter| encoded(delimiter, url)),
            next_key_marker: next.map(|next| encoded(next, url)),
            next_version_id_marker: next_version,
            encoding_type: input.encoding_type,
            delete_markers: None,
            request_charged: None,
        })
    }
}
