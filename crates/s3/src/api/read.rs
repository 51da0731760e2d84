//! GetObject, HeadObject and GetObjectAttributes.

use std::ops::Range as Span;

use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, HeaderValue, header};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result};

use super::encryption::{encryption_members, refuse_customer_key};
use super::error::{answer, custom, invalid_request, precondition_failed, refuse};
use super::shape::{
    checksum_members, checksum_type, etag, only_version, seconds, size, timestamp, timestamp_s, user_metadata,
};
use super::{Answer, Api, ok, ok_with};
use crate::condition::{ReadConditions, ReadVerdict};
use crate::store::{ContentStream, Extent, Object as Stored, StoreError};

/// Parts in one answer of GetObjectAttributes.
const PARTS_PAGE_MAX: i32 = 1000;

/// Which bytes a read asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Slice {
    span: Span<u64>,
    /// `Content-Range`, when it is not the whole object.
    content_range: Option<String>,
    parts: Option<i32>,
}

impl Api {
    pub(super) async fn get_object(&self, request: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        let S3Request { input, extensions, .. } = request;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        only_version(input.version_id.as_deref())?;
        refuse_customer_key(input.sse_customer_algorithm.is_some() || input.sse_customer_key.is_some())?;
        let (object, content) = self.store.open_object(&input.bucket, &input.key).await.map_err(answer)?;
        let conditions = ReadConditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
            if_modified_since: input.if_modified_since.as_ref().and_then(seconds),
            if_unmodified_since: input.if_unmodified_since.as_ref().and_then(seconds),
        };
        admit(&conditions, &object)?;
        let slice = slice(input.range, input.part_number, &object, content.extents())?;
        let data_key = self.unlock((&bucket, &input.key), &object.encryption, &extensions).await?;
        let body = begun(content.stream(slice.span.clone(), data_key)).await.map_err(answer)?;
        let mut output = GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            body: Some(StreamingBlob::wrap(body)),
            cache_control: object.metadata.cache_control.clone(),
            content_disposition: object.metadata.content_disposition.clone(),
            content_encoding: object.metadata.content_encoding.clone(),
            content_language: object.metadata.content_language.clone(),
            content_length: Some(size(slice.span.end - slice.span.start)),
            content_type: Some(content_type(&object)),
            e_tag: etag(&object.etag),
            expires: object.metadata.expires_s.map(timestamp_s),
            last_modified: Some(timestamp(object.modified_ms)),
            metadata: user_metadata(object.metadata.user.clone()),
            parts_count: slice.parts,
            tag_count: i32::try_from(object.tags.len()).ok().filter(|count| *count > 0),
            website_redirect_location: object.metadata.website_redirect_location.clone(),
            ..GetObjectOutput::default()
        };
        encryption_members!(output, &object.encryption);
        if wants_checksum(input.checksum_mode.as_ref()) && slice.content_range.is_none() {
            checksum_members!(output, &object.checksums);
            output.checksum_type = checksum_type(&object.checksums);
        }
        output.content_range = slice.content_range;
        ok(output)
    }

    pub(super) async fn head_object(&self, request: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        let S3Request { input, extensions, .. } = request;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        only_version(input.version_id.as_deref())?;
        refuse_customer_key(input.sse_customer_algorithm.is_some() || input.sse_customer_key.is_some())?;
        let object = self.store.head(&input.bucket, &input.key).await.map_err(answer)?;
        let conditions = ReadConditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
            if_modified_since: input.if_modified_since.as_ref().and_then(seconds),
            if_unmodified_since: input.if_unmodified_since.as_ref().and_then(seconds),
        };
        admit(&conditions, &object)?;
        let extents = match input.part_number {
            Some(_) => self.store.extents(object.content).await.map_err(answer)?,
            None => Vec::new(),
        };
        let slice = slice(input.range, input.part_number, &object, &extents)?;
        let mut output = HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: object.metadata.cache_control.clone(),
            content_disposition: object.metadata.content_disposition.clone(),
            content_encoding: object.metadata.content_encoding.clone(),
            content_language: object.metadata.content_language.clone(),
            content_length: Some(size(slice.span.end - slice.span.start)),
            content_type: Some(content_type(&object)),
            e_tag: etag(&object.etag),
            expires: object.metadata.expires_s.map(timestamp_s),
            last_modified: Some(timestamp(object.modified_ms)),
            metadata: user_metadata(object.metadata.user.clone()),
            parts_count: slice.parts,
            website_redirect_location: object.metadata.website_redirect_location.clone(),
            ..HeadObjectOutput::default()
        };
        encryption_members!(output, &object.encryption);
        if wants_checksum(input.checksum_mode.as_ref()) && slice.content_range.is_none() {
            // Under SSE-KMS a checksum is told to whoever may read the bytes.
            self.unlock((&bucket, &input.key), &object.encryption, &extensions).await?;
            checksum_members!(output, &object.checksums);
            output.checksum_type = checksum_type(&object.checksums);
        }
        output.content_range = slice.content_range;
        match output.content_range {
            Some(_) => ok_with(http::StatusCode::PARTIAL_CONTENT, output),
            None => ok(output),
        }
    }

    pub(super) async fn get_object_attributes(
        &self,
        request: S3Request<GetObjectAttributesInput>,
    ) -> Answer<GetObjectAttributesOutput> {
        let S3Request { input, extensions, .. } = request;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        only_version(input.version_id.as_deref())?;
        let object = self.store.head(&input.bucket, &input.key).await.map_err(answer)?;
        // Clients send one header with commas, or one header for each.
        let asked = || input.object_attributes.iter().flat_map(|wanted| wanted.as_str().split(','));
        let wants = |name: &str| asked().any(|wanted| wanted.trim() == name);
        let mut output = GetObjectAttributesOutput {
            last_modified: Some(timestamp(object.modified_ms)),
            ..GetObjectAttributesOutput::default()
        };
        if wants(ObjectAttributes::ETAG) {
            output.e_tag = etag(&object.etag);
        }
        if wants(ObjectAttributes::CHECKSUM) && !object.checksums.values.is_empty() {
            self.unlock((&bucket, &input.key), &object.encryption, &extensions).await?;
            let mut checksum =
                Checksum { checksum_type: checksum_type(&object.checksums), ..Checksum::default() };
            checksum_members!(checksum, &object.checksums);
            output.checksum = Some(checksum);
        }
        if wants(ObjectAttributes::OBJECT_SIZE) {
            output.object_size = Some(size(object.size));
        }
        if wants(ObjectAttributes::STORAGE_CLASS) {
            output.storage_class = Some(StorageClass::from_static(StorageClass::STANDARD));
        }
        if wants(ObjectAttributes::OBJECT_PARTS) && is_multipart(&object) {
            let extents = self.store.extents(object.content).await.map_err(answer)?;
            let after = input.part_number_marker.unwrap_or(0);
            let limit = input.max_parts.unwrap_or(PARTS_PAGE_MAX).clamp(0, PARTS_PAGE_MAX);
            output.object_parts = Some(parts_page(&extents, after, limit));
        }
        ok(output)
    }
}

