//! CopyObject and UploadPartCopy: the bytes are read and written anew.

use futures_util::StreamExt as _;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Result};

use super::encryption::{asked, encryption_members, refuse_customer_key};
use super::error::{answer, invalid_argument, invalid_request, not_implemented, precondition_failed, refuse};
use super::shape::{checksum_members, checksum_type, etag, only_version, seconds, tags_of_header, timestamp};
use super::upload::part_number;
use super::write::{algorithm_named, check_extras, extras, metadata_of};
use super::{Answer, Api, ok};
use crate::authorized::{self, Deed};
use crate::body::{PUT_BYTES_MAX, Promise};
use crate::checksum::{Algorithm, ChecksumKind};
use crate::condition::{ReadConditions, ReadVerdict, WriteCondition};
use crate::seal::DataKey;
use crate::store::{Content, Object as Stored, PutRequest};

/// What is copied.
struct Source {
    /// Bucket and key.
    place: (String, String),
    object: Stored,
    content: Content,
    data_key: Option<DataKey>,
}

impl Api {
    pub(super) async fn copy_object(&self, request: S3Request<CopyObjectInput>) -> Answer<CopyObjectOutput> {
        let S3Request { input, extensions, .. } = request;
        let to = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        check_extras(&extras!(input))?;
        refuse_customer_key(input.copy_source_sse_customer_algorithm.is_some())?;
        let conditions = ReadConditions {
            if_match: input.copy_source_if_match.clone(),
            if_none_match: input.copy_source_if_none_match.clone(),
            if_modified_since: input.copy_source_if_modified_since.as_ref().and_then(seconds),
            if_unmodified_since: input.copy_source_if_unmodified_since.as_ref().and_then(seconds),
        };
        let source_owner = input.expected_source_bucket_owner.as_deref();
        let Source { place: from, object: source, content, data_key } =
            self.source(&input.copy_source, source_owner, &conditions, &extensions).await?;
        if source.size > PUT_BYTES_MAX {
            return Err(invalid_request(
                "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
            ));
        }
        let replaces = is_replace(input.metadata_directive.as_ref().map(MetadataDirective::as_str))?;
        let retags = is_replace(input.tagging_directive.as_ref().map(TaggingDirective::as_str))?;
        let re_encrypts = input.server_side_encryption.is_some();
        if from == (input.bucket.clone(), input.key.clone()) && !replaces && !re_encrypts {
            return Err(invalid_request(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
            ));
        }
        let given_tags = input.tagging.as_deref().map(tags_of_header).transpose()?.unwrap_or_default();
        let given_metadata = metadata_of!(input);
        let seal = self.seal((&to, &input.key), &asked!(input), &extensions).await?;
        let put = PutRequest {
            bucket: input.bucket,
            key: input.key,
            metadata: if replaces { given_metadata } else { source.metadata.clone() },
            tags: if retags { given_tags } else { source.tags.clone() },
            condition: WriteCondition::Always,
            seal,
            promise: copied_promise(&source, algorithm_named(input.checksum_algorithm.as_ref())?),
        };
        let body = content.stream(0..source.size, data_key).map(|piece| piece.map_err(Into::into));
        let stored = self.store.put(put, body).await.map_err(answer)?;
        let mut result = CopyObjectResult {
            checksum_type: checksum_type(&stored.checksums),
            e_tag: etag(&stored.etag),
            last_modified: Some(timestamp(stored.modified_ms)),
            ..CopyObjectResult::default()
        };
        checksum_members!(result, &stored.checksums);
        let mut output = CopyObjectOutput {
            copy_object_result: Some(result),
            ssekms_encryption_context: input.ssekms_encryption_context,
            ..CopyObjectOutput::default()
        };
        encryption_members!(output, &stored.encryption);
        ok(output)
    }

