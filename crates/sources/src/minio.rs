//! MinIO's audit webhook: an entry for each request that MinIO served, and for what it does by itself.
//!
//! An entry tells nearly everything of a request but its method and its bodies: which operation of which bucket and
//! object, by whom, with which query and headers, and what came of it. MinIO names its operations itself.

mod entry;
mod identity;
mod names;

use cairn_access::Caller;
use cairn_capture::ServiceCall;
use cairn_event::{Record, is_denied};
use cairn_wire::recognise::Protocol;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use self::entry::{Entry, Text};
use self::names::Named;
use crate::event_id;
use crate::told::{Facts, Home, Told, forget, shown};

/// What `additionalEventData.source` says.
pub const SOURCE: &str = "minio-audit-webhook";

/// The longest body of a request, bytes. MinIO sends entries one by one, or in batches that can be set.
pub const BODY_BYTES_MAX: usize = 8 << 20;

/// The most entries of a request.
pub const ENTRIES_MAX: usize = 10_000;

/// The `eventSource` of what only MinIO has.
const OWN_EVENT_SOURCE: &str = "minio.amazonaws.com";

/// What a request of the webhook told.
#[derive(Debug, Default)]
pub struct Batch {
    /// The events of its entries.
    pub events: Vec<Told>,
    /// How many entries are no calls, such as the empty one by which MinIO tries whether anybody listens.
    pub passed: usize,
}

/// The body is none of MinIO's.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It is no JSON, or not of entries.
    #[error("read the body: it is no JSON of audit entries")]
    Json(#[from] serde_json::Error),
    /// There are too many entries.
    #[error("read the body: it has more than {ENTRIES_MAX} entries")]
    TooMany,
}

/// Says who is known to have an access key.
pub type Known<'k> = &'k dyn Fn(&str) -> Option<Caller>;

/// Makes the events of a request: one entry, several one after the other, or an array of them. Who is `known` to
/// have a key is told as such, everybody else as MinIO tells of him.
///
/// # Errors
/// The body is no JSON, or has too many entries.
pub fn events(body: &[u8], home: &Home, known: Known<'_>) -> Result<Batch, BodyError> {
    let mut batch = Batch::default();
    for entry in entries(body)? {
        let told = told(&entry, home, known);
        batch.passed += usize::from(told.is_empty());
        batch.events.extend(told);
    }
    Ok(batch)
}

fn entries(body: &[u8]) -> Result<Vec<Entry>, BodyError> {
    let entries: Vec<Entry> = if body.trim_ascii_start().first() == Some(&b'[') {
        serde_json::from_slice(body)?
    } else {
        let stream = serde_json::Deserializer::from_slice(body).into_iter::<Entry>();
        stream.take(ENTRIES_MAX + 1).collect::<Result<_, _>>()?
    };
    if entries.len() > ENTRIES_MAX { Err(BodyError::TooMany) } else { Ok(entries) }
}

/// Makes the events of an entry; none of one that is no call.
fn told(entry: &Entry, home: &Home, known: Known<'_>) -> Vec<Told> {
    let named = names::named(&entry.api.name, &entry.path, &entry.api.bucket, &entry.api.object);
    let (Some(at), Some(named)) = (entry.time, named) else { return Vec::new() };
    let (query, deletions) = (query(entry), deletions(entry, &named));
    let (request_headers, response_headers) = (request_headers(entry), lower(&entry.response_headers));
    let facts = Facts {
        source: SOURCE,
        call: service_call(&named),
        method: "",
        query: &query,
        request_headers: borrowed(&request_headers),
        request_body: deletions.as_bytes(),
        request_bytes: u64::try_from(entry.api.received_bytes).unwrap_or_default(),
        status: if entry.api.status == 0 { 200 } else { entry.api.status },
        response_headers: borrowed(&response_headers),
        response_bytes: u64::try_from(entry.api.sent_bytes).unwrap_or_default(),
        caller: identity::caller(entry, home.account, known),
        peer: peer(&entry.remote_host),
        tls: None,
        request_id: Some(entry.request_id.as_str()).filter(|id| !id.is_empty()),
        event_id: event_id(entry, at),
        remarks: remarks(entry),
        at,
    };
    let mut records = facts.records(home);
    if let Some(record) = records.first_mut() {
        finish(record, entry, &named);
    }
    records.iter().map(|record| Told::of(record, home.account)).collect()
}

