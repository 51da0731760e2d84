//! What was delivered, beside what is committed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use cairn_digest::sha256_hex;
use serde_json::Value;

use crate::world::World;

/// Demands two files of Insights events, a start and an end, as they are committed, and a digest that has both.
/// Returns their records.
pub(crate) async fn demand(world: &World, example: &str) -> [Value; 2] {
    let files = || world.folder("CloudTrail-Insight");
    world.until("the two files and their digest", || files().len() >= 2 && is_proven(world, &files())).await;
    let files = files();
    assert_eq!(files.len(), 2, "{files:#?}");
    for (key, _) in &files {
        let folder = "AWSLogs/123456789012/CloudTrail-Insight/eu-west-1/2026/03/09/";
        let name = key.strip_prefix(folder).unwrap_or_else(|| panic!("{key}"));
        assert!(name.starts_with("123456789012_CloudTrail-Insight_eu-west-1_20260309T00"), "{key}");
    }
    for ((_, text), state) in files.iter().zip(["start", "end"]) {
        as_committed(text, &format!("{example}-{state}.json"));
    }
    let [start, end] = [&files[0], &files[1]].map(|(_, text)| record(text));
    demand_a_pair(&start, &end);
    [start, end]
}

/// Returns the only record of a file.
fn record(file: &str) -> Value {
    let mut file: Value = serde_json::from_str(file).unwrap();
    assert_eq!(file["Records"].as_array().unwrap().len(), 1, "{file:#}");
    file["Records"][0].take()
}

/// Demands that two records are of one thing.
fn demand_a_pair(start: &Value, end: &Value) {
    assert_eq!(
        (&start["insightDetails"]["state"], &end["insightDetails"]["state"]),
        (&"Start".into(), &"End".into())
    );
    assert_ne!(start["eventID"], end["eventID"]);
    let baseline =
        |record: &Value| record["insightDetails"]["insightContext"]["statistics"]["baseline"].clone();
    assert_eq!(baseline(start), baseline(end));
    for name in ["sharedEventID", "awsRegion", "recipientAccountId", "eventCategory", "eventType"] {
        assert!(start[name].is_string(), "{name}");
        assert_eq!(start[name], end[name], "{name}");
    }
}

/// Says whether digests list each file once, with its hash, and a hash for each other log file.
fn is_proven(world: &World, files: &[(String, String)]) -> bool {
    let mut listed = BTreeMap::new();
    for (_, digest) in world.folder("CloudTrail-Digest") {
        let digest: Value = serde_json::from_str(&digest).unwrap();
        for file in digest["logFiles"].as_array().unwrap() {
            let of = |name: &str| file[name].as_str().unwrap().to_owned();
            assert!(listed.insert(of("s3Object"), of("hashValue")).is_none(), "{file} is listed twice");
        }
    }
    files.iter().all(|(key, text)| {
        listed.get(key).is_some_and(|hash| {
            assert_eq!(*hash, sha256_hex(text.as_bytes()), "{key}");
            true
        })
    })
}

fn as_committed(text: &str, name: &str) {
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/insights");
    let path = examples.join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(&examples).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert_eq!(committed, text, "UPDATE_EXPECT=1 writes {} anew", path.display());
}
