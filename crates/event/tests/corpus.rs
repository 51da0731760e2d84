//! Real events of several tools and eventVersions: all are read, none is changed.

use std::collections::BTreeMap;
use std::time::Instant;

use cairn_event::{Category, Entry, EventView, Origin};

#[path = "corpus/reader.rs"]
mod reader;

/// Not events: a digest, ten samples whose `eventTime` was replaced by `...`, and two templates whose every
/// member says `string`.
const REFUSED: [(&str, usize); 3] = [
    ("streamalert/digests.ndjson", 1),
    ("streamalert/envelopes.ndjson", 10),
    ("streamalert/insights.ndjson", 2),
];

#[test]
fn every_event_of_the_fixtures_is_read() {
    let Some(samples) = reader::samples().unwrap() else { return };
    let mut read: BTreeMap<&str, usize> = BTreeMap::new();
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    let mut categories: BTreeMap<String, usize> = BTreeMap::new();
    for sample in &samples {
        match EventView::parse(&sample.bytes) {
            Ok(view) => {
                let folder = sample.file.split('/').next().unwrap_or_default();
                *read.entry(folder).or_default() += 1;
                *categories.entry(format!("{:?}", view.category())).or_default() += 1;
            }
            Err(_) => *refused.entry(&sample.file).or_default() += 1,
        }
    }
    println!("events read: {}, of {} documents: {read:?}", read.values().sum::<usize>(), samples.len());
    println!("categories: {categories:?}");
    println!("refused: {refused:?}");
    assert_eq!(refused, BTreeMap::from(REFUSED));
    assert_eq!(read.values().sum::<usize>(), 1618);
}

#[test]
fn the_journal_entry_keeps_every_byte() {
    let Some(samples) = reader::samples().unwrap() else { return };
    for sample in &samples {
        let entry = Entry {
            revision: 7,
            received_ms: 1,
            account: "123456789012".parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
            origin: Origin::Import,
            event: sample.bytes.clone(),
        };
        let read = Entry::decode(&entry.encode()).unwrap();
        assert_eq!(read.event, sample.bytes, "{}", sample.file);
    }
    println!("entries written and read back byte-identical: {}", samples.len());
}

#[test]
fn what_a_view_leaves_uninterpreted_is_a_slice_of_the_original() {
    let Some(samples) = reader::samples().unwrap() else { return };
    let mut slices = 0;
    for sample in &samples {
        let Ok(view) = EventView::parse(&sample.bytes) else { continue };
        let range = sample.bytes.as_ptr_range();
        for raw in [view.request_parameters, view.response_elements, view.additional_event_data] {
            let Some(raw) = raw else { continue };
            let part = raw.get().as_bytes().as_ptr_range();
            assert!(range.start <= part.start && part.end <= range.end, "{}", sample.file);
            slices += 1;
        }
    }
    println!("uninterpreted members that are slices of the original: {slices}");
}

/// The sample claims eventVersion 1.02 and lacks that version's `eventType` and `recipientAccountId`. It is
/// accepted: an audit log keeps what it is given, and nothing that decides about the event is unreadable.
#[test]
fn an_event_that_breaks_its_own_version_is_kept() {
    let Some(samples) = reader::samples().unwrap() else { return };
    let bad: Vec<_> = samples.iter().filter(|sample| sample.file == "versions/bad1_01.json").collect();
    let [bad] = bad.as_slice() else { panic!("one event in the file") };
    let view = EventView::parse(&bad.bytes).unwrap();
    assert_eq!(view.event_version, "1.02");
    assert_eq!(view.event_type, "");
    assert_eq!(view.recipient_account_id, None);
    assert_eq!(view.category(), Category::Management);
}

/// Prints what reading costs; meaningful with `cargo test --release -p cairn-event --test corpus -- --nocapture`.
#[test]
fn reading_is_measured() {
    let Some(samples) = reader::samples().unwrap() else { return };
    let events: Vec<&[u8]> = samples
        .iter()
        .map(|sample| sample.bytes.as_slice())
        .filter(|bytes| EventView::parse(bytes).is_ok())
        .collect();
    let rounds = if cfg!(debug_assertions) { 1 } else { 100 };
    let bytes: usize = events.iter().map(|event| event.len()).sum();
    let mut resources = 0;
    // The fastest round is the one that other work on the machine disturbed least.
    let mut fastest = u128::MAX;
    for _ in 0..rounds {
        let started = Instant::now();
        for event in &events {
            resources += EventView::parse(event).map_or(0, |view| view.resources.len());
        }
        fastest = fastest.min(started.elapsed().as_nanos());
    }
    let (count, average) = (events.len() as u128, bytes / events.len());
    println!("{} ns per event of {average} bytes on average, {resources} resources", fastest / count);
}