/// The same entry is always the same event, however often MinIO sends it.
fn event_id(entry: &Entry, at: jiff::Timestamp) -> String {
    event_id::guid(&[
        SOURCE.as_bytes(),
        entry.deployment.as_bytes(),
        entry.request_id.as_bytes(),
        &at.as_nanosecond().to_be_bytes(),
        entry.api.name.as_bytes(),
        entry.api.bucket.as_bytes(),
        entry.api.object.as_bytes(),
    ])
}

fn service_call(named: &Named) -> ServiceCall {
    let other = |event_source: &str, event_name: &str| ServiceCall::Other {
        event_source: event_source.to_owned(),
        event_name: event_name.to_owned(),
        protocol: Protocol::Query,
    };
    match named {
        Named::S3(call) => ServiceCall::S3(call.clone()),
        Named::Sts(action) => ServiceCall::Sts(action.clone()),
        Named::Iam(name) => other("iam.amazonaws.com", name),
        Named::Own(name) => other(OWN_EVENT_SOURCE, name),
    }
}

/// Corrects what capture concludes from bodies that were not told.
fn finish(record: &mut Record, entry: &Entry, named: &Named) {
    if record.error_code.is_some() && !entry.error.is_empty() {
        let known = ERRORS.iter().find(|(start, _)| entry.error.starts_with(start));
        if let Some((_, code)) = known {
            record.error_code = Some((*code).to_owned());
        }
        let code = record.error_code.as_deref().unwrap_or_default();
        record.error_message = Some(match named {
            // Nothing that S3 is sent and names in a message is a secret.
            Named::S3(_) => entry.error.clone(),
            Named::Sts(_) | Named::Iam(_) | Named::Own(_) => {
                shown(Some(entry.api.status), code, &entry.error)
            }
        });
    }
    match named {
        Named::S3(_) => {
            if entry.response_headers.is_empty() {
                forget(record, &["SSEApplied"]);
            }
        }
        Named::Sts(_) | Named::Iam(_) | Named::Own(_) => {
            record.request_parameters = parameters(entry, named);
        }
    }
    if !matches!(entry.trigger.as_str(), "" | "incoming") {
        record.event_type = "AwsServiceEvent";
    }
}

/// Collects the parameters of an administrative operation that are harmless.
fn parameters(entry: &Entry, named: &Named) -> Option<Value> {
    let of_user = matches!(named, Named::Iam(name) if name.ends_with("User"));
    let names = [
        ("accessKey", if of_user { "userName" } else { "accessKeyId" }),
        ("bucket", "bucketName"),
        ("group", "groupName"),
        ("isGroup", "isGroup"),
        ("name", "policyName"),
        ("policyName", "policyName"),
        ("status", "status"),
        ("userOrGroup", "userOrGroup"),
    ];
    let mut members = Map::new();
    for (own, name) in names {
        if let Some(value) = entry.query.get(own).and_then(Text::get) {
            members.insert(name.to_owned(), Value::from(value));
        }
    }
    (!members.is_empty()).then_some(Value::Object(members))
}

fn remarks(entry: &Entry) -> Map<String, Value> {
    let mut remarks = Map::new();
    if !entry.deployment.is_empty() {
        remarks.insert("deploymentId".to_owned(), Value::from(entry.deployment.as_str()));
    }
    if let Some(person) = identity::person(entry) {
        remarks.insert("requestClaims".to_owned(), person);
    }
    // Tags are MinIO's own notes, most of them about its disks; those about life cycles say why it acted.
    let kept = entry.tags.iter().filter(|(name, _)| name.starts_with("ilm-") && !is_denied(name));
    let tags: Map<String, Value> =
        kept.filter_map(|(name, text)| Some((name.clone(), Value::from(text.get()?)))).collect();
    if !tags.is_empty() {
        remarks.insert("tags".to_owned(), Value::Object(tags));
    }
    remarks
}

