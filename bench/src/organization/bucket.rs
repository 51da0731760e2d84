//! What is in the bucket: which calls' events, and which digests.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use anyhow::Context as _;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::DIGEST_WINDOW;
use super::accounts::{BUCKET, Organization};
use super::load::{self, Belongs, Load};
use crate::client::Client;

/// The bucket, as far as it was looked at.
#[derive(Debug)]
pub(super) struct Bucket {
    prefix: String,
    read: BTreeSet<String>,
    /// Calls that an event was found of, with the key of its file and the account in that.
    found: BTreeMap<u64, (String, String)>,
    /// Ends of windows, how many digests each has, and when the last of them was put.
    rounds: BTreeMap<Timestamp, (usize, Timestamp)>,
    /// Digests that end a chain, because its account left.
    pub(super) last: usize,
    /// Events that were found more than once.
    pub(super) doubled: usize,
    /// Log files.
    pub(super) files: usize,
}

/// An object in a listing.
struct Listed {
    key: String,
    modified: Timestamp,
}

impl Bucket {
    pub(super) fn of(organization: &Organization) -> Self {
        Self {
            prefix: format!("AWSLogs/{}/", organization.id),
            read: BTreeSet::new(),
            found: BTreeMap::new(),
            rounds: BTreeMap::new(),
            last: 0,
            doubled: 0,
            files: 0,
        }
    }

    /// Reads what is new.
    pub(super) async fn look(&mut self, client: &mut Client<'_>) -> anyhow::Result<()> {
        for object in self.list(client).await? {
            if !self.read.insert(object.key.clone()) {
                continue;
            }
            if object.key.contains("/CloudTrail-Digest/") {
                self.take_digest(&object)?;
            } else if object.key.contains("/CloudTrail/") && object.key.ends_with(".json.gz") {
                let file = client.s3("GET", &format!("/{BUCKET}/{}", object.key), "", Bytes::new()).await?;
                self.take_file(object.key, &file.body)?;
            }
        }
        Ok(())
    }

    /// Counts events that must be there and are not.
    pub(super) fn missing(&self, load: &Load) -> usize {
        let inside = load.calls.iter().filter(|call| call.belongs == Belongs::Inside);
        inside.filter(|call| !self.found.contains_key(&call.number)).count()
    }

    /// Counts events that lie under another account, or that are there although their account belonged to nobody.
    pub(super) fn astray(&self, load: &Load) -> usize {
        let astray = load.calls.iter().filter(|call| {
            let found = self.found.get(&call.number);
            found.is_some_and(|(_, account)| *account != call.account || call.belongs == Belongs::Outside)
        });
        astray.count()
    }

    /// Returns the file with a call's event.
    pub(super) fn file(&self, number: u64) -> Option<&str> {
        self.found.get(&number).map(|(key, _)| key.as_str())
    }

    /// Returns how many windows that ended after some instant have digests.
    pub(super) fn rounds_since(&self, from: Timestamp) -> usize {
        self.rounds.range(from..).count()
    }

    /// Returns how many windows have digests, how many the fullest has, and the longest that one took, in seconds. The
    /// newest window is left out: it may not be over.
    pub(super) fn digests(&self) -> (usize, usize, f64) {
        let over = self.rounds.iter().rev().skip(1);
        let most = over.clone().map(|(_, (digests, _))| *digests).max().unwrap_or_default();
        let took = over.clone().map(|(end, (_, last))| last.duration_since(*end).as_secs_f64());
        (over.count(), most, took.fold(0.0, f64::max))
    }

    fn take_digest(&mut self, object: &Listed) -> anyhow::Result<()> {
        let name = object.key.rsplit('/').next().unwrap_or_default();
        let Some(end) = name.strip_suffix(".json.gz").and_then(|name| name.rsplit('_').next()) else {
            return Ok(());
        };
        let end = DateTime::strptime("%Y%m%dT%H%M%SZ", end)?.to_zoned(TimeZone::UTC)?.timestamp();
        if end.as_second() % i64::try_from(DIGEST_WINDOW.as_secs())? != 0 {
            self.last += 1;
            return Ok(());
        }
        let round = self.rounds.entry(end).or_insert((0, end));
        *round = (round.0 + 1, round.1.max(object.modified));
        Ok(())
    }

    fn take_file(&mut self, key: String, body: &[u8]) -> anyhow::Result<()> {
        let mut text = Vec::new();
        MultiGzDecoder::new(body).read_to_end(&mut text)?;
        let file: Value = serde_json::from_slice(&text)?;
        let account = key.split('/').nth(2).unwrap_or_default().to_owned();
        self.files += 1;
        for event in file["Records"].as_array().context("find the events of a file")? {
            let name = event["requestParameters"]["trailNameList"][0].as_str();
            if let Some(number) = name.and_then(load::number) {
                let before = self.found.insert(number, (key.clone(), account.clone()));
                self.doubled += usize::from(before.is_some());
            }
        }
        Ok(())
    }

    async fn list(&self, client: &mut Client<'_>) -> anyhow::Result<Vec<Listed>> {
        let (mut listed, mut after) = (Vec::new(), String::new());
        let prefix = escaped(&self.prefix);
        loop {
            let start = escaped(&after);
            let query = format!("list-type=2&max-keys=1000&prefix={prefix}&start-after={start}");
            let page = client.s3("GET", &format!("/{BUCKET}"), &query, Bytes::new()).await?;
            let page = String::from_utf8_lossy(&page.body).into_owned();
            for object in page.split("<Contents>").skip(1) {
                let value = |name: &str| {
                    let rest = object.split(&format!("<{name}>")).nth(1)?;
                    rest.split('<').next().map(str::to_owned)
                };
                let (key, modified) = value("Key").zip(value("LastModified")).context("read a listing")?;
                listed.push(Listed { key, modified: modified.parse()? });
            }
            match listed.last() {
                Some(last) if page.contains("<IsTruncated>true<") => after.clone_from(&last.key),
                _ => return Ok(listed),
            }
        }
    }
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
