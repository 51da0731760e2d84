//! Connections to the AWS APIs that the settings name, and the key that signs them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cairn_aws::{AccountRole, Connections, Credentials};

use crate::config::{Config, EndpointCredentials};

/// The file with the secret of the endpoints' access key could not be used.
#[derive(Debug, thiserror::Error)]
#[error("read the secret of endpoints.access_key_id from {file}")]
pub struct SecretFileError {
    file: PathBuf,
    source: std::io::Error,
}

/// Prepares connections; nobody is called yet.
///
/// # Errors
/// The file with the secret can't be read, or holds none.
pub(crate) fn open(config: &Config) -> Result<Arc<Connections>, SecretFileError> {
    let credentials = credentials(config, None)?;
    for (service, endpoint) in config.endpoints.iter() {
        tracing::info!(service, %endpoint, %credentials, "calls an AWS API elsewhere");
    }
    let connections = Connections::new(config.endpoints.clone(), &credentials);
    Ok(Arc::new(match &config.endpoint_role {
        Some(role) => connections.in_accounts(AccountRole::new(config.account, role)),
        None => connections,
    }))
}

/// Returns what signs calls to endpoints: a profile, or what all of them have.
///
/// # Errors
/// The file with the secret can't be read, or holds none.
pub(crate) fn credentials(config: &Config, profile: Option<&str>) -> Result<Credentials, SecretFileError> {
    Ok(match (profile, &config.endpoint_credentials) {
        (Some(name), _) => Credentials::Profile(name.to_owned()),
        (None, EndpointCredentials::Standard(keys)) => Credentials::Standard(*keys),
        (None, EndpointCredentials::Profile(name)) => Credentials::Profile(name.clone()),
        (None, EndpointCredentials::KeyFile { id, file }) => {
            Credentials::Key { id: id.clone(), secret: secret(file)? }
        }
    })
}

fn secret(file: &Path) -> Result<String, SecretFileError> {
    let failed = |source| SecretFileError { file: file.to_owned(), source };
    let text = std::fs::read_to_string(file).map_err(failed)?;
    match text.trim() {
        "" => Err(failed(std::io::Error::new(std::io::ErrorKind::InvalidData, "the file is empty"))),
        secret => Ok(secret.to_owned()),
    }
}