/// Writes the query string again, without what signs.
fn query(entry: &Entry) -> String {
    let kept = entry.query.iter().filter(|(name, _)| !signs(name));
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = kept.map(|(name, text)| {
        let value = text.0.as_deref().unwrap_or_default();
        // Names of sub-resources are looked for as they are.
        format!("{}={}", encode(name).replace("%2D", "-"), encode(value))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Returns the request's headers without secrets: of the signature only how it was made.
fn request_headers(entry: &Entry) -> Vec<(String, String)> {
    let mut headers = lower(&entry.request_headers);
    headers.retain_mut(|(name, value)| {
        if name == "authorization" {
            let algorithm = value.split_whitespace().next().unwrap_or_default().to_owned();
            let known = algorithm.starts_with("AWS");
            *value = algorithm;
            return known;
        }
        !matches!(name.as_str(), "host" | "user-agent")
    });
    for (name, value) in [("host", &entry.host), ("user-agent", &entry.user_agent)] {
        if !value.is_empty() {
            headers.push((name.to_owned(), value.clone()));
        }
    }
    headers
}

fn lower(headers: &std::collections::BTreeMap<String, Text>) -> Vec<(String, String)> {
    let named = headers.iter().map(|(name, text)| (name.to_ascii_lowercase(), text));
    let kept = named.filter(|(name, _)| name == "authorization" || !signs(name) && name != "cookie");
    kept.filter_map(|(name, text)| Some((name, text.get()?.to_owned()))).collect()
}

/// Tells whether a parameter or header holds a credential or a secret.
fn signs(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    is_denied(&name)
        || matches!(name.as_str(), "x-amz-credential" | "x-amz-signature" | "awsaccesskeyid" | "signature")
}

fn borrowed(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Writes the keys of a DeleteObjects as its request had them, so that each has an event as it has elsewhere.
fn deletions(entry: &Entry, named: &Named) -> String {
    let deletes = matches!(named, Named::S3(call) if call.operation == Some("DeleteObjects"));
    if !deletes || entry.api.objects.is_empty() {
        return String::new();
    }
    let mut body = "<Delete>".to_owned();
    for object in &entry.api.objects {
        body.push_str("<Object>");
        cairn_wire::xml::element(&mut body, "Key", &object.name);
        if !object.version.is_empty() {
            cairn_wire::xml::element(&mut body, "VersionId", &object.version);
        }
        body.push_str("</Object>");
    }
    body.push_str("</Delete>");
    body
}

/// Reads the client's address, with or without a port.
fn peer(text: &str) -> Option<std::net::IpAddr> {
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    text.trim_matches(['[', ']']).parse().ok().or_else(with_port)
}

/// Error codes by how their message begins: entries tell the message alone.
const ERRORS: [(&str, &str); 14] = [
    ("Access Denied", "AccessDenied"),
    ("The Access Key Id you provided does not exist", "InvalidAccessKeyId"),
    ("The bucket policy does not exist", "NoSuchBucketPolicy"),
    ("The bucket you tried to delete is not empty", "BucketNotEmpty"),
    ("The difference between the request time and the server's time is too large", "RequestTimeTooSkewed"),
    ("The lifecycle configuration does not exist", "NoSuchLifecycleConfiguration"),
    ("The request signature we calculated does not match", "SignatureDoesNotMatch"),
    ("The requested bucket name is not available", "BucketAlreadyExists"),
    ("The specified bucket does not exist", "NoSuchBucket"),
    ("The specified key does not exist", "NoSuchKey"),
    ("The specified multipart upload does not exist", "NoSuchUpload"),
    ("The specified version does not exist", "NoSuchVersion"),
    ("The specified bucket is not valid", "InvalidBucketName"),
    (
        "Your previous request to create the named bucket succeeded and you already own it",
        "BucketAlreadyOwnedByYou",
    ),
];

#[cfg(test)]
mod tests;
