//! One log file: `{"Records":[…]}` in a single gzip member, built as its events arrive.

use std::io::{self, Write};

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use cairn_event::{AccountId, Category, EventTime, Region};
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};

/// The most bytes of a log file before compression (reference §4.2).
pub(crate) const UNCOMPRESSED_BYTES_MAX: u64 = 50 * 1_000_000;

/// The compression level. Part of "same journal, same bytes": a change of level, or of the compressor's
/// version, changes the bytes of files not yet written, never the hash that receipts keep, which is
/// that of the uncompressed content.
pub(crate) const GZIP_LEVEL: u32 = 6;

/// The kind folder that a file lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Folder {
    /// Management and data events.
    CloudTrail,
    /// Insights events.
    Insight,
    /// Network activity events.
    NetworkActivity,
    /// Aggregated events: what data events come to when they are counted.
    Aggregated,
    /// Digest files.
    Digest,
}

/// A finished log file, not yet named for a bucket.
#[derive(Debug, Clone)]
pub struct SealedLogFile {
    /// The account whose events are inside.
    pub account: AccountId,
    /// The Region in which they were recorded.
    pub region: Region,
    /// The kind folder.
    pub folder: Folder,
    /// The end of the delivery window, milliseconds since the epoch.
    pub window_end_ms: i64,
    /// The journal position of the first event.
    pub first_position: u64,
    /// The journal position of the last event.
    pub last_position: u64,
    /// The earliest `eventTime` inside.
    pub oldest_event: EventTime,
    /// The latest `eventTime` inside.
    pub newest_event: EventTime,
    /// How many events are inside.
    pub events: u64,
    /// SHA-256 of the content before compression, as digests will list it.
    pub sha256: [u8; 32],
    /// The gzip bytes.
    pub body: Bytes,
}

/// A log file that still takes events.
#[derive(Debug)]
pub(crate) struct OpenLogFile {
    body: OpenBody,
    hash: Hash,
    uncompressed_bytes: u64,
    first_position: u64,
    last_position: u64,
    oldest_event: EventTime,
    newest_event: EventTime,
    events: u64,
}

/// The content so far. A compressor needs as much memory as hundreds of events, and an organization trail has an
/// open file for each account and Region: it begins when a file has grown as large as that.
enum OpenBody {
    Plain(Plain),
    Compressed(Box<GzEncoder<Vec<u8>>>),
}

/// What was written, and in which pieces: the compressor's output depends on them.
#[derive(Default)]
struct Plain {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

struct Hash(Context);

/// How long a file may become before it is compressed as it grows.
const PLAIN_BYTES_MAX: usize = 256 << 10;

impl Folder {
    /// Returns the folder for events of a category; `None` for what trails never deliver.
    pub fn of(category: Category) -> Option<Self> {
        match category {
            Category::Management | Category::Data => Some(Self::CloudTrail),
            Category::Insight => Some(Self::Insight),
            Category::NetworkActivity => Some(Self::NetworkActivity),
            Category::Other => None,
        }
    }

    /// Finds a folder by its name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::CloudTrail, Self::Insight, Self::NetworkActivity, Self::Aggregated, Self::Digest]
            .into_iter()
            .find(|folder| folder.as_str() == name)
    }

    /// Returns the folder's name, which file names repeat.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CloudTrail => "CloudTrail",
            Self::Insight => "CloudTrail-Insight",
            Self::NetworkActivity => "CloudTrail-NetworkActivity",
            Self::Aggregated => "CloudTrail-Aggregated",
            Self::Digest => "CloudTrail-Digest",
        }
    }
}

impl OpenLogFile {
    pub(crate) fn begin(position: u64, time: EventTime) -> Self {
        Self {
            body: OpenBody::Plain(Plain::default()),
            hash: Hash(Context::new(&SHA256)),
            uncompressed_bytes: 0,
            first_position: position,
            last_position: position,
            oldest_event: time,
            newest_event: time,
            events: 0,
        }
    }

    /// Tells whether one more event of `event_bytes` would make the file too large.
    pub(crate) fn is_full_for(&self, event_bytes: usize, file_bytes_max: u64) -> bool {
        let wanted = self.uncompressed_bytes + event_bytes as u64 + SUFFIX.len() as u64 + 1;
        self.events > 0 && wanted > file_bytes_max
    }

