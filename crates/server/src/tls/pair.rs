//! A certificate and its key, in two PEM files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// The largest file that is read: a chain of certificates has a few kilobytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Where certificate and key lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The server's certificate, then those that lead to an authority.
    pub(crate) certificate: PathBuf,
    /// Its private key: PKCS#8, PKCS#1 or SEC1.
    pub(crate) key: PathBuf,
}

/// When the files were written and how long they are: what tells that they changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp([FileStamp; 2]);

/// Time and size of one file; none of one that is not there.
type FileStamp = Option<(Option<Duration>, u64)>;

/// The pair can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    #[error("read {file}")]
    Read { file: PathBuf, source: io::Error },
    #[error("read {file}: it is larger than {FILE_BYTES_MAX} bytes")]
    TooLarge { file: PathBuf },
    #[error("read {file}: it holds no {wanted} in PEM")]
    Pem { file: PathBuf, wanted: &'static str, source: PemError },
    #[error("use the certificate with the key {key}")]
    Refused { key: PathBuf, source: rustls::Error },
}

impl Pair {
    /// Reads both files and checks that they belong together.
    pub(crate) fn read(&self) -> Result<CertifiedKey, PairError> {
        let no_pem = |file: &Path, wanted| {
            let file = file.to_path_buf();
            move |source| PairError::Pem { file, wanted, source }
        };
        let chain = read(&self.certificate)?;
        let chain = CertificateDer::pem_slice_iter(&chain).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(no_pem(&self.certificate, "certificate"))?;
        if chain.is_empty() {
            return Err(no_pem(&self.certificate, "certificate")(PemError::NoItemsFound));
        }
        let key = PrivateKeyDer::from_pem_slice(&read(&self.key)?);
        let key = key.map_err(no_pem(&self.key, "private key"))?;
        CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())
            .map_err(|source| PairError::Refused { key: self.key.clone(), source })
    }

    /// Looks when the files were written. A file that is not there is a change too.
    pub(crate) fn stamp(&self) -> Stamp {
        let stamp = |path: &Path| {
            let about = fs::metadata(path).ok()?;
            let written = about.modified().ok();
            let written = written.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
            Some((written, about.len()))
        };
        Stamp([stamp(&self.certificate), stamp(&self.key)])
    }
}

fn read(file: &Path) -> Result<Vec<u8>, PairError> {
    let unreadable = |source| PairError::Read { file: file.to_path_buf(), source };
    if fs::metadata(file).map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(PairError::TooLarge { file: file.to_path_buf() });
    }
    fs::read(file).map_err(unreadable)
}
