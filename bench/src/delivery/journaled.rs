//! A journal of events that came a thousand a second.

use anyhow::Context as _;
use cairn_event::{Entry, Origin, Region};
use cairn_journal::Writer as _;

use crate::engine::Engine;
use crate::maker::{ACCOUNT, Maker};

const FRAME_EVENTS: u64 = 256;

/// Writes events, each stamped with the newest revision; returns how many bytes they have.
pub(super) fn fill(engine: &mut Engine, maker: &Maker, events: u64) -> anyhow::Result<u64> {
    let revision = engine.catalog.current().revision();
    let writer = engine.writer.as_mut().context("write to the journal")?;
    let (account, region) = (ACCOUNT.parse()?, Region::us_east_1());
    let mut bytes = 0;
    for first in (0..events).step_by(usize::try_from(FRAME_EVENTS)?) {
        let mut entries = Vec::new();
        for number in first..(first + FRAME_EVENTS).min(events) {
            let event = maker.event(number);
            bytes += event.len() as u64;
            let received_ms = i64::try_from(number)?;
            let region = region.clone();
            entries
                .push(Entry { revision, received_ms, account, region, origin: Origin::Call, event }.encode());
        }
        let records: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        writer.append(&records)?;
    }
    Ok(bytes)
}
