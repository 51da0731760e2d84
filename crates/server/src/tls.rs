//! Encryption of the endpoint: where the certificate comes from, and how it is replaced while serving.
//!
//! A [`Tls`] holds one pair of certificate and key, from files that an operator names or made by
//! [`generated`]. [`reload`] looks whether the files changed. A new pair is taken only when it is whole and
//! its halves belong together; until then the old one serves on, so that a renewal that is half done, or
//! wrong, never takes the endpoint down.

mod generated;
mod pair;
mod reload;
mod seen;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use crate::config::{Config, Encryption};

pub use self::generated::GenerateError;
use self::generated::Generated;
pub(crate) use self::pair::Pair;
pub use self::pair::PairError;
pub(crate) use self::reload::Reloading;
pub(crate) use self::seen::seen;

/// What clients and server may agree on, the better first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The endpoint's encryption.
#[derive(Debug)]
pub(crate) struct Tls {
    pair: Pair,
    current: Arc<Current>,
    config: Arc<ServerConfig>,
}

/// The certificate that new connections are shown.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

/// The endpoint can't be encrypted.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("use the certificate {certificate}")]
    Pair { certificate: PathBuf, source: PairError },
    #[error("make a certificate")]
    Generate(#[from] GenerateError),
    #[error("set up TLS")]
    Setup(#[source] rustls::Error),
}

/// Opens what the settings ask for; nothing where that is plain HTTP. `dir` holds a generated certificate.
///
/// # Errors
/// See [`TlsError`].
pub(crate) fn open(config: &Config, dir: PathBuf, now: Timestamp) -> Result<Option<Tls>, TlsError> {
    let pair = match &config.encryption {
        Encryption::None => return Ok(None),
        Encryption::Files { certificate, key } => Pair { certificate: certificate.clone(), key: key.clone() },
        Encryption::Generated => Generated::new(dir).ensure(generated::names(config), now)?,
    };
    Tls::open(pair).map(Some)
}

impl Tls {
    /// Reads a pair of files, which must be good.
    ///
    /// # Errors
    /// A file can't be read, is no PEM, or certificate and key don't belong together.
    pub(crate) fn open(pair: Pair) -> Result<Self, TlsError> {
        let certified = pair.read().map_err(|source| {
            let certificate = pair.certificate.clone();
            TlsError::Pair { certificate, source }
        })?;
        let current = Arc::new(Current(RwLock::new(Arc::new(certified))));
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Setup)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&current) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = PROTOCOLS.iter().map(|name| name.to_vec()).collect();
        Ok(Self { pair, current, config: Arc::new(config) })
    }

    /// Returns what does the handshakes.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

impl Current {
    fn get(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, fresh: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.get())
    }
}
