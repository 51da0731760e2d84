//! What PutObject, CreateMultipartUpload and UploadPart have in common: headers, promises, refusals.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Extensions, HeaderMap};
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Result};

use super::error::{invalid_request, refuse};
use crate::body::{Promise, Trailers};
use crate::checksum::Algorithm;

/// User metadata, names and values together: S3's 2 KB.
const USER_METADATA_BYTES_MAX: usize = 2048;

/// Attributes that would promise what the store does not do.
#[derive(Debug, Default)]
pub(super) struct Extras<'a> {
    pub(super) acl: Option<&'a str>,
    pub(super) grants: [bool; 4],
    pub(super) object_lock: [bool; 3],
    pub(super) storage_class: Option<&'a str>,
}

/// Collects the [`Extras`] of an input.
macro_rules! extras {
    ($input:expr) => {
        crate::api::write::Extras {
            acl: $input.acl.as_ref().map(|acl| acl.as_str()),
            grants: [
                $input.grant_full_control.is_some(),
                $input.grant_read.is_some(),
                $input.grant_read_acp.is_some(),
                $input.grant_write_acp.is_some(),
            ],
            object_lock: [
                $input.object_lock_mode.is_some(),
                $input.object_lock_retain_until_date.is_some(),
                $input.object_lock_legal_hold_status.is_some(),
            ],
            storage_class: $input.storage_class.as_ref().map(|class| class.as_str()),
        }
    };
}

/// Collects the headers that a GET gives back.
macro_rules! metadata_of {
    ($input:expr) => {
        crate::store::ObjectMetadata {
            content_type: $input.content_type.clone(),
            content_encoding: crate::api::write::content_encoding($input.content_encoding.as_deref()),
            content_disposition: $input.content_disposition.clone(),
            content_language: $input.content_language.clone(),
            cache_control: $input.cache_control.clone(),
            expires_s: $input.expires.as_ref().and_then(crate::api::shape::seconds),
            website_redirect_location: $input.website_redirect_location.clone(),
            user: crate::api::write::user_metadata($input.metadata.as_ref())?,
        }
    };
}

pub(super) use {extras, metadata_of};

/// Refuses what the store does not do.
pub(super) fn check_extras(extras: &Extras<'_>) -> S3Result<()> {
    let owners = [None, Some(ObjectCannedACL::PRIVATE), Some(ObjectCannedACL::BUCKET_OWNER_FULL_CONTROL)];
    if extras.grants.contains(&true) || !owners.contains(&extras.acl) {
        return Err(refuse(S3ErrorCode::AccessControlListNotSupported, "The bucket does not allow ACLs"));
    }
    if extras.object_lock.contains(&true) {
        return Err(invalid_request("Bucket is missing Object Lock Configuration"));
    }
    match extras.storage_class {
        None | Some(StorageClass::STANDARD) => Ok(()),
        Some(_) => {
            Err(refuse(S3ErrorCode::InvalidStorageClass, "The storage class you specified is not valid"))
        }
    }
}

/// Drops `aws-chunked`, which names the transfer, not the object.
pub(super) fn content_encoding(given: Option<&str>) -> Option<String> {
    let kept: Vec<&str> =
        given?.split(',').map(str::trim).filter(|coding| *coding != "aws-chunked").collect();
    Some(kept.join(",")).filter(|kept| !kept.is_empty())
}

pub(super) fn user_metadata(given: Option<&Metadata>) -> S3Result<BTreeMap<String, String>> {
    let user: BTreeMap<String, String> =
        given.into_iter().flatten().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
    let bytes: usize = user.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > USER_METADATA_BYTES_MAX {
        return Err(refuse(
            S3ErrorCode::MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size",
        ));
    }
    Ok(user)
}

/// Reads what a request promises about its body.
pub(super) fn promise(
    headers: &HeaderMap,
    extensions: &Extensions,
    content_length: Option<i64>,
    content_md5: Option<&str>,
    checksums: BTreeMap<Algorithm, String>,
) -> S3Result<Promise> {
    let length = content_length.ok_or_else(|| {
        refuse(S3ErrorCode::MissingContentLength, "You must provide the Content-Length HTTP header.")
    })?;
    let size =
        u64::try_from(length).map_err(|_negative| invalid_request("The Content-Length is not valid"))?;
    if checksums.len() > 1 {
        return Err(invalid_request(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        ));
    }
    for (algorithm, value) in &checksums {
        if !algorithm.is_value(value) {
            return Err(s3s::S3Error::with_message(
                S3ErrorCode::InvalidRequest,
                format!("Value for {} header is invalid.", algorithm.header()),
            ));
        }
    }
    Ok(Promise {
        size: Some(size),
        md5: content_md5.map(md5_of).transpose()?,
        checksums: checksums.into_iter().map(|(algorithm, value)| (algorithm, Some(value))).collect(),
        trailers: trailing(headers, extensions)?,
    })
}

/// Finds the trailing checksum that was announced.
fn trailing(headers: &HeaderMap, extensions: &Extensions) -> S3Result<Option<(Trailers, Algorithm)>> {
    let Some(announced) = headers.get("x-amz-trailer") else { return Ok(None) };
    let names = announced.to_str().unwrap_or_default().split(',');
    let mut algorithms = names.filter_map(Algorithm::of_header);
    let Some(algorithm) = algorithms.next() else {
        return Err(invalid_request("The value specified in the x-amz-trailer header is not supported"));
    };
    if algorithms.next().is_some() {
        return Err(invalid_request("Expecting a single x-amz-checksum- trailer."));
    }
    match extensions.get::<Trailers>() {
        Some(trailers) => Ok(Some((trailers.clone(), algorithm))),
        None => Err(invalid_request("The x-amz-trailer header needs an aws-chunked body")),
    }
}

pub(crate) fn md5_of(text: &str) -> S3Result<[u8; 16]> {
    let raw = STANDARD.decode(text).ok().and_then(|raw| <[u8; 16]>::try_from(raw).ok());
    raw.ok_or_else(|| refuse(S3ErrorCode::InvalidDigest, "The Content-MD5 you specified was invalid."))
}

/// The algorithm that `x-amz-sdk-checksum-algorithm` or a request member names.
pub(super) fn algorithm_named(name: Option<&ChecksumAlgorithm>) -> S3Result<Option<Algorithm>> {
    let Some(name) = name else { return Ok(None) };
    match Algorithm::named(name.as_str()) {
        Some(algorithm) => Ok(Some(algorithm)),
        None => Err(invalid_request(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
        )),
    }
}
