//! S3's server access logs, and those of stores that write the same lines.
//!
//! A line tells what was asked and answered of one request: no parameters in a body, no headers but two, and it is
//! written hours later, at best effort. Its request line decides which operation it is, as a request's would; where
//! it has none, the operation's own name does.

mod line;
mod operation;
mod requester;

use cairn_capture::{ServiceCall, Tls};
use cairn_event::{Record, Region};
use cairn_wire::s3::Level;
use serde_json::{Map, Value};

pub use self::line::{LINE_BYTES_MAX, LineError};

use self::line::Line;
use self::operation::{Kind, Named};
use crate::event_id;
use crate::told::{Facts, Home, Told, forget};

/// What `additionalEventData.source` says.
pub const SOURCE: &str = "s3-server-access-log";

/// Makes the event of a line. The same line is always the same event.
///
/// # Errors
/// Says what is wrong with the line.
pub fn event(text: &str, home: &Home) -> Result<Told, LineError> {
    let line = Line::parse(text)?;
    let home = home.in_region(region(&line));
    let record = record(&line, text, &home);
    Ok(Told::of(&record, home.account))
}

fn record(line: &Line<'_>, text: &str, home: &Home) -> Record {
    let named = Named::of(line);
    let (method, _, query) = line.target().unwrap_or_default();
    let uploaded = line.object_size.filter(|_| named.kind == Kind::Upload);
    let facts = Facts {
        source: SOURCE,
        call: ServiceCall::S3(named.call),
        method,
        query,
        request_headers: pairs(&[("host", line.host), ("user-agent", line.user_agent)]),
        request_body: b"",
        request_bytes: uploaded.unwrap_or_default(),
        // What S3 does by itself has no status.
        status: line.status.unwrap_or(200),
        response_headers: pairs(&[("x-amz-id-2", line.host_id), ("x-amz-version-id", line.version_id)]),
        response_bytes: line.bytes_sent.unwrap_or_default(),
        caller: requester::caller(line),
        peer: line.address.and_then(|address| address.parse().ok()),
        tls: tls(line),
        request_id: line.request_id,
        event_id: event_id::guid(&[SOURCE.as_bytes(), home.account.as_str().as_bytes(), text.as_bytes()]),
        remarks: remarks(line),
        at: line.at,
    };
    // A line tells of one request, whatever it deletes: each of its objects has a line of its own.
    let mut record = facts.records(home).swap_remove(0);
    if let Some(error) = line.error {
        record.error_code = Some(error.to_owned());
    }
    forget(&mut record, &["SSEApplied"]);
    if uploaded.is_none() && method != "GET" && method != "HEAD" {
        forget(&mut record, &["bytesTransferredIn"]);
    }
    tell_signature(&mut record, line);
    if named.kind == Kind::ByService {
        record.event_type = "AwsServiceEvent";
    }
    record
}

/// Says how the request was signed: the line knows, and capture would look for a header that nobody has kept.
fn tell_signature(record: &mut Record, line: &Line<'_>) {
    let Some(Value::Object(members)) = &mut record.additional_event_data else { return };
    let told = [("AuthenticationMethod", line.authentication), ("SignatureVersion", line.signature_version)];
    for (name, value) in told {
        match value {
            Some(value) => members.insert(name.to_owned(), Value::from(value)),
            None => members.remove(name),
        };
    }
}

fn remarks(line: &Line<'_>) -> Map<String, Value> {
    let mut remarks = Map::new();
    remarks.insert("accessLogOperation".to_owned(), Value::from(line.operation));
    if let Some(size) = line.object_size {
        remarks.insert("objectSize".to_owned(), Value::from(size));
    }
    for (name, value) in [("accessPointArn", line.access_point), ("aclRequired", line.acl_required)] {
        if let Some(value) = value {
            remarks.insert(name.to_owned(), Value::from(value));
        }
    }
    remarks
}

fn pairs<'a>(told: &[(&'a str, Option<&'a str>)]) -> Vec<(&'a str, &'a str)> {
    told.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect()
}

fn tls(line: &Line<'_>) -> Option<Tls> {
    let (version, cipher) = (line.tls?, line.cipher?);
    let version = version.replace("TLSV", "TLSv").replace("tlsv", "TLSv");
    Some(Tls { version, cipher_suite: cipher.to_owned(), key_exchange: None })
}

/// Finds the Region: the line's own, that of an access point, or that in S3's host name.
fn region(line: &Line<'_>) -> Option<Region> {
    let looks_like_one =
        |text: &&str| text.split('-').count() >= 3 && text.ends_with(|end: char| end.is_ascii_digit());
    let of_host = || {
        let labels = line.host?.strip_suffix(".amazonaws.com")?;
        let last = labels.rsplit('.').next()?;
        Some(last.strip_prefix("s3-").unwrap_or(last))
    };
    let of_access_point = || line.access_point?.split(':').nth(3);
    let told = [line.source_region, of_access_point(), of_host()];
    told.into_iter().flatten().find(looks_like_one)?.parse().ok()
}

/// Tells what a line's bucket and key address.
fn level(bucket: Option<&str>, key: Option<&str>) -> Level {
    match (bucket, key) {
        (None, _) => Level::Service,
        (Some(_), None) => Level::Bucket,
        (Some(_), Some(_)) => Level::Object,
    }
}

#[cfg(test)]
mod tests;
