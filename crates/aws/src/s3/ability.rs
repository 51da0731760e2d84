//! What a store can do, found out by asking it.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_s3::Client;
use bytes::Bytes;

use super::Buckets;
use super::write::{Content, Encryption, IfTaken, Object, WriteError, Written, write};
use crate::Endpoint;

/// What the store behind an endpoint turned out not to do. Each is said once, in a warning.
#[derive(Debug, Default)]
pub(super) struct Abilities {
    no_encryption: AtomicBool,
    no_conditions: AtomicBool,
    ignores_conditions: AtomicBool,
    is_aws: bool,
}

impl Abilities {
    /// Supposes that a store can do everything.
    pub(super) fn new(endpoint: Option<&Endpoint>) -> Self {
        Self { is_aws: endpoint == Some(&Endpoint::Aws), ..Self::default() }
    }

    /// Tells whether an internal error may mean that the store can't do what it was asked for. AWS's S3 can.
    pub(super) fn may_break(&self) -> bool {
        !self.is_aws
    }

    /// Tells whether the store takes objects that are to be encrypted with its own keys.
    pub(super) fn encrypts(&self) -> bool {
        !self.no_encryption.load(Ordering::Relaxed)
    }

    /// Tells whether the store may be sent conditions.
    pub(super) fn knows_conditions(&self) -> bool {
        !self.no_conditions.load(Ordering::Relaxed)
    }

    /// Tells whether conditions protect what is there.
    pub(super) fn keeps_conditions(&self) -> bool {
        self.knows_conditions() && !self.ignores_conditions.load(Ordering::Relaxed)
    }

    pub(super) fn lacks_encryption(&self, bucket: &str) {
        if !self.no_encryption.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                bucket,
                "the store does not encrypt objects with its own keys: they are put without"
            );
        }
    }

    pub(super) fn lacks_conditions(&self, bucket: &str) {
        if !self.no_conditions.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                bucket,
                "the store knows no conditional writes: keys are looked at before each write"
            );
        }
    }

    fn lets_both_win(&self, bucket: &str) {
        if !self.ignores_conditions.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                bucket,
                "the store let two writes win that each asked for a free key: keys are looked at before each write"
            );
        }
    }
}

impl Buckets {
    /// Writes a folder marker, twice if need be, to learn whether the second write is turned away.
    ///
    /// # Errors
    /// The marker could not be written: nothing was learnt.
    pub(super) async fn ask(
        &self,
        client: &Client,
        bucket: &str,
        marker: &str,
        kms_key: Option<&str>,
    ) -> Result<(), WriteError> {
        let (key, encryption) = (marker, Encryption::of(kms_key, None));
        let (content, if_taken) = (Content::Nothing, IfTaken::Keep);
        let object = Object { bucket, key, body: Bytes::new(), content, if_taken, metadata: &[], encryption };
        for _ in 0..2 {
            if write(client, &object, &self.abilities).await? != Written::Now {
                return Ok(());
            }
        }
        if self.abilities.knows_conditions() {
            self.abilities.lets_both_win(bucket);
        }
        Ok(())
    }
}
