//! Sealing, opening, and the key file.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use proptest::prelude::*;

use super::{KeyFileError, MasterKey, SealError, Sealed, SecretBytes, SecretName, WhenMissing};

const NAME: SecretName<'static> = SecretName { kind: "access-key", key: "AKIAONE" };

fn master(byte: u8) -> MasterKey {
    MasterKey::new(&[byte; MasterKey::LEN]).unwrap()
}

fn seal(name: SecretName<'_>, secret: &[u8]) -> Sealed {
    master(7).seal(name, secret, |nonce| nonce.fill(3)).unwrap()
}

#[test]
fn a_secret_opens_only_under_its_key_and_name() {
    let sealed = seal(NAME, b"hush");
    assert_eq!(master(7).open(NAME, &sealed).unwrap().expose(), b"hush");
    assert_eq!(master(8).open(NAME, &sealed), Err(SealError::OtherKey));
    for (kind, key) in [
        ("access-key", "AKIATWO"),
        ("digest-key", "AKIAONE"),
        ("access-keyA", "KIAONE"),
        ("access-ke", "yAKIAONE"),
        ("", "access-keyAKIAONE"),
    ] {
        assert_eq!(
            master(7).open(SecretName { kind, key }, &sealed),
            Err(SealError::Tampered),
            "{kind} {key}"
        );
    }
}

#[test]
fn every_changed_byte_and_every_cut_is_found() {
    let whole = seal(NAME, b"hush");
    let bytes = sealed_bytes(&whole);
    for index in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[index] ^= 1 << bit;
            let expected = match index {
                0 => SealError::UnknownVersion,
                1..9 => SealError::OtherKey,
                _ => SealError::Tampered,
            };
            assert_eq!(master(7).open(NAME, &from_bytes(&changed)), Err(expected), "byte {index} bit {bit}");
        }
        assert!(master(7).open(NAME, &from_bytes(&bytes[..index])).is_err(), "cut at {index}");
    }
}

#[test]
fn version_1_is_read_as_it_was_written() {
    // Made by another implementation of the format: master key of 32 bytes 07, nonce of 12 bytes 03.
    let text = r#""AbBxUaITKKFNAwMDAwMDAwMDAwMDTYvQa2XlhaI48jJRJVsbRM6r/YM=""#;
    assert_eq!(serde_json::to_string(&seal(NAME, b"hush")).unwrap(), text);
    let sealed: Sealed = serde_json::from_str(text).unwrap();
    assert_eq!(master(7).open(NAME, &sealed).unwrap().expose_str(), Some("hush"));
}

#[test]
fn nothing_secret_is_printed() {
    let sealed = seal(NAME, b"hush");
    let printed = format!("{:?} {:?} {:?}", SecretBytes::new("hush"), master(7), sealed);
    assert_eq!(printed, "SecretBytes(hidden) MasterKey(hidden) Sealed(41 bytes)");
}

proptest! {
    #[test]
    fn any_secret_opens_as_it_was_sealed(secret: Vec<u8>, kind: String, key: String, nonce: [u8; 12]) {
        let name = SecretName { kind: &kind, key: &key };
        let sealed =
            master(7).seal(name, &secret, |out| out.copy_from_slice(&nonce)).unwrap();
        let opened = master(7).open(name, &sealed).unwrap();
        prop_assert_eq!(opened.expose(), secret.as_slice());
    }
}

#[test]
fn a_key_file_is_made_once_and_read_afterwards() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys/master.key");
    let made = MasterKey::load_or_create(&path, WhenMissing::Create, |bytes| bytes.fill(7)).unwrap();
    let line = "cairn-master-key-1:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n";
    assert_eq!(fs::read_to_string(&path).unwrap(), line);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    let names: Vec<_> =
        fs::read_dir(path.parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["master.key"], "nothing is left beside it");
    let sealed = made.seal(NAME, b"hush", |nonce| nonce.fill(1)).unwrap();
    for missing in [WhenMissing::Create, WhenMissing::Refuse] {
        let read = MasterKey::load_or_create(&path, missing, |_| panic!("no key is made")).unwrap();
        assert_eq!(read.open(NAME, &sealed).unwrap().expose(), b"hush");
    }
}

#[test]
fn a_leftover_of_a_crash_is_no_key_and_no_obstacle() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("master.key");
    let leftover = directory.path().join("master.key.new");
    write(&leftover, "cairn-master-key-1:BwcH", 0o644);
    match MasterKey::load_or_create(&path, WhenMissing::Refuse, |_| panic!("no key is made")) {
        Err(KeyFileError::Missing { .. }) => {}
        other => panic!("{other:?}"),
    }
    MasterKey::load_or_create(&path, WhenMissing::Create, |bytes| bytes.fill(7)).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert!(!leftover.try_exists().unwrap());
}

#[test]
fn a_file_that_others_can_touch_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("master.key");
    let line = "cairn-master-key-1:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n";
    for (mode, trusted) in
        [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false), (0o601, false)]
    {
        write(&path, line, mode);
        match MasterKey::load_or_create(&path, WhenMissing::Refuse, |_| {}) {
            Ok(_) => assert!(trusted, "{mode:o}"),
            Err(KeyFileError::Exposed { mode: found, .. }) => assert_eq!((trusted, found), (false, mode)),
            Err(other) => panic!("{mode:o}: {other:?}"),
        }
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn what_is_no_key_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("master.key");
    let long = "x".repeat(100_000);
    for text in [
        "",
        "\n",
        "cairn-master-key-1:\n",
        "cairn-master-key-2:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "cairn-master-key-1:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
        "cairn-master-key-1:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw==\n",
        "cairn-master-key-1:!wcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        &long,
    ] {
        write(&path, text, 0o600);
        match MasterKey::load_or_create(&path, WhenMissing::Create, |_| panic!("no key is made")) {
            Err(KeyFileError::Malformed { .. }) => {}
            other => panic!("{text:?}: {other:?}"),
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    fs::write(&path, [0xff; 40]).unwrap();
    let refused = MasterKey::load_or_create(&path, WhenMissing::Create, |_| {});
    assert!(matches!(refused, Err(KeyFileError::Malformed { .. })));
}

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn sealed_bytes(sealed: &Sealed) -> Vec<u8> {
    use base64::Engine;
    let text: String = serde_json::from_value(serde_json::to_value(sealed).unwrap()).unwrap();
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

fn from_bytes(bytes: &[u8]) -> Sealed {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    serde_json::from_value(serde_json::Value::String(text)).unwrap()
}
