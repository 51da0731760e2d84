//! A certificate for those who have none.
//!
//! An authority is made, signs one certificate, and is forgotten: its key is never written. So what clients
//! are told to trust can vouch for this one server and for nothing else, ever. Made at first start, kept in
//! the data directory, made anew when the names that clients use are others, or when it ends soon.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use serde::{Deserialize, Serialize};

use super::Pair;
use crate::config::Config;

/// How long a certificate is good for. The authority's key is gone, so nobody can sign another.
const LIFE_DAYS: i64 = 3_650;

/// A certificate that ends within this time is made anew at the next start.
const RENEW_DAYS: i64 = 90;

/// A certificate is good from a little before now: clocks differ.
const EARLIER_DAYS: i64 = 2;

/// Where a made certificate lies.
#[derive(Debug, Clone)]
pub(crate) struct Generated {
    dir: PathBuf,
}

/// What a certificate was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    version: u32,
    names: BTreeSet<String>,
    ends: Timestamp,
}

/// No certificate could be made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    #[error("write {file}")]
    Write { file: PathBuf, source: io::Error },
    #[error("sign a certificate for {names:?}")]
    Sign { names: BTreeSet<String>, source: rcgen::Error },
    #[error("reckon with the time {0}")]
    Time(Timestamp),
}

/// Three texts in PEM.
struct Texts {
    authority: String,
    certificate: String,
    key: String,
}

impl Generated {
    /// Names the directory; nothing is touched.
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Returns the file that clients are told to trust.
    pub(crate) fn authority(&self) -> PathBuf {
        self.dir.join("authority.pem")
    }

    /// Returns the pair that is there for these names, or makes it.
    pub(crate) fn ensure(&self, names: BTreeSet<String>, now: Timestamp) -> Result<Pair, GenerateError> {
        let pair = Pair { certificate: self.dir.join("certificate.pem"), key: self.dir.join("key.pem") };
        let known = fs::read(self.dir.join("made.json")).ok();
        let known = known.and_then(|text| serde_json::from_slice::<Made>(&text).ok());
        let soon = days_after(now, RENEW_DAYS)?;
        if known.is_some_and(|made| made.version == 1 && made.names == names && made.ends > soon)
            && pair.read().is_ok()
        {
            return Ok(pair);
        }
        let ends = days_after(now, LIFE_DAYS)?;
        let sign = |source| GenerateError::Sign { names: names.clone(), source };
        let begins = days_after(now, -EARLIER_DAYS)?;
        let texts = texts(&names, begins, ends).map_err(sign)?;
        self.keep(&texts, &Made { version: 1, names, ends })?;
        tracing::info!(authority = %self.authority().display(), "certificate made");
        Ok(pair)
    }

    /// Writes what was made. What tells that it is there comes last: a crash in between makes it anew.
    fn keep(&self, texts: &Texts, made: &Made) -> Result<(), GenerateError> {
        let failed = |file: &Path| {
            let file = file.to_path_buf();
            move |source| GenerateError::Write { file, source }
        };
        DirBuilder::new().recursive(true).mode(0o700).create(&self.dir).map_err(failed(&self.dir))?;
        let about = serde_json::to_string(made).unwrap_or_default();
        let files = [
            ("key.pem", &texts.key),
            ("certificate.pem", &texts.certificate),
            ("authority.pem", &texts.authority),
            ("made.json", &about),
        ];
        for (name, text) in files {
            let file = self.dir.join(name);
            put(&file, text).map_err(failed(&file))?;
        }
        File::open(&self.dir).and_then(|dir| dir.sync_all()).map_err(failed(&self.dir))
    }
}

/// Returns the names that clients may call the server by: of the machine itself, of the address it listens
/// on, and of the domains under which buckets are hosts.
pub(super) fn names(config: &Config) -> BTreeSet<String> {
    let own = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let domains = config.base_domains.iter().flat_map(|domain| match domain.parse::<IpAddr>() {
        Ok(_address) => vec![domain.clone()],
        Err(_) => vec![domain.clone(), format!("*.{domain}")],
    });
    let told = config.endpoint.as_ref().and_then(|endpoint| endpoint.parse::<http::Uri>().ok());
    let told = told.and_then(|uri| uri.host().map(|host| host.trim_matches(['[', ']']).to_owned()));
    own.into_iter().chain([config.listen.ip().to_string()]).chain(told).chain(domains).collect()
}

fn texts(names: &BTreeSet<String>, begins: Timestamp, ends: Timestamp) -> Result<Texts, rcgen::Error> {
    let (authority_key, key) = (KeyPair::generate()?, KeyPair::generate()?);
    let mut authority = CertificateParams::default();
    // Named after its key: an authority that is made anew must not be taken for the one before it.
    let mark: String =
        authority_key.public_key_raw().iter().rev().take(4).map(|byte| format!("{byte:02x}")).collect();
    authority.distinguished_name.push(DnType::CommonName, format!("Cairn {mark}"));
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    bound(&mut authority, begins, ends);
    let mut own = CertificateParams::new(names.iter().cloned().collect::<Vec<_>>())?;
    own.distinguished_name.push(DnType::CommonName, "Cairn");
    own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    own.use_authority_key_identifier_extension = true;
    bound(&mut own, begins, ends);
    let signed = authority.self_signed(&authority_key)?;
    let certificate = own.signed_by(&key, &Issuer::new(authority, authority_key))?;
    Ok(Texts { authority: signed.pem(), certificate: certificate.pem(), key: key.serialize_pem() })
}

/// Sets from which day to which a certificate is good.
fn bound(params: &mut CertificateParams, begins: Timestamp, ends: Timestamp) {
    let day = |at: Timestamp| {
        let date = at.to_zoned(TimeZone::UTC).date();
        rcgen::date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    (params.not_before, params.not_after) = (day(begins), day(ends));
}

/// Writes a file for its owner's eyes only, wholly or not at all.
#[expect(clippy::disallowed_methods, reason = "the directory is synced once all files are in place")]
fn put(file: &Path, text: &str) -> io::Result<()> {
    let fresh = file.with_extension("new");
    let mut open = OpenOptions::new();
    let mut written = open.create(true).truncate(true).write(true).mode(0o600).open(&fresh)?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    fs::rename(fresh, file)
}

fn days_after(now: Timestamp, days: i64) -> Result<Timestamp, GenerateError> {
    now.checked_add((days * 24).hours()).map_err(|_beyond| GenerateError::Time(now))
}

#[cfg(test)]
mod tests;
