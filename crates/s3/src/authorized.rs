//! What the server has authorized, and that nothing else is served.
//!
//! The server reads a request to decide about it, and s3s reads it again to serve it. Two readings can
//! differ: a host that only one of them takes for a bucket's, an escaped sub-resource. So the server hands
//! over what it decided about, and a request that s3s reads otherwise is refused.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::path::S3Path;
use s3s::{S3Error, S3ErrorCode, S3Result};

use crate::Bucket;
use crate::api::error::{access_denied, invalid_request, refuse};
use crate::seal::DataKeys;

/// What is done to an object that the address of a request does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It is read as the source of a copy.
    Read,
    /// It is listed in a DeleteObjects.
    Delete,
}

/// Decides about objects that the address of a request does not name, and about policies.
pub trait Gate: Debug + Send + Sync {
    /// Tells whether the request's caller may do it.
    fn allows(&self, deed: Deed, bucket: &Bucket, key: &str) -> bool;

    /// Reads a bucket policy as it would be evaluated. One that can't be would shut everybody out once it is
    /// kept.
    ///
    /// # Errors
    /// Says where and why it can't be read.
    fn reads(&self, policy: &str) -> Result<(), String>;
}

/// A call that the server has decided to let through. It puts one into the request's extensions; a request
/// without one is refused.
#[derive(Debug, Clone)]
pub struct Authorized {
    /// The operation, under the name that SDKs use.
    pub operation: Option<&'static str>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The key, decoded.
    pub key: Option<String>,
    /// Decides about what else the call touches.
    pub gate: Arc<dyn Gate>,
    /// Gives data keys of KMS in the caller's name.
    pub keys: Arc<dyn DataKeys>,
}

impl Authorized {
    fn covers(&self, operation: &str, path: &S3Path) -> bool {
        let (bucket, key) = match path {
            S3Path::Root => (None, None),
            S3Path::Bucket { bucket } => (Some(bucket.as_ref()), None),
            S3Path::Object { bucket, key } => (Some(bucket.as_ref()), Some(key.as_ref())),
        };
        self.operation == Some(operation) && self.bucket.as_deref() == bucket && self.key.as_deref() == key
    }
}

/// Refuses to let `deed` happen to a key that the caller may not do it to.
pub(crate) fn check(extensions: &http::Extensions, deed: Deed, bucket: &Bucket, key: &str) -> S3Result<()> {
    let authorized = extensions.get::<Authorized>();
    if authorized.is_some_and(|authorized| authorized.gate.allows(deed, bucket, key)) {
        return Ok(());
    }
    Err(access_denied())
}

/// Returns what gives data keys of KMS in the caller's name.
pub(crate) fn keys(extensions: &http::Extensions) -> S3Result<Arc<dyn DataKeys>> {
    let authorized = extensions.get::<Authorized>().ok_or_else(access_denied)?;
    Ok(Arc::clone(&authorized.keys))
}

/// Refuses a bucket policy that could not be evaluated.
pub(crate) fn check_policy(extensions: &http::Extensions, policy: &str) -> S3Result<()> {
    let authorized = extensions.get::<Authorized>().ok_or_else(access_denied)?;
    authorized
        .gate
        .reads(policy)
        .map_err(|problem| S3Error::with_message(S3ErrorCode::MalformedPolicy, problem))
}

/// Compares what s3s is about to serve with what was authorized.
#[derive(Debug)]
pub(crate) struct Door;

#[async_trait]
impl S3Access for Door {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(authorized) = cx.extensions_mut().get::<Authorized>().cloned() else {
            return Err(access_denied());
        };
        let (operation, path) = (cx.s3_op().name(), cx.s3_path());
        if authorized.covers(operation, path) {
            return Ok(());
        }
        tracing::debug!(?authorized, operation, ?path, "S3 request refused: it can be read in two ways");
        Err(invalid_request("The request can be read in more than one way."))
    }
}

// s3s asks its door only where signatures are checked. Requests come here without any.
#[async_trait]
impl S3Auth for Door {
    async fn get_secret_key(&self, _access_key: &str) -> S3Result<SecretKey> {
        Err(refuse(S3ErrorCode::NotImplemented, "Signatures are verified before a request comes here."))
    }
}
