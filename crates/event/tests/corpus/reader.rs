//! Reads every event of the shared fixtures, whatever it is wrapped in. Also used by `cairn-select`.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

/// Why a test that reads the fixtures fails: they are there and not what they should be.
type Unreadable = Box<dyn std::error::Error>;

/// One event with its original bytes and the file (below `fixtures/events`) that it came from.
pub(crate) struct Sample {
    pub(crate) file: String,
    pub(crate) bytes: Vec<u8>,
}

/// The members that tell what wraps an event.
#[derive(Deserialize)]
struct Document<'a> {
    /// A log file.
    #[serde(rename = "Records", borrow, default)]
    records: Option<Vec<&'a RawValue>>,
    /// An EventBridge envelope.
    #[serde(borrow, default)]
    detail: Option<&'a RawValue>,
    /// A document of a search index.
    #[serde(borrow, default)]
    aws: Option<Indexed<'a>>,
}

#[derive(Deserialize)]
struct Indexed<'a> {
    #[serde(borrow, default)]
    cloudtrail: Option<&'a RawValue>,
}

/// Returns all samples, ordered by file; none, said aloud, where the fixtures are absent.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
pub(crate) fn samples() -> Result<Option<Vec<Sample>>, Unreadable> {
    let root = events_directory();
    if !root.try_exists()? {
        println!("SKIPPED: no fixtures at {} (set CAIRN_SHARED)", root.display());
        return Ok(None);
    }
    let mut files = Vec::new();
    list(&root, &mut files)?;
    files.sort();
    let mut samples = Vec::new();
    for path in files {
        let file = path.strip_prefix(&root)?.display().to_string();
        let text = read(&path)?;
        for event in events(&file, &text)? {
            samples.push(Sample { file: file.clone(), bytes: event.as_bytes().to_vec() });
        }
    }
    Ok(Some(samples))
}

fn events_directory() -> PathBuf {
    let shared = std::env::var_os("CAIRN_SHARED").map(PathBuf::from);
    let beside_checkout = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    shared.unwrap_or_else(beside_checkout).join("fixtures/events")
}

fn list(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Unreadable> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() { list(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, Unreadable> {
    let bytes = fs::read(path)?;
    if path.extension().is_none_or(|extension| extension != "gz") {
        return Ok(String::from_utf8(bytes)?);
    }
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text)?;
    Ok(text)
}

fn events<'a>(file: &str, text: &'a str) -> Result<Vec<&'a str>, Unreadable> {
    let documents: Vec<&str> = if file.ends_with(".ndjson") {
        text.lines().filter(|line| !line.trim().is_empty()).collect()
    } else if text.trim_start().starts_with('[') {
        serde_json::from_str::<Vec<&RawValue>>(text)?.into_iter().map(RawValue::get).collect()
    } else {
        vec![text]
    };
    let mut events = Vec::new();
    for text in documents {
        let document: Document<'_> = serde_json::from_str(text)?;
        let indexed = document.aws.and_then(|aws| aws.cloudtrail);
        match (document.records, document.detail.or(indexed)) {
            (Some(records), _) => events.extend(records.into_iter().map(RawValue::get)),
            (None, Some(event)) => events.push(event.get()),
            (None, None) => events.push(text),
        }
    }
    Ok(events)
}
