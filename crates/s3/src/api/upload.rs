//! Multipart uploads.

use futures_util::stream;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Result};

use super::encryption::{asked, encryption_members, refuse_customer_key};
use super::error::{answer, invalid_argument, invalid_request, refuse};
use super::list::{is_url, limit_of, prefixes, query};
use super::shape::{
    checksum_members, checksum_type, encoded, etag, given_checksums, owner_of, size, tags_of_header,
    timestamp, write_condition,
};
use super::write::{algorithm_named, check_extras, extras, metadata_of, promise};
use super::{Answer, Api, caller, ok};
use crate::checksum::{Algorithm, ChecksumKind};
use crate::store::{CompleteRequest, PARTS_MAX, Upload, UploadDraft};

/// Parts in one page of ListParts.
const PARTS_PAGE_MAX: i32 = 1000;

impl Api {
    pub(super) async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        let initiator = caller(&request).map_or_else(|| "anonymous".to_owned(), |caller| caller.arn.clone());
        let S3Request { input, extensions, .. } = request;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        check_extras(&extras!(input))?;
        let checksum = upload_checksum(
            algorithm_named(input.checksum_algorithm.as_ref())?,
            input.checksum_type.as_ref().map(ChecksumType::as_str),
        )?;
        let draft = UploadDraft {
            seal: self.seal((&bucket, &input.key), &asked!(input), &extensions).await?,
            initiator,
            checksum,
            metadata: metadata_of!(input),
            tags: input.tagging.as_deref().map(tags_of_header).transpose()?.unwrap_or_default(),
            bucket: input.bucket.clone(),
            key: input.key.clone(),
        };
        let (id, encryption) = self.store.create_upload(draft).await.map_err(answer)?;
        let mut output = CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            checksum_algorithm: checksum
                .map(|(algorithm, _kind)| ChecksumAlgorithm::from_static(algorithm.name())),
            checksum_type: checksum.map(|(_algorithm, kind)| ChecksumType::from_static(kind.name())),
            ssekms_encryption_context: input.ssekms_encryption_context,
            ..CreateMultipartUploadOutput::default()
        };
        encryption_members!(output, &encryption);
        ok(output)
    }

    pub(super) async fn upload_part(&self, request: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        let S3Request { input, headers, extensions, .. } = request;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        refuse_customer_key(input.sse_customer_algorithm.is_some() || input.sse_customer_key.is_some())?;
        let number = part_number(input.part_number)?;
        let promise = promise(
            &headers,
            &extensions,
            input.content_length,
            input.content_md5.as_deref(),
            given_checksums!(input),
        )?;
        let upload = self.store.upload(&input.bucket, &input.key, &input.upload_id).await.map_err(answer)?;
        let key = self.unlock((&bucket, &input.key), &upload.encryption, &extensions).await?;
        let stored = match input.body {
            Some(body) => self.store.put_part(&upload, key.as_ref(), number, promise, body).await,
            None => self.store.put_part(&upload, key.as_ref(), number, promise, stream::empty()).await,
        };
        let part = stored.map_err(answer)?;
        let mut output = UploadPartOutput { e_tag: etag(&part.etag), ..UploadPartOutput::default() };
        encryption_members!(output, &upload.encryption);
        checksum_members!(output, &part.checksums);
        ok(output)
    }

    pub(super) async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        let S3Request { mut input, extensions, .. } = request;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let listed = input.multipart_upload.take().and_then(|upload| upload.parts).unwrap_or_default();
        if listed.is_empty() || listed.len() > usize::try_from(PARTS_MAX).unwrap_or(usize::MAX) {
            return Err(refuse(
                S3ErrorCode::MalformedXML,
                "The XML you provided was not well-formed or did not validate against our published schema",
            ));
        }
        let parts = listed.into_iter().map(completed_part).collect::<S3Result<Vec<_>>>()?;
        let complete = CompleteRequest {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            upload: input.upload_id.clone(),
            parts,
            condition: write_condition(input.if_match.take(), input.if_none_match.take())?,
            checksums: given_checksums!(input),
            size: input.mpu_object_size.and_then(|size| u64::try_from(size).ok()),
        };
        let upload = self.store.upload(&input.bucket, &input.key, &input.upload_id).await.map_err(answer)?;
        // Nothing is opened here; but whoever may not use the key makes no object with it.
        self.unlock((&bucket, &input.key), &upload.encryption, &extensions).await?;
        let stored = self.store.complete_upload(complete).await.map_err(answer)?;
        let mut output = CompleteMultipartUploadOutput {
            location: Some(format!("/{}/{}", input.bucket, encoded(input.key.clone(), true))),
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: etag(&stored.etag),
            checksum_type: checksum_type(&stored.checksums),
            ..CompleteMultipartUploadOutput::default()
        };
        encryption_members!(output, &stored.encryption);
        checksum_members!(output, &stored.checksums);
        ok(output)
    }

    pub(super) async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        self.store.abort_upload(&input.bucket, &input.key, &input.upload_id).await.map_err(answer)?;
        ok(AbortMultipartUploadOutput::default())
    }

    pub(super) async fn list_parts(&self, request: S3Request<ListPartsInput>) -> Answer<ListPartsOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let upload = self.store.upload(&input.bucket, &input.key, &input.upload_id).await.map_err(answer)?;
        let limit =
            limit_of(input.max_parts, "Argument max-parts must be an integer between 0 and 2147483647")?;
        let limit = limit.min(PARTS_PAGE_MAX);
        let after = input.part_number_marker.unwrap_or(0);
        let (from, count) = (u32::try_from(after).unwrap_or(0), u32::try_from(limit).unwrap_or(0));
        let mut rows = self.store.parts(&upload.id, from, count + 1).await.map_err(answer)?;
        let truncated = rows.len() > usize::try_from(count).unwrap_or(usize::MAX);
        rows.truncate(usize::try_from(count).unwrap_or(usize::MAX));
        let parts: Vec<Part> = rows
            .into_iter()
            .map(|row| {
                let mut part = Part {
                    e_tag: etag(&row.etag),
                    last_modified: Some(timestamp(row.modified_ms)),
                    part_number: i32::try_from(row.number).ok(),
                    size: Some(size(row.size)),
                    ..Part::default()
                };
                checksum_members!(part, &row.checksums);
                part
            })
            .collect();
        ok(ListPartsOutput {
            bucket: Some(bucket.name.clone()),
            key: Some(input.key),
            upload_id: Some(upload.id.clone()),
            part_number_marker: Some(after),
            next_part_number_marker: parts.last().and_then(|part| part.part_number),
            max_parts: Some(limit),
            is_truncated: Some(truncated),
            parts: Some(parts),
            initiator: Some(initiator_of(&upload)),
            owner: Some(owner_of(&bucket)),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            checksum_algorithm: upload
                .checksum
                .map(|(algorithm, _kind)| ChecksumAlgorithm::from_static(algorithm.name())),
            checksum_type: upload.checksum.map(|(_algorithm, kind)| ChecksumType::from_static(kind.name())),
            ..ListPartsOutput::default()
        })
    }

    pub(super) async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> Answer<ListMultipartUploadsOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let url = is_url(input.encoding_type.as_ref())?;
        let limit =
            limit_of(input.max_uploads, "Argument max-uploads must be an integer between 0 and 2147483647")?;
        let query =
            query(input.prefix.as_deref(), input.delimiter.as_deref(), input.key_marker.clone(), limit);
        let after_id = input.upload_id_marker.as_deref().filter(|id| !id.is_empty());
        let page = self.store.uploads(bucket.id, &query, after_id).await.map_err(answer)?;
        let (next_key, next_id) = page.last.filter(|_last| page.truncated).unzip();
        let uploads = page.uploads.into_iter().map(|upload| MultipartUpload {
            initiated: Some(timestamp(upload.created_ms)),
            initiator: Some(initiator_of(&upload)),
            owner: Some(owner_of(&bucket)),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            checksum_algorithm: upload
                .checksum
                .map(|(algorithm, _kind)| ChecksumAlgorithm::from_static(algorithm.name())),
            checksum_type: upload.checksum.map(|(_algorithm, kind)| ChecksumType::from_static(kind.name())),
            upload_id: Some(upload.id),
            key: Some(encoded(upload.key, url)),
        });
        ok(ListMultipartUploadsOutput {
            bucket: Some(bucket.name.clone()),
            uploads: Some(uploads.collect()),
            common_prefixes: prefixes(page.common_prefixes, url),
            delimiter: query.delimiter.map(|delimiter| encoded(delimiter, url)),
            encoding_type: input.encoding_type,
            is_truncated: Some(page.truncated),
            key_marker: Some(encoded(input.key_marker.unwrap_or_default(), url)),
            upload_id_marker: Some(input.upload_id_marker.unwrap_or_default()),
            max_uploads: Some(limit),
            next_key_marker: next_key.map(|key| encoded(key, url)),
            next_upload_id_marker: next_id,
            prefix: Some(encoded(query.prefix, url)),
            request_charged: None,
        })
    }
}