    pub(super) async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> Answer<UploadPartCopyOutput> {
        let S3Request { input, extensions, .. } = request;
        let to = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        refuse_customer_key(
            input.sse_customer_algorithm.is_some() || input.copy_source_sse_customer_algorithm.is_some(),
        )?;
        let number = part_number(input.part_number)?;
        let conditions = ReadConditions {
            if_match: input.copy_source_if_match.clone(),
            if_none_match: input.copy_source_if_none_match.clone(),
            if_modified_since: input.copy_source_if_modified_since.as_ref().and_then(seconds),
            if_unmodified_since: input.copy_source_if_unmodified_since.as_ref().and_then(seconds),
        };
        let source_owner = input.expected_source_bucket_owner.as_deref();
        let Source { object: source, content, data_key, .. } =
            self.source(&input.copy_source, source_owner, &conditions, &extensions).await?;
        let span = match &input.copy_source_range {
            None => 0..source.size,
            Some(text) => copied_range(text, source.size)?,
        };
        if span.end - span.start > PUT_BYTES_MAX {
            return Err(invalid_request(
                "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
            ));
        }
        let promise = Promise { size: Some(span.end - span.start), ..Promise::default() };
        let upload = self.store.upload(&input.bucket, &input.key, &input.upload_id).await.map_err(answer)?;
        let key = self.unlock((&to, &input.key), &upload.encryption, &extensions).await?;
        let body = content.stream(span, data_key).map(|piece| piece.map_err(Into::into));
        let part = self.store.put_part(&upload, key.as_ref(), number, promise, body).await.map_err(answer)?;
        let mut result = CopyPartResult {
            e_tag: etag(&part.etag),
            last_modified: Some(timestamp(part.modified_ms)),
            ..CopyPartResult::default()
        };
        checksum_members!(result, &part.checksums);
        let mut output =
            UploadPartCopyOutput { copy_part_result: Some(result), ..UploadPartCopyOutput::default() };
        encryption_members!(output, &upload.encryption);
        ok(output)
    }

    /// Opens a copy's source, if the caller may read it, and checks the conditions on it.
    async fn source(
        &self,
        source: &CopySource,
        expected_owner: Option<&str>,
        conditions: &ReadConditions,
        extensions: &http::Extensions,
    ) -> S3Result<Source> {
        let CopySource::Bucket { bucket, key, version_id } = source else {
            return Err(not_implemented("Copying from access points is not implemented."));
        };
        only_version(version_id.as_deref())?;
        let of = self.bucket(bucket, expected_owner).await?;
        authorized::check(extensions, Deed::Read, &of, key)?;
        let (object, content) = self.store.open_object(bucket, key).await.map_err(answer)?;
        match conditions.judge(&object.etag, object.modified_s()) {
            ReadVerdict::Go => {}
            // For a copy an unchanged source is a failed precondition too.
            ReadVerdict::NotModified | ReadVerdict::PreconditionFailed => return Err(precondition_failed()),
        }
        let data_key = self.unlock((&of, key), &object.encryption, extensions).await?;
        Ok(Source { place: (bucket.to_string(), key.to_string()), object, content, data_key })
    }
}

/// Keeps the source's kind of checksum, unless another was asked for; a composite one does not carry over.
fn copied_promise(source: &Stored, asked: Option<Algorithm>) -> Promise {
    let whole = source.checksums.kind == ChecksumKind::FullObject;
    let checksums = match asked {
        Some(algorithm) => vec![(algorithm, None)],
        None => {
            let keep = |(algorithm, value): (&Algorithm, &String)| (*algorithm, whole.then(|| value.clone()));
            source.checksums.values.iter().map(keep).collect()
        }
    };
    Promise { size: Some(source.size), checksums, ..Promise::default() }
}

fn is_replace(directive: Option<&str>) -> S3Result<bool> {
    match directive {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(_) => Err(invalid_argument("Unknown directive.")),
    }
}

fn copied_range(text: &str, whole: u64) -> S3Result<std::ops::Range<u64>> {
    let malformed = || {
        invalid_argument(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
        )
    };
    match Range::parse(text).map_err(|_unreadable| malformed())? {
        Range::Int { first, last: Some(last) } if last < whole => Ok(first..last + 1),
        Range::Int { last: Some(_), .. } => {
            Err(refuse(S3ErrorCode::InvalidArgument, "Range specified is not valid for source object"))
        }
        Range::Int { last: None, .. } | Range::Suffix { .. } => Err(malformed()),
    }
}
