//! `cairn doctor` on installations that are well, ill, running and not.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::running::{Desk, text, until};
use crate::s3::Client;

/// What doctor finds, and its exit code.
fn examine(desk: &Desk) -> (Option<i32>, Vec<Value>) {
    let output = desk.run(&["doctor", "--json"]);
    let found = text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(output.stderr.is_empty(), "{output:?}");
    (output.status.code(), found)
}

fn level<'a>(found: &'a [Value], check: &str) -> &'a str {
    found.iter().find(|finding| finding["check"] == check).unwrap()["level"].as_str().unwrap()
}

fn problems(found: &[Value]) -> Vec<&str> {
    let ill = found.iter().filter(|finding| finding["level"] == "problem");
    ill.map(|finding| finding["check"].as_str().unwrap()).collect()
}

/// Every file below a directory, with its content and the time it was written.
fn files(dir: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::Duration)> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            all.extend(files(&entry.path()));
        } else {
            let age = entry.metadata().unwrap().modified().unwrap();
            let age = age.duration_since(std::time::UNIX_EPOCH).unwrap();
            all.insert(entry.path(), (fs::read(entry.path()).unwrap(), age));
        }
    }
    all
}

#[test]
fn a_healthy_installation_is_healthy_running_and_stopped_and_stays_as_it_is() {
    let desk = Desk::new();
    let server = desk.serve(&[]);
    Client::new(&desk).create_bucket("logs");
    let (code, found) = examine(&desk);
    assert_eq!((code, problems(&found)), (Some(0), vec![]), "{found:?}");
    assert_eq!((level(&found, "server"), level(&found, "journal")), ("ok", "ok"));
    server.kill();
    let before = files(&desk.data_dir());
    let (code, found) = examine(&desk);
    assert_eq!((code, problems(&found)), (Some(0), vec![]), "{found:?}");
    assert_eq!(level(&found, "server"), "warning");
    assert_eq!(files(&desk.data_dir()), before, "what a crash left is not repaired by looking");
    let told = text(&desk.run(&["doctor"]).stdout);
    assert!(told.contains("→ `cairn serve --data-dir ") && !told.contains('\u{1b}'), "{told}");
    assert!(told.ends_with("nothing is wrong; 1 warning\n"), "{told}");
}

#[test]
fn what_is_wrong_on_the_disk_is_named_and_nothing_is_repaired() {
    let desk = Desk::new();
    assert_eq!(examine(&desk).0, Some(1), "there is nothing");
    let server = desk.serve(&[]);
    Client::new(&desk).create_bucket("logs");
    server.interrupt();
    let data = desk.data_dir();
    let key = data.join("master.key");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let (code, found) = examine(&desk);
    assert_eq!((code, problems(&found)), (Some(1), vec!["master key", "secrets"]), "{found:?}");
    let remedy = found.iter().find(|one| one["check"] == "master key").unwrap()["remedy"].as_str().unwrap();
    assert_eq!(remedy, format!("chmod 600 {}", key.display()));
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();

    let segments = fs::read_dir(data.join("journal")).unwrap().map(|entry| entry.unwrap().path());
    let segment = segments.max_by_key(|path| path.metadata().unwrap().len()).unwrap();
    let whole = fs::read(&segment).unwrap();
    let mut damaged = whole.clone();
    damaged[110] ^= 1;
    fs::write(&segment, &damaged).unwrap();
    let (code, found) = examine(&desk);
    assert_eq!((code, problems(&found)), (Some(1), vec!["journal"]), "{found:?}");
    let message = found.iter().find(|one| one["check"] == "journal").unwrap()["message"].as_str().unwrap();
    assert!(message.contains(segment.file_name().unwrap().to_str().unwrap()), "{message}");
    assert_eq!(fs::read(&segment).unwrap(), damaged);
    fs::write(&segment, &whole).unwrap();

    fs::write(&key, "cairn-master-key-1:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n").unwrap();
    assert_eq!(problems(&examine(&desk).1), ["secrets"]);
    fs::remove_file(&key).unwrap();
    assert_eq!(problems(&examine(&desk).1), ["master key", "secrets"]);
}

#[test]
fn a_trail_that_can_not_deliver_is_named_with_what_to_do() {
    let desk = Desk::new();
    let _server = desk.serve(&[]);
    let client = Client::new(&desk);
    client.create_bucket("audit-logs");
    client.put_policy("audit-logs", &desk.printed(&["bucket-policy", "audit-logs"]));
    client.cloudtrail("CreateTrail", r#"{"Name":"main","S3BucketName":"audit-logs"}"#);
    client.delete_bucket("audit-logs");
    client.cloudtrail("StartLogging", r#"{"Name":"main"}"#);
    client.create_bucket("something");
    let trail = |code: &str| {
        until(|| {
            let (exit, found) = examine(&desk);
            let trail = found.into_iter().find(|one| one["check"] == "trail")?;
            let message = trail["message"].as_str()?;
            let ill = exit == Some(1) && message.ends_with(code);
            ill.then(|| trail["remedy"].as_str().unwrap().to_owned())
        })
    };
    assert!(trail(": NoSuchBucket").contains("aws s3 mb s3://audit-logs"));
    client.create_bucket("audit-logs");
    assert!(trail(": AccessDenied").contains("$(cairn bucket-policy audit-logs)"));
    client.put_policy("audit-logs", &desk.printed(&["bucket-policy", "audit-logs"]));
    until(|| (examine(&desk).0 == Some(0)).then_some(()));
}
