//! Whom a connection to an upstream trusts.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// The authorities of an upstream could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file can't be read.
    #[error("read {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("use {path}: certificates in PEM are needed")]
    Content {
        /// The file.
        path: PathBuf,
    },
    /// No TLS is possible at all.
    #[error("set up TLS")]
    Tls(#[source] rustls::Error),
}

/// Makes a TLS client that trusts an authority's certificates, or those that the machine trusts.
pub(crate) fn tls(authority: Option<&Path>) -> Result<rustls::ClientConfig, TrustError> {
    let mut roots = rustls::RootCertStore::empty();
    match authority {
        Some(path) => {
            let failed = |source| TrustError::File { path: path.to_owned(), source };
            let pem = std::fs::read(path).map_err(failed)?;
            let wrong = || TrustError::Content { path: path.to_owned() };
            for certificate in CertificateDer::pem_slice_iter(&pem) {
                roots.add(certificate.map_err(|_pem| wrong())?).map_err(|_der| wrong())?;
            }
            if roots.is_empty() {
                return Err(wrong());
            }
        }
        // Certificates that can't be read vouch for nobody; where none is left, connecting says so.
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(TrustError::Tls)?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
