//! Files that a destination's configuration points to: secrets, authorities, patterns.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cairn_pattern::PatternError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// What the configuration points to is not usable. An operator corrects it.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    /// A file can't be read.
    #[error("read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("use {}: {needed}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What it must hold.
        needed: &'static str,
    },
    /// The pattern is none.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// TLS can't be set up.
    #[error("set up TLS")]
    Tls(#[source] rustls::Error),
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Reads a secret: the file's text without the line's end.
    pub(crate) fn read(path: &Path) -> Result<Self, MaterialError> {
        let text = text(path)?.trim_end_matches(['\r', '\n']).to_owned();
        if text.is_empty() || text.contains('\n') {
            let needed = "one line is needed";
            return Err(MaterialError::Content { path: path.to_owned(), needed });
        }
        Ok(Self(text))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Reads a text file.
pub(crate) fn text(path: &Path) -> Result<String, MaterialError> {
    std::fs::read_to_string(path).map_err(|source| MaterialError::File { path: path.to_owned(), source })
}

/// Makes a TLS client that trusts an authority's certificates, or those that the machine trusts.
pub(crate) fn tls(authority: Option<&Path>) -> Result<rustls::ClientConfig, MaterialError> {
    let mut roots = rustls::RootCertStore::empty();
    match authority {
        Some(path) => {
            let pem = text(path)?;
            let needed = "certificates in PEM are needed";
            let wrong = || MaterialError::Content { path: path.to_owned(), needed };
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
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
    let builder = builder.with_safe_default_protocol_versions().map_err(MaterialError::Tls)?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Tells whether an error comes from a certificate that is not trusted, of which libraries only say so in words.
pub(crate) fn names_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    error.to_string().contains("certificate") || error.source().is_some_and(names_certificate)
}
