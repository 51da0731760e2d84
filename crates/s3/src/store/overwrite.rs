//! Writing over what is there, for writers in this process.

use futures_util::stream;

use super::ObjectStore;
use super::error::StoreError;
use super::object::Object;
use super::put::{Deposit, PutRequest};
use crate::body::Promise;

impl ObjectStore {
    /// Writes an object, whatever lies under its key.
    ///
    /// # Errors
    /// As [`ObjectStore::put_if_absent`].
    pub async fn overwrite(&self, deposit: Deposit<'_>) -> Result<Object, StoreError> {
        let Deposit { bucket, key, bytes, metadata, encryption, keys } = deposit;
        let of = self.bucket(bucket).await?.ok_or(StoreError::NoSuchBucket)?;
        let request = PutRequest {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            metadata,
            promise: Promise { size: Some(bytes.len() as u64), ..Promise::default() },
            seal: Some(self.seal(&of, key, &encryption, keys).await?),
            ..PutRequest::default()
        };
        self.put(request, stream::iter([Ok(bytes)])).await
    }
}
