//! PutObject, DeleteObject, DeleteObjects and object tagging.

use futures_util::stream;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Result};

use super::encryption::{asked, encryption_members};
use super::error::{answer, precondition_failed, refuse};
use super::shape::{
    OBJECT_TAGS_MAX, checksum_members, checksum_type, etag, given_checksums, only_version, seconds, tag_set,
    tags_of_header, tags_of_set, write_condition,
};
use super::write::{check_extras, extras, metadata_of, promise};
use super::{Answer, Api, ok};
use crate::authorized::{self, Deed};
use crate::condition::WriteCondition;
use crate::store::{PutRequest, StoreError, TagSet};

/// Keys in one DeleteObjects.
const DELETES_MAX: usize = 1000;

impl Api {
    pub(super) async fn put_object(&self, request: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        let S3Request { mut input, headers, extensions, .. } = request;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        check_extras(&extras!(input))?;
        if input.write_offset_bytes.is_some() {
            return Err(super::error::not_implemented("Appending to objects is not implemented."));
        }
        let seal = self.seal((&bucket, &input.key), &asked!(input), &extensions).await?;
        let put = PutRequest {
            seal,
            metadata: metadata_of!(input),
            tags: input.tagging.as_deref().map(tags_of_header).transpose()?.unwrap_or_default(),
            condition: write_condition(input.if_match.take(), input.if_none_match.take())?,
            promise: promise(
                &headers,
                &extensions,
                input.content_length,
                input.content_md5.as_deref(),
                given_checksums!(input),
            )?,
            bucket: input.bucket,
            key: input.key,
        };
        let stored = match input.body {
            Some(body) => self.store.put(put, body).await,
            None => self.store.put(put, stream::empty()).await,
        };
        let stored = stored.map_err(answer)?;
        let mut output = PutObjectOutput {
            e_tag: etag(&stored.etag),
            checksum_type: checksum_type(&stored.checksums),
            ssekms_encryption_context: input.ssekms_encryption_context,
            ..PutObjectOutput::default()
        };
        encryption_members!(output, &stored.encryption);
        checksum_members!(output, &stored.checksums);
        ok(output)
    }

    pub(super) async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> Answer<DeleteObjectOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        only_version(input.version_id.as_deref())?;
        let condition = write_condition(input.if_match.clone(), None)?;
        if input.if_match_size.is_some() || input.if_match_last_modified_time.is_some() {
            self.check_expectation(&input).await?;
        }
        let outcomes =
            self.store.delete(&input.bucket, vec![(input.key, condition)]).await.map_err(answer)?;
        outcomes.into_iter().collect::<Result<(), StoreError>>().map_err(answer)?;
        ok(DeleteObjectOutput::default())
    }

    async fn check_expectation(&self, input: &DeleteObjectInput) -> S3Result<()> {
        let object = self.store.head(&input.bucket, &input.key).await.map_err(answer)?;
        let other_size = input.if_match_size.is_some_and(|size| u64::try_from(size) != Ok(object.size));
        let since = input.if_match_last_modified_time.as_ref().and_then(seconds);
        if other_size || since.is_some_and(|since| since != object.modified_s()) {
            return Err(precondition_failed());
        }
        Ok(())
    }

    pub(super) async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> Answer<DeleteObjectsOutput> {
        let S3Request { input, extensions, .. } = request;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let listed = input.delete.objects;
        if listed.is_empty() || listed.len() > DELETES_MAX {
            return Err(refuse(
                S3ErrorCode::MalformedXML,
                "The XML you provided was not well-formed or did not validate against our published schema",
            ));
        }
        let mut output = DeleteObjectsOutput::default();
        let mut errors = Vec::new();
        let mut keys = Vec::with_capacity(listed.len());
        for object in listed {
            let allowed = authorized::check(&extensions, Deed::Delete, &bucket, &object.key);
            match allowed.and_then(|()| only_version(object.version_id.as_deref())) {
                Ok(()) => {
                    let condition = object.e_tag.map(|etag| WriteCondition::Is(etag.into_value()));
                    keys.push((object.key, object.version_id, condition.unwrap_or_default()));
                }
                Err(error) => errors.push(entry_error(object.key, object.version_id, &error)),
            }
        }
        let asked = keys.iter().map(|(key, _version, condition)| (key.clone(), condition.clone())).collect();
        let outcomes = self.store.delete(&input.bucket, asked).await.map_err(answer)?;
        let mut deleted = Vec::new();
        for ((key, version_id, _condition), outcome) in keys.into_iter().zip(outcomes) {
            match outcome {
                Ok(()) => {
                    deleted.push(DeletedObject { key: Some(key), version_id, ..DeletedObject::default() })
                }
                Err(error) => errors.push(entry_error(key, version_id, &answer(error))),
            }
        }
        if input.delete.quiet != Some(true) {
            output.deleted = Some(deleted);
        }
        output.errors = Some(errors).filter(|errors| !errors.is_empty());
        ok(output)
    }

    pub(super) async fn get_object_tagging(
        &self,
        request: S3Request<GetObjectTaggingInput>,
    ) -> Answer<GetObjectTaggingOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        only_version(input.version_id.as_deref())?;
        let object = self.store.head(&input.bucket, &input.key).await.map_err(answer)?;
        ok(GetObjectTaggingOutput { tag_set: tag_set(object.tags), version_id: None })
    }

    pub(super) async fn put_object_tagging(
        &self,
        request: S3Request<PutObjectTaggingInput>,
    ) -> Answer<PutObjectTaggingOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        only_version(input.version_id.as_deref())?;
        let tags = tags_of_set(input.tagging.tag_set, OBJECT_TAGS_MAX)?;
        self.store.tag(&input.bucket, &input.key, tags).await.map_err(answer)?;
        ok(PutObjectTaggingOutput::default())
    }

    pub(super) async fn delete_object_tagging(
        &self,
        request: S3Request<DeleteObjectTaggingInput>,
    ) -> Answer<DeleteObjectTaggingOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        only_version(input.version_id.as_deref())?;
        self.store.tag(&input.bucket, &input.key, TagSet::new()).await.map_err(answer)?;
        ok(DeleteObjectTaggingOutput::default())
    }
}

fn entry_error(key: String, version_id: Option<String>, error: &s3s::S3Error) -> Error {
    Error {
        code: Some(error.code().as_str().to_owned()),
        key: Some(key),
        message: error.message().map(str::to_owned),
        version_id,
    }
}