fn initiator_of(upload: &Upload) -> Initiator {
    Initiator { display_name: None, id: Some(upload.initiator.clone()) }
}

pub(super) fn part_number(given: i32) -> S3Result<u32> {
    let number = u32::try_from(given).ok().filter(|number| (1..=PARTS_MAX).contains(number));
    number.ok_or_else(|| invalid_argument("Part number must be an integer between 1 and 10000, inclusive"))
}

fn completed_part(part: CompletedPart) -> S3Result<crate::store::CompletedPart> {
    let malformed = || {
        refuse(
            S3ErrorCode::MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    };
    Ok(crate::store::CompletedPart {
        number: part_number(part.part_number.ok_or_else(malformed)?)?,
        checksums: given_checksums!(part),
        etag: part.e_tag.ok_or_else(malformed)?.into_value(),
    })
}

/// Decides what an upload's checksum covers: what was asked, or the algorithm's default.
fn upload_checksum(
    algorithm: Option<Algorithm>,
    kind: Option<&str>,
) -> S3Result<Option<(Algorithm, ChecksumKind)>> {
    let Some(algorithm) = algorithm else {
        return match kind {
            None => Ok(None),
            Some(_) => Err(invalid_request(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            )),
        };
    };
    let default = match algorithm {
        Algorithm::Crc64Nvme => ChecksumKind::FullObject,
        Algorithm::Crc32 | Algorithm::Crc32c | Algorithm::Sha1 | Algorithm::Sha256 => ChecksumKind::Composite,
    };
    let kind = match kind {
        None => default,
        Some(ChecksumType::COMPOSITE) => ChecksumKind::Composite,
        Some(ChecksumType::FULL_OBJECT) => ChecksumKind::FullObject,
        Some(_) => return Err(invalid_request("Value for x-amz-checksum-type header is invalid.")),
    };
    let impossible = match algorithm {
        Algorithm::Crc64Nvme => kind == ChecksumKind::Composite,
        Algorithm::Sha1 | Algorithm::Sha256 => kind == ChecksumKind::FullObject,
        Algorithm::Crc32 | Algorithm::Crc32c => false,
    };
    if impossible {
        return Err(s3s::S3Error::with_message(
            S3ErrorCode::InvalidRequest,
            format!(
                "The {} checksum type cannot be used with the {} checksum algorithm.",
                kind.name(),
                algorithm.name().to_ascii_lowercase()
            ),
        ));
    }
    Ok(Some((algorithm, kind)))
}
