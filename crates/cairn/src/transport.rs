//! How the server is reached: plain or over TLS, and whom to believe that it is the server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// Opens connections, plain or over TLS as the address says.
pub(crate) type Connector = HttpsConnector<HttpConnector>;

/// Returns what connects to `endpoint`. Over TLS, `authority` is trusted and nobody else; without one, the
/// authorities in `AWS_CA_BUNDLE`, else those of the system.
///
/// # Errors
/// What should be trusted can't be read.
pub(crate) fn connector(endpoint: &str, authority: Option<&Path>) -> anyhow::Result<Connector> {
    let roots = if endpoint.starts_with("https:") { trusted(authority)? } else { RootCertStore::empty() };
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .context("set up TLS")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().build())
}

fn trusted(authority: Option<&Path>) -> anyhow::Result<RootCertStore> {
    let named = std::env::var_os("AWS_CA_BUNDLE").filter(|name| !name.is_empty()).map(PathBuf::from);
    match authority.map(Path::to_path_buf).or(named) {
        Some(file) => bundle(&file).with_context(|| format!("trust the authorities in {}", file.display())),
        None => {
            let mut roots = RootCertStore::empty();
            let (added, _unusable) =
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            anyhow::ensure!(
                added > 0,
                "find whom to trust: the system knows no authorities; name a file of them in AWS_CA_BUNDLE"
            );
            Ok(roots)
        }
    }
}

/// Reads authorities from a PEM file.
fn bundle(file: &Path) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file)? {
        roots.add(certificate?)?;
    }
    anyhow::ensure!(!roots.is_empty(), "the file holds no certificate");
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_without_certificates_is_no_trust_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("bundle.pem");
        std::fs::write(&file, "nothing").unwrap();
        assert!(connector("https://127.0.0.1:1", Some(&file)).is_err());
        assert!(connector("https://127.0.0.1:1", Some(&dir.path().join("absent.pem"))).is_err());
        assert!(connector("http://127.0.0.1:1", Some(&file)).is_ok(), "nothing to trust in the clear");
    }
}
