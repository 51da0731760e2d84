use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use super::*;
use crate::settings::Settings;

const NOW: &str = "2026-06-01T00:00:00Z";

fn configured(flags: &[(&'static str, &str)]) -> Config {
    let flags = flags.iter().map(|(key, value)| (*key, (*value).to_owned()));
    Config::understand(&Settings::gather(None, [], flags).unwrap()).unwrap()
}

/// Tells whether a client that trusts the authority takes the certificate for `name` at `now`.
fn is_trusted(made: &Generated, pair: &Pair, name: &str, now: Timestamp) -> bool {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(made.authority()).unwrap()).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let shown = CertificateDer::from_pem_file(&pair.certificate).unwrap();
    let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(now.as_second().unsigned_abs()));
    verifier.verify_server_cert(&shown, &[], &ServerName::try_from(name).unwrap(), &[], now).is_ok()
}

#[test]
fn every_name_of_the_server_is_trusted_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let config = configured(&[
        ("server.listen", "10.1.2.3:443"),
        ("server.base_domains", "s3.localhost,store.example.com,10.9.9.9"),
        ("server.endpoint", "https://audit.example.com:8585"),
    ]);
    let made = Generated::new(dir.path().join("tls"));
    let now = NOW.parse().unwrap();
    let pair = made.ensure(names(&config), now).unwrap();
    for name in [
        "localhost",
        "127.0.0.1",
        "::1",
        "10.1.2.3",
        "10.9.9.9",
        "audit.example.com",
        "s3.localhost",
        "bucket.s3.localhost",
        "store.example.com",
        "bucket.store.example.com",
    ] {
        assert!(is_trusted(&made, &pair, name, now), "{name}");
    }
    for name in ["example.com", "a.b.store.example.com", "10.1.2.4"] {
        assert!(!is_trusted(&made, &pair, name, now), "{name}");
    }
    for (day, good) in
        [("2026-05-29", false), ("2026-05-31", true), ("2036-05-20", true), ("2036-06-01", false)]
    {
        let at = format!("{day}T00:00:00Z").parse().unwrap();
        assert_eq!(is_trusted(&made, &pair, "localhost", at), good, "{day}");
    }
}

#[test]
fn nobody_else_can_read_the_key_and_the_authoritys_is_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let made = Generated::new(dir.path().join("tls"));
    let pair = made.ensure(names(&configured(&[])), NOW.parse().unwrap()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir.path().join("tls")), mode(&pair.key)), (0o700, 0o600));
    let keys = fs::read_dir(dir.path().join("tls"))
        .unwrap()
        .filter(|file| fs::read_to_string(file.as_ref().unwrap().path()).unwrap().contains("PRIVATE KEY"));
    assert_eq!(keys.count(), 1);
}

#[test]
fn a_pair_is_kept_until_its_names_or_its_end_ask_for_another() {
    let dir = tempfile::tempdir().unwrap();
    let made = Generated::new(dir.path().join("tls"));
    let usual = names(&configured(&[]));
    let ensure = |names: &BTreeSet<String>, now: &str| {
        let pair = made.ensure(names.clone(), now.parse().unwrap()).unwrap();
        fs::read_to_string(pair.certificate).unwrap()
    };
    let first = ensure(&usual, NOW);
    assert_eq!(ensure(&usual, "2036-02-01T00:00:00Z"), first);
    let late = ensure(&usual, "2036-04-01T00:00:00Z");
    assert_ne!(late, first, "made anew ninety days before its end");
    let other = ensure(&names(&configured(&[("server.listen", "10.0.0.1:1")])), "2036-04-01T00:00:00Z");
    assert_ne!(other, late, "another address");
    fs::write(dir.path().join("tls/key.pem"), "torn").unwrap();
    let again = ensure(&names(&configured(&[("server.listen", "10.0.0.1:1")])), "2036-04-01T00:00:00Z");
    assert_ne!(again, other, "a key that can't be read");
}
