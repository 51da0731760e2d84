use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::super::{Generated, Pair};
use super::*;

/// Makes a pair of its own in a directory below `dir`.
fn pair(dir: &Path, name: &str) -> Pair {
    let names = ["localhost".to_owned()].into();
    Generated::new(dir.join(name)).ensure(names, "2026-01-01T00:00:00Z".parse().unwrap()).unwrap()
}

/// Two pairs, and a server that was opened with a copy of the first.
fn opened() -> (TempDir, Pair, Pair, Reloading) {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (pair(dir.path(), "first"), pair(dir.path(), "second"));
    let served = Pair { certificate: dir.path().join("c.pem"), key: dir.path().join("k.pem") };
    fs::copy(&first.certificate, &served.certificate).unwrap();
    fs::copy(&first.key, &served.key).unwrap();
    let reloading = Reloading::new(Arc::new(Tls::open(served).unwrap()));
    (dir, first, second, reloading)
}

/// Puts a file in place as renewals do: with another time, whatever the clock's grain.
fn put(from: &Path, to: &Path, seconds: u64) {
    fs::write(to, fs::read(from).unwrap()).unwrap();
    let file = fs::File::options().append(true).open(to).unwrap();
    file.set_modified(file.metadata().unwrap().modified().unwrap() + Duration::from_secs(seconds)).unwrap();
}

fn shown(reloading: &Reloading) -> Vec<u8> {
    reloading.tls.current.get().cert[0].to_vec()
}

#[test]
fn a_new_pair_is_taken_once_both_halves_are_there() {
    let (_dir, first, second, mut reloading) = opened();
    let served = reloading.tls.pair.clone();
    let before = shown(&reloading);
    assert!(matches!(reloading.look(false), Looked::Unchanged));
    put(&second.certificate, &served.certificate, 1);
    let refused = reloading.look(false);
    assert!(matches!(&refused, Looked::Refused(PairError::Refused { .. })), "{refused:?}");
    assert_eq!(shown(&reloading), before, "the old pair serves on");
    assert!(matches!(reloading.look(false), Looked::Unchanged), "said once");
    put(&second.key, &served.key, 1);
    assert!(matches!(reloading.look(false), Looked::Taken));
    assert_ne!(shown(&reloading), before);
    put(&first.certificate, &served.certificate, 2);
    put(&first.key, &served.key, 2);
    assert!(matches!(reloading.look(false), Looked::Taken));
    assert_eq!(shown(&reloading), before);
}

#[test]
fn what_is_no_pair_is_refused_and_says_why() {
    let (_dir, first, _second, mut reloading) = opened();
    let served = reloading.tls.pair.clone();
    let before = shown(&reloading);
    let mut refusals = Vec::new();
    let mut refuse = |reloading: &mut Reloading| match reloading.look(true) {
        Looked::Refused(error) => refusals.push(error.to_string()),
        other => panic!("{other:?}"),
    };
    fs::write(&served.certificate, "no PEM").unwrap();
    refuse(&mut reloading);
    fs::write(&served.certificate, vec![b'x'; (1 << 20) + 1]).unwrap();
    refuse(&mut reloading);
    fs::remove_file(&served.certificate).unwrap();
    refuse(&mut reloading);
    put(&first.certificate, &served.certificate, 3);
    fs::write(&served.key, fs::read(&first.certificate).unwrap()).unwrap();
    refuse(&mut reloading);
    let (c, k) = (served.certificate.display(), served.key.display());
    assert_eq!(
        refusals,
        [
            format!("read {c}: it holds no certificate in PEM"),
            format!("read {c}: it is larger than 1048576 bytes"),
            format!("read {c}"),
            format!("read {k}: it holds no private key in PEM"),
        ]
    );
    assert_eq!(shown(&reloading), before);
}

#[test]
fn a_wish_is_heard_where_nothing_tells_of_a_change() {
    let (_dir, _first, second, mut reloading) = opened();
    let served = reloading.tls.pair.clone();
    put(&second.certificate, &served.certificate, 1);
    put(&second.key, &served.key, 1);
    reloading.tried = served.stamp();
    assert!(matches!(reloading.look(false), Looked::Unchanged));
    assert!(matches!(reloading.look(true), Looked::Taken));
}