/// Reads the first piece: damage that shows there is answered with an error instead of half an object.
async fn begun(mut content: ContentStream) -> Result<ContentStream, StoreError> {
    match content.next().await.transpose()? {
        Some(first) => Ok(Box::pin(stream::iter([Ok(first)]).chain(content))),
        None => Ok(content),
    }
}

fn parts_page(extents: &[Extent], after: i32, limit: i32) -> GetObjectAttributesParts {
    let number = |extent: &Extent| i32::try_from(extent.sequence).unwrap_or(i32::MAX);
    let later: Vec<&Extent> = extents.iter().filter(|extent| number(extent) > after).collect();
    let taken = later.len().min(usize::try_from(limit).unwrap_or(0));
    let parts: Vec<ObjectPart> = later
        .iter()
        .take(taken)
        .map(|extent| ObjectPart {
            part_number: Some(number(extent)),
            size: Some(size(extent.size)),
            ..ObjectPart::default()
        })
        .collect();
    GetObjectAttributesParts {
        is_truncated: Some(taken < later.len()),
        max_parts: Some(limit),
        part_number_marker: Some(after),
        next_part_number_marker: parts.last().and_then(|part| part.part_number),
        total_parts_count: i32::try_from(extents.len()).ok(),
        // S3 lists the parts only of objects whose parts have checksums of their own; sizes do no harm.
        parts: Some(parts),
    }
}

