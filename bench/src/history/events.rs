//! Made events: real ones as templates, with fresh ids, times, users, keys and resources.

use std::fs;
use std::path::{Path, PathBuf};

use cairn_event::{Category, Entry, EventTime, EventView, Origin, Region};
use serde_json::Value;

/// Accounts, the first with a quarter of all events.
const ACCOUNTS: u64 = 10;
const REGIONS: [&str; 3] = ["us-east-1", "eu-central-1", "ap-southeast-2"];
const USERS: u64 = 5_000;
const KEYS: u64 = 20_000;
const RESOURCES: u64 = 200_000;

/// Used where the fixtures are absent.
const MADE_UP: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE",
"arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","accessKeyId":"AKIAEXAMPLE","userName":"alice"},
"eventTime":"2026-01-01T00:00:00Z","eventSource":"s3.amazonaws.com","eventName":"CreateBucket","awsRegion":"us-east-1",
"sourceIPAddress":"203.0.113.7","userAgent":"[aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux md/arch#x86_64]",
"requestParameters":{"bucketName":"shop-data","Host":"s3.us-east-1.amazonaws.com"},"responseElements":null,
"requestID":"EXAMPLE123","eventID":"00000000-0000-4000-8000-000000000000","readOnly":false,"resources":[],
"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"#;

/// A made event, encoded for the journal.
pub(super) struct Made {
    pub(super) entry: Vec<u8>,
}

/// Makes events of rising time.
pub(super) struct Maker {
    templates: Vec<Vec<Piece>>,
    random: Random,
    made: i64,
    start: i64,
    events_a_second: i64,
}

/// A piece of a template.
enum Piece {
    Text(String),
    Id,
    Time,
    User,
    Key,
    Resource(String),
}

/// A small generator of numbers, the same for the same seed.
pub(super) struct Random(u64);

impl Maker {
    pub(super) fn new(start: i64, events_a_second: i64) -> anyhow::Result<Self> {
        let mut templates = Vec::new();
        let shared = std::env::var_os("CAIRN_SHARED").map(PathBuf::from);
        let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
        let mut files = Vec::new();
        list(&shared.join("fixtures/events"), &mut files);
        files.sort();
        for file in files {
            for document in documents(&file) {
                collect(&document, &mut templates);
            }
        }
        if templates.is_empty() {
            collect(&serde_json::from_str(MADE_UP)?, &mut templates);
        }
        Ok(Self { templates, random: Random::new(1), made: 0, start, events_a_second })
    }

    pub(super) fn next(&mut self) -> Made {
        let seconds = self.start + self.made / self.events_a_second;
        self.made += 1;
        let random = &mut self.random;
        let template = &self.templates[usize::try_from(random.below(self.templates.len() as u64)).unwrap_or(0)];
        let mut event = String::with_capacity(1500);
        // Skewed: a few users, keys and resources make most of the events.
        let (user, key) = (random.skewed(USERS), random.skewed(KEYS));
        for piece in template {
            match piece {
                Piece::Text(text) => event.push_str(text),
                Piece::Id => {
                    let (high, low) = (random.next(), random.next());
                    let id = format!(
                        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
                        high >> 32, high >> 16 & 0xffff, high & 0xfff, low >> 52, low & 0xffff_ffff_ffff
                    );
                    event.push_str(&id);
                }
                Piece::Time => event.push_str(&EventTime::from_epoch_seconds(seconds).to_string()),
                Piece::User => event.push_str(&format!("user-{user}")),
                Piece::Key => event.push_str(&format!("AKIA{key:016}")),
                Piece::Resource(name) => event.push_str(&format!("{name}-{}", random.skewed(RESOURCES))),
            }
        }
        let account = if random.below(4) == 0 { 0 } else { random.below(ACCOUNTS) };
        let region = REGIONS[usize::try_from(random.skewed(REGIONS.len() as u64)).unwrap_or(0)];
        let entry = Entry {
            revision: 1,
            received_ms: seconds * 1000,
            account: format!("{:012}", 111_111_111_111 + account).parse().expect("twelve digits"),
            region: region.parse().unwrap_or_else(|_| Region::us_east_1()),
            origin: Origin::Call,
            event: event.into_bytes(),
        };
        Made { entry: entry.encode() }
    }
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns any number (splitmix64).
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `bound`, each as likely.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// Returns a number below `bound`, small ones far more likely.
    pub(super) fn skewed(&mut self, bound: u64) -> u64 {
        let narrowed = self.below(bound) + 1;
        self.below(narrowed)
    }
}

fn list(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { list(&path, files) } else { files.push(path) }
    }
}

fn documents(file: &Path) -> Vec<Value> {
    let Ok(text) = fs::read_to_string(file) else { return Vec::new() };
    match serde_json::from_str(&text) {
        Ok(document) => vec![document],
        Err(_) => text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
    }
}

/// Finds the management events in a document and makes templates of them.
fn collect(document: &Value, templates: &mut Vec<Vec<Piece>>) {
    match document {
        Value::Array(items) => items.iter().for_each(|item| collect(item, templates)),
        Value::Object(members) if members.contains_key("eventTime") => {
            let text = document.to_string();
            let view = EventView::parse(text.as_bytes());
            if view.is_ok_and(|view| view.category() == Category::Management && !view.event_name.is_empty()) {
                templates.push(template(document.clone()));
            }
        }
        Value::Object(members) => members.values().for_each(|member| collect(member, templates)),
        _ => {}
    }
}

fn template(mut event: Value) -> Vec<Piece> {
    event["eventID"] = "\u{1}id\u{1}".into();
    event["eventTime"] = "\u{1}time\u{1}".into();
    if let Some(identity) = event.get_mut("userIdentity").and_then(Value::as_object_mut) {
        for (member, mark) in [("userName", "\u{1}user\u{1}"), ("accessKeyId", "\u{1}key\u{1}")] {
            if identity.contains_key(member) {
                identity.insert(member.to_owned(), mark.into());
            }
        }
        if let Some(principal) = identity.get("principalId").and_then(Value::as_str)
            && let Some((unique, _session)) = principal.split_once(':')
        {
            let principal = format!("{unique}:\u{1}user\u{1}");
            identity.insert("principalId".to_owned(), principal.into());
        }
    }
    if let Some(parameters) = event.get_mut("requestParameters").and_then(Value::as_object_mut) {
        for member in ["bucketName", "instanceId", "roleName", "keyId", "secretId", "name", "functionName"] {
            if let Some(name) = parameters.get(member).and_then(Value::as_str) {
                let name = format!("\u{1}resource:{name}\u{1}");
                parameters.insert(member.to_owned(), name.into());
            }
        }
    }
    // The marks are control characters, which JSON writes as escapes.
    let text = event.to_string();
    let pieces = text.split("\\u0001").map(|piece| match piece {
        "id" => Piece::Id,
        "time" => Piece::Time,
        "user" => Piece::User,
        "key" => Piece::Key,
        other => match other.strip_prefix("resource:") {
            Some(name) => Piece::Resource(name.to_owned()),
            None => Piece::Text(other.to_owned()),
        },
    });
    pieces.collect()
}
