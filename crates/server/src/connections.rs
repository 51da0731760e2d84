//! Connections to the AWS APIs that the settings name, and the key that signs them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cairn_aws::{Connections, Credentials};

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
    let credentials = match &config.endpoint_credentials {
        EndpointCredentials::Standard(keys) => Credentials::Standard(*keys),
        EndpointCredentials::Profile(name) => Credentials::Profile(name.clone()),
        EndpointCredentials::KeyFile { id, file } => {
            Credentials::Key { id: id.clone(), secret: secret(file)? }
        }
    };
    for (service, endpoint) in config.endpoints.iter() {
        tracing::info!(service, %endpoint, %credentials, "calls an AWS API elsewhere");
    }
    Ok(Arc::new(Connections::new(config.endpoints.clone(), &credentials)))
}

fn secret(file: &Path) -> Result<String, SecretFileError> {
    let failed = |source| SecretFileError { file: file.to_owned(), source };
    let text = std::fs::read_to_string(file).map_err(failed)?;
    match text.trim() {
        "" => Err(failed(std::io::Error::new(std::io::ErrorKind::InvalidData, "the file is empty"))),
        secret => Ok(secret.to_owned()),
    }
}
