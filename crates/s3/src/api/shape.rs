//! Small translations between the store's types and S3's.

use std::collections::{BTreeMap, HashMap};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use s3s::dto::{ChecksumType, ETag, ETagCondition, Owner, Tag, Timestamp, TimestampFormat};
use s3s::{S3ErrorCode, S3Result};

use super::error::{custom, invalid_argument, refuse};
use crate::checksum::{Algorithm, Checksums};
use crate::condition::WriteCondition;
use crate::store::{Bucket, TagSet};

/// Tags of an object and of a bucket.
pub(crate) const OBJECT_TAGS_MAX: usize = 10;
pub(crate) const BUCKET_TAGS_MAX: usize = 50;
const TAG_KEY_CHARS_MAX: usize = 128;
const TAG_VALUE_CHARS_MAX: usize = 256;

/// What `EncodingType=url` leaves alone.
const URL_ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/').remove(b' ');

/// The second of a moment, as S3 shows times.
pub(crate) fn timestamp(at_ms: i64) -> Timestamp {
    timestamp_s(at_ms.div_euclid(1000))
}

pub(crate) fn timestamp_s(at_s: i64) -> Timestamp {
    Timestamp::parse(TimestampFormat::EpochSeconds, &at_s.to_string()).unwrap_or_default()
}

/// The whole seconds of a time since the Unix epoch.
pub(crate) fn seconds(at: &Timestamp) -> Option<i64> {
    let mut text = Vec::new();
    at.format(TimestampFormat::EpochSeconds, &mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    text.split('.').next()?.parse().ok()
}

pub(crate) fn etag(value: &str) -> Option<ETag> {
    Some(ETag::Strong(value.to_owned()))
}

pub(crate) fn owner_of(bucket: &Bucket) -> Owner {
    Owner { display_name: None, id: Some(bucket.owner_canonical.clone()) }
}

pub(crate) fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

pub(crate) fn checksum_type(checksums: &Checksums) -> Option<ChecksumType> {
    (!checksums.values.is_empty()).then(|| ChecksumType::from_static(checksums.kind.name()))
}

/// Fills the five checksum members of an output.
macro_rules! checksum_members {
    ($output:expr, $checksums:expr) => {{
        use crate::checksum::Algorithm;
        let found = $checksums;
        $output.checksum_crc32 = found.get(Algorithm::Crc32);
        $output.checksum_crc32c = found.get(Algorithm::Crc32c);
        $output.checksum_crc64nvme = found.get(Algorithm::Crc64Nvme);
        $output.checksum_sha1 = found.get(Algorithm::Sha1);
        $output.checksum_sha256 = found.get(Algorithm::Sha256);
    }};
}

/// Reads the five checksum members of an input.
macro_rules! given_checksums {
    ($input:expr) => {
        crate::api::shape::given([
            (crate::checksum::Algorithm::Crc32, &$input.checksum_crc32),
            (crate::checksum::Algorithm::Crc32c, &$input.checksum_crc32c),
            (crate::checksum::Algorithm::Crc64Nvme, &$input.checksum_crc64nvme),
            (crate::checksum::Algorithm::Sha1, &$input.checksum_sha1),
            (crate::checksum::Algorithm::Sha256, &$input.checksum_sha256),
        ])
    };
}

pub(crate) use {checksum_members, given_checksums};

pub(crate) fn given(members: [(Algorithm, &Option<String>); 5]) -> BTreeMap<Algorithm, String> {
    members.into_iter().filter_map(|(algorithm, value)| Some((algorithm, value.clone()?))).collect()
}

/// Encodes a key for an answer, if the request asked for it; a space becomes `+`, as S3 writes it.
pub(crate) fn encoded(text: String, url: bool) -> String {
    if url { utf8_percent_encode(&text, URL_ENCODED).to_string().replace(' ', "+") } else { text }
}

/// Reads the condition of a write.
pub(crate) fn write_condition(
    if_match: Option<ETagCondition>,
    if_none_match: Option<ETagCondition>,
) -> S3Result<WriteCondition> {
    match (if_match, if_none_match) {
        (None, None) => Ok(WriteCondition::Always),
        (Some(ETagCondition::Any), None) => Ok(WriteCondition::Present),
        (Some(ETagCondition::ETag(etag)), None) => Ok(WriteCondition::Is(etag.into_value())),
        (None, Some(ETagCondition::Any)) => Ok(WriteCondition::Absent),
        // S3 takes nothing but `*` here.
        _ => Err(refuse(
            S3ErrorCode::NotImplemented,
            "A header you provided implies functionality that is not implemented",
        )),
    }
}

/// Reads `x-amz-tagging`: `key=value&…`, form-encoded.
pub(crate) fn tags_of_header(header: &str) -> S3Result<TagSet> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8().map(|text| text.into_owned())
    };
    let bad = |_not_utf8| {
        invalid_argument(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
        )
    };
    let mut pairs = Vec::new();
    for pair in header.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((decode(key).map_err(bad)?, decode(value).map_err(bad)?));
    }
    checked_tags(pairs, OBJECT_TAGS_MAX)
}

/// Reads the tags of a request's body.
pub(crate) fn tags_of_set(set: Vec<Tag>, count_max: usize) -> S3Result<TagSet> {
    checked_tags(
        set.into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())),
        count_max,
    )
}

fn checked_tags(pairs: impl IntoIterator<Item = (String, String)>, count_max: usize) -> S3Result<TagSet> {
    let mut tags = TagSet::new();
    for (key, value) in pairs {
        if key.is_empty() || key.chars().count() > TAG_KEY_CHARS_MAX {
            return Err(refuse(S3ErrorCode::InvalidTag, "The TagKey you have provided is invalid"));
        }
        if value.chars().count() > TAG_VALUE_CHARS_MAX {
            return Err(refuse(S3ErrorCode::InvalidTag, "The TagValue you have provided is invalid"));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(refuse(S3ErrorCode::InvalidTag, "System tags cannot be added/updated by requester"));
        }
        if tags.insert(key, value).is_some() {
            return Err(refuse(S3ErrorCode::InvalidTag, "Cannot provide multiple Tags with the same key"));
        }
    }
    if tags.len() > count_max {
        let message = format!("Object tags cannot be greater than {count_max}");
        return Err(custom("BadRequest", http::StatusCode::BAD_REQUEST, message));
    }
    Ok(tags)
}

pub(crate) fn tag_set(tags: TagSet) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag { key: Some(key), value: Some(value) }).collect()
}

pub(crate) fn user_metadata(user: BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!user.is_empty()).then(|| user.into_iter().collect())
}

/// Refuses a version other than the only one there is.
pub(crate) fn only_version(version: Option<&str>) -> S3Result<()> {
    match version {
        None | Some("null") => Ok(()),
        Some(_) => Err(refuse(S3ErrorCode::NoSuchVersion, "The specified version does not exist.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_encoding() {
        assert_eq!(encoded("a b/é+&.txt".into(), true), "a+b/%C3%A9%2B%26.txt");
        assert_eq!(encoded("a b".into(), false), "a b");
    }

    #[test]
    fn tagging_header() {
        let tags = tags_of_header("a=b+c&d%3D=%C3%A9").unwrap();
        assert_eq!(tags, TagSet::from([("a".into(), "b c".into()), ("d=".into(), "é".into())]));
        assert!(tags_of_header("a=1&a=2").is_err());
        assert!(tags_of_header("aws:x=1").is_err());
    }

    #[test]
    fn times() {
        assert_eq!(seconds(&timestamp(1_700_000_000_999)), Some(1_700_000_000));
    }
}