fn is_multipart(object: &Stored) -> bool {
    object.etag.contains('-')
}

fn content_type(object: &Stored) -> String {
    object.metadata.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned())
}

fn wants_checksum(mode: Option<&ChecksumMode>) -> bool {
    mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED)
}

/// Lets a read pass, or answers its condition.
pub(super) fn admit(conditions: &ReadConditions, object: &Stored) -> S3Result<()> {
    match conditions.judge(&object.etag, object.modified_s()) {
        ReadVerdict::Go => Ok(()),
        ReadVerdict::PreconditionFailed => Err(precondition_failed()),
        ReadVerdict::NotModified => Err(not_modified(object)),
    }
}

fn not_modified(object: &Stored) -> S3Error {
    let mut error = S3Error::new(S3ErrorCode::NotModified);
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::try_from(format!("\"{}\"", object.etag)) {
        headers.insert(header::ETAG, value);
    }
    let mut text = Vec::new();
    let written = timestamp(object.modified_ms).format(TimestampFormat::HttpDate, &mut text);
    if let (Ok(()), Ok(value)) = (written, HeaderValue::from_bytes(&text)) {
        headers.insert(header::LAST_MODIFIED, value);
    }
    error.set_headers(headers);
    error
}

/// Finds which bytes a read asks for.
fn slice(range: Option<Range>, part: Option<i32>, object: &Stored, extents: &[Extent]) -> S3Result<Slice> {
    match (range, part) {
        (None, None) => Ok(Slice { span: 0..object.size, content_range: None, parts: None }),
        (Some(_), Some(_)) => {
            Err(invalid_request("Cannot specify both Range header and partNumber query parameter"))
        }
        (Some(range), None) => {
            let span = range.check(object.size).map_err(|_unsatisfiable| unsatisfiable(object.size))?;
            Ok(ranged(span, object.size, None))
        }
        (None, Some(number)) => part_of(number, object, extents),
    }
}

fn part_of(number: i32, object: &Stored, extents: &[Extent]) -> S3Result<Slice> {
    let absent = || {
        let message = "The requested partnumber is not satisfiable".to_owned();
        custom("InvalidPartNumber", http::StatusCode::RANGE_NOT_SATISFIABLE, message)
    };
    if !is_multipart(object) {
        return if number == 1 {
            Ok(Slice { span: 0..object.size, content_range: None, parts: None })
        } else {
            Err(absent())
        };
    }
    let mut start = 0;
    for extent in extents {
        let end = start + extent.size;
        if u32::try_from(number) == Ok(extent.sequence) {
            return Ok(ranged(start..end, object.size, i32::try_from(extents.len()).ok()));
        }
        start = end;
    }
    Err(absent())
}

fn ranged(span: Span<u64>, whole: u64, parts: Option<i32>) -> Slice {
    // An empty object has no range to name.
    let content_range = (!span.is_empty()).then(|| format!("bytes {}-{}/{whole}", span.start, span.end - 1));
    Slice { span, content_range, parts }
}

fn unsatisfiable(whole: u64) -> S3Error {
    let mut error = refuse(S3ErrorCode::InvalidRange, "The requested range is not satisfiable");
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    if let Ok(value) = HeaderValue::try_from(format!("bytes */{whole}")) {
        headers.insert(header::CONTENT_RANGE, value);
    }
    error.set_headers(headers);
    error
}
