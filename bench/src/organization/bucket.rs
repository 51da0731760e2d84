//! What is in the bucket: which calls' events, and which digests.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::time::Duration;

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
use crate::spread::Spread;

/// The bucket, as far as it was looked at.
#[derive(Debug)]
pub(super) struct Bucket {
    prefix: String,
    read: BTreeSet<String>,
    /// Calls that an event was found of, with the key of its file and the account in that.
    found: BTreeMap<u64, (String, String)>,
    /// For each digest, when its window ended and when it was put.
    digests: Vec<(Timestamp, Timestamp)>,
    /// The folders of accounts and Regions that digests were found in.
    pub(super) chains: BTreeSet<String>,
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
            digests: Vec::new(),
            chains: BTreeSet::new(),
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

    /// Tells whether a window that ended after some instant has a digest.
    pub(super) fn has_digest_since(&self, from: Timestamp) -> bool {
        self.digests.iter().any(|(end, _)| *end >= from)
    }

    /// Returns how many digests there are, and how many were put in the fullest time as long as a window.
    pub(super) fn digests(&self) -> (usize, usize) {
        let mut put: BTreeMap<i64, usize> = BTreeMap::new();
        let seconds = i64::try_from(DIGEST_WINDOW.as_secs()).unwrap_or(1);
        for (_, at) in &self.digests {
            *put.entry(at.as_second() / seconds).or_default() += 1;
        }
        (self.digests.len(), put.into_values().max().unwrap_or_default())
    }

    /// Returns how long after its window's end each digest was put.
    pub(super) fn digests_late(&self) -> Spread {
        let mut late = Spread::default();
        for (end, at) in &self.digests {
            late.add(Duration::try_from(at.duration_since(*end)).unwrap_or_default());
        }
        late
    }

    fn take_digest(&mut self, object: &Listed) -> anyhow::Result<()> {
        let name = object.key.rsplit('/').next().unwrap_or_default();
        let Some(end) = name.strip_suffix(".json.gz").and_then(|name| name.rsplit('_').next()) else {
            return Ok(());
        };
        let end = DateTime::strptime("%Y%m%dT%H%M%SZ", end)?.to_zoned(TimeZone::UTC)?.timestamp();
        self.chains.insert(object.key.split('/').take(5).collect::<Vec<_>>().join("/"));
        self.digests.push((end, object.modified));
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