    pub(crate) fn push(&mut self, position: u64, time: EventTime, event: &[u8]) -> io::Result<()> {
        self.write(if self.events == 0 { PREFIX } else { b"," })?;
        self.write(event)?;
        self.events += 1;
        self.last_position = self.last_position.max(position);
        self.oldest_event = self.oldest_event.min(time);
        self.newest_event = self.newest_event.max(time);
        Ok(())
    }

    /// Says that an event stands for others, from the position and time of `first` on.
    pub(crate) fn cover(&mut self, last_position: u64, oldest_event: EventTime) {
        self.last_position = self.last_position.max(last_position);
        self.oldest_event = self.oldest_event.min(oldest_event);
    }

    pub(crate) fn seal(
        mut self,
        account: AccountId,
        region: Region,
        folder: Folder,
        window_end_ms: i64,
    ) -> io::Result<SealedLogFile> {
        self.write(SUFFIX)?;
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(self.hash.0.finish().as_ref());
        Ok(SealedLogFile {
            account,
            region,
            folder,
            window_end_ms,
            first_position: self.first_position,
            last_position: self.last_position,
            oldest_event: self.oldest_event,
            newest_event: self.newest_event,
            events: self.events,
            sha256,
            body: Bytes::from(self.body.finish()?),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.0.update(bytes);
        self.uncompressed_bytes += bytes.len() as u64;
        self.body.write(bytes)
    }
}

impl OpenBody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Compressed(gzip) => gzip.write_all(bytes),
            Self::Plain(plain) if plain.bytes.len() + bytes.len() <= PLAIN_BYTES_MAX => {
                plain.bytes.extend_from_slice(bytes);
                plain.ends.push(plain.bytes.len());
                Ok(())
            }
            Self::Plain(plain) => {
                let mut gzip = plain.compress()?;
                gzip.write_all(bytes)?;
                *self = Self::Compressed(Box::new(gzip));
                Ok(())
            }
        }
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Compressed(gzip) => gzip.finish(),
            Self::Plain(plain) => plain.compress()?.finish(),
        }
    }
}

impl Plain {
    fn compress(&self) -> io::Result<GzEncoder<Vec<u8>>> {
        let mut gzip = compressor();
        let mut begin = 0;
        for end in &self.ends {
            gzip.write_all(self.bytes.get(begin..*end).unwrap_or_default())?;
            begin = *end;
        }
        Ok(gzip)
    }
}

fn compressor() -> GzEncoder<Vec<u8>> {
    GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(GZIP_LEVEL))
}

impl std::fmt::Debug for OpenBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Compressed(_) => "Compressed",
        })
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sha256")
    }
}

const PREFIX: &[u8] = b"{\"Records\":[";
const SUFFIX: &[u8] = b"]}";

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_file_has_the_same_bytes_whether_it_was_compressed_as_it_grew_or_at_its_end() {
        let time = EventTime::from_epoch_seconds(0);
        let event = |number: usize| format!(r#"{{"eventID":"{number}","n":{}}}"#, number * 7919 % 1013);
        for count in [1, 5_000, 10_000, 40_000] {
            let mut file = OpenLogFile::begin(0, time);
            let mut at_its_end = compressor();
            for number in 0..count {
                let event = event(number);
                file.push(number as u64, time, event.as_bytes()).unwrap();
                at_its_end.write_all(if number == 0 { PREFIX } else { b"," }).unwrap();
                at_its_end.write_all(event.as_bytes()).unwrap();
            }
            at_its_end.write_all(SUFFIX).unwrap();
            let account = "123456789012".parse().unwrap();
            let sealed = file.seal(account, Region::us_east_1(), Folder::CloudTrail, 60_000).unwrap();
            assert!(sealed.body[..] == at_its_end.finish().unwrap()[..], "{count} events");
            let mut text = String::new();
            flate2::read::GzDecoder::new(&sealed.body[..]).read_to_string(&mut text).unwrap();
            assert_eq!(text.matches("eventID").count(), count);
        }
    }
}
