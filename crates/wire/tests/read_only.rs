//! The rule for `readOnly` against real records of many services.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails the test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cairn_wire::read_only::read_only;
use serde_json::Value;

/// How often a call was recorded as read-only, and how often not.
type Seen = BTreeMap<(String, String), [usize; 2]>;

#[test]
fn real_records_agree_with_the_rule() {
    let Some(directory) = events() else {
        println!("SKIPPED: no real events; name them with CAIRN_SHARED");
        return;
    };
    let mut seen = Seen::new();
    for path in files(&directory) {
        let text = fs::read_to_string(&path).unwrap();
        match serde_json::from_str(&text) {
            Ok(value) => collect(&value, &mut seen),
            Err(_) => {
                text.lines().filter_map(|line| serde_json::from_str(line).ok()).for_each(|value: Value| {
                    collect(&value, &mut seen);
                })
            }
        }
    }
    let mut undecided = 0;
    for ((source, name), [reads, writes]) in &seen {
        // A few calls are recorded both ways; there is nothing to be right about.
        if *reads > 0 && *writes > 0 {
            undecided += 1;
            continue;
        }
        assert_eq!(read_only(source, name), *reads > 0, "{source} {name}");
    }
    println!("{} calls agree, {undecided} are recorded both ways", seen.len() - undecided);
    assert!(seen.len() >= 150, "only {} calls were found", seen.len());
}

fn collect(value: &Value, seen: &mut Seen) {
    let (source, name) = (value["eventSource"].as_str(), value["eventName"].as_str());
    if let (Some(source), Some(name), Some(read), Some("AwsApiCall")) =
        (source, name, value["readOnly"].as_bool(), value["eventType"].as_str())
    {
        let counts = seen.entry((source.to_owned(), name.to_owned())).or_default();
        counts[usize::from(!read)] += 1;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|value| collect(value, seen)),
        Value::Object(members) => members.values().for_each(|value| collect(value, seen)),
        _ => {}
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut open = vec![directory.to_path_buf()];
    let mut found = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json" || extension == "ndjson") {
                found.push(path);
            }
        }
    }
    found
}

fn events() -> Option<PathBuf> {
    let shared = std::env::var_os("CAIRN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let directory = shared.join("fixtures/events");
    directory.is_dir().then_some(directory)
}
