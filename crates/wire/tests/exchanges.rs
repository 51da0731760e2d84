//! Recorded exchanges of real clients are recognised as the capture rules say.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use cairn_wire::read_only::read_only;
use cairn_wire::recognise::{Headers, Service, Sight, recognise};
use cairn_wire::{Operation, s3};
use serde_json::Value;

#[derive(Debug, PartialEq)]
struct Classified {
    event_source: String,
    event_name: String,
    category: Option<String>,
    read_only: bool,
    bucket: Option<String>,
    key: Option<String>,
}

#[test]
fn recorded_exchanges_are_classified() {
    let Some(directory) = exchanges() else {
        println!("SKIPPED: no recorded exchanges; name them with CAIRN_SHARED");
        return;
    };
    let mut served = 0;
    let mut others = 0;
    for path in json_files(&directory) {
        let exchange: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expect = &exchange["expect"];
        let (seen_source, classified) = classify(&exchange["request"]);
        assert_eq!(Some(seen_source.as_str()), expect["eventSource"].as_str(), "{name}");
        match classified {
            Some(classified) => {
                check(&name, &classified, expect);
                served += 1;
            }
            None => others += 1,
        }
    }
    println!("{served} exchanges of cloudtrail, s3 and sts classified; {others} of other services by source");
    assert!(served >= 48, "only {served} exchanges were of cloudtrail, s3 and sts");
}

fn check(name: &str, classified: &Classified, expect: &Value) {
    assert_eq!(Some(classified.event_name.as_str()), expect["eventName"].as_str(), "{name}");
    if let Some(expected) = expect["readOnly"].as_bool() {
        assert_eq!(classified.read_only, expected, "{name}: readOnly");
    }
    if let Some(category) = &classified.category {
        assert_eq!(Some(category.as_str()), expect["eventCategory"].as_str(), "{name}: eventCategory");
    }
    let parameters = &expect["requestParameters"];
    if let Some(bucket) = parameters["bucketName"].as_str() {
        assert_eq!(classified.bucket.as_deref(), Some(bucket), "{name}: bucket");
    }
    if let Some(key) = parameters["key"].as_str() {
        assert_eq!(classified.key.as_deref(), Some(key), "{name}: key");
    }
}

/// Returns the event source, and the rest for the services that Cairn serves itself.
fn classify(request: &Value) -> (String, Option<Classified>) {
    let (path, raw_query) = split_target(request["target"].as_str().unwrap());
    let method = request["method"].as_str().unwrap();
    let body = request["body"]["text"].as_str().unwrap_or_default();
    let headers = Sent(request);
    let call = recognise(&Sight::of(method, path, raw_query, &headers, body.as_bytes()).seen());
    let classified = match &call.service {
        Service::S3 => Some(classify_s3(request, method, path, raw_query)),
        Service::CloudTrail => {
            let operation: Operation = call.operation.as_deref().unwrap().parse().unwrap();
            Some(Classified {
                event_source: call.event_source.clone(),
                event_name: operation.name().to_owned(),
                category: Some("Management".to_owned()),
                read_only: operation.read_only(),
                bucket: None,
                key: None,
            })
        }
        Service::Sts => {
            let operation = call.operation.clone().unwrap();
            Some(Classified {
                event_source: call.event_source.clone(),
                category: Some("Management".to_owned()),
                read_only: read_only(&call.event_source, &operation),
                event_name: operation,
                bucket: None,
                key: None,
            })
        }
        Service::CloudTrailData
        | Service::Iam
        | Service::Kms
        | Service::Organizations
        | Service::Other(_) => None,
    };
    (call.event_source, classified)
}

fn classify_s3(request: &Value, method: &str, path: &str, query: &str) -> Classified {
    let host = header(request, "host").unwrap_or_default();
    let copies = header(request, "x-amz-copy-source").is_some();
    let resolver = s3::Resolver::new(["s3.localhost".to_owned()]);
    let call = resolver.resolve(&s3::Seen { method, path, query, host, copies });
    Classified {
        event_source: "s3.amazonaws.com".to_owned(),
        event_name: call.event_name.to_owned(),
        category: Some(format!("{:?}", call.category)),
        read_only: call.read_only,
        bucket: call.bucket,
        key: call.key,
    }
}

/// The headers of a recorded request.
struct Sent<'a>(&'a Value);

impl Headers for Sent<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        header(self.0, name)
    }
}

fn header<'a>(request: &'a Value, name: &str) -> Option<&'a str> {
    let headers = request["headers"].as_array().unwrap();
    let found = headers.iter().find(|pair| pair[0].as_str().unwrap().eq_ignore_ascii_case(name));
    found.and_then(|pair| pair[1].as_str())
}

fn split_target(target: &str) -> (&str, &str) {
    target.split_once('?').unwrap_or((target, ""))
}

fn json_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    files.sort();
    files
}

fn exchanges() -> Option<PathBuf> {
    let shared = std::env::var_os("CAIRN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let directory = shared.join("fixtures/exchanges");
    directory.is_dir().then_some(directory)
}
