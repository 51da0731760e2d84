//! Credentials for who signs calls by itself.

use std::fmt;

use aws_config::meta::region::ProvideRegion as _;
use aws_config::profile::ProfileFileRegionProvider;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use jiff::Timestamp;

use crate::Credentials;

/// Gives the keys that a call is to be signed with.
pub struct KeySource(SharedCredentialsProvider);

/// A key to sign with. It is secret, and so has no `Debug`.
#[expect(missing_debug_implementations, reason = "it holds a secret")]
pub struct Keys {
    /// The access key's id.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// The session token of temporary credentials.
    pub token: Option<String>,
    /// When they run out; none where they do not.
    pub expires: Option<Timestamp>,
}

/// Nobody gave credentials.
#[derive(Debug, thiserror::Error)]
#[error("find credentials: none in the environment, a profile, a container or an instance could be used")]
pub struct KeysError(#[from] aws_credential_types::provider::error::CredentialsError);

impl KeySource {
    /// Takes credentials from where they are described to come from. Nobody is asked yet.
    pub fn new(credentials: &Credentials) -> Self {
        Self(credentials.provider())
    }

    /// Asks for keys.
    ///
    /// # Errors
    /// Nobody has any.
    pub async fn keys(&self) -> Result<Keys, KeysError> {
        let given = self.0.provide_credentials().await?;
        Ok(Keys {
            id: given.access_key_id().to_owned(),
            secret: given.secret_access_key().to_owned(),
            token: given.session_token().map(str::to_owned),
            expires: given.expiry().and_then(|at| Timestamp::try_from(at).ok()),
        })
    }

    /// Returns the Region that the chosen profile of the shared configuration names.
    pub async fn region() -> Option<String> {
        ProfileFileRegionProvider::new().region().await.map(|region| region.as_ref().to_owned())
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySource")
    }
}
