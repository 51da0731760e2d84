//! A history of many events, written straight to the journal and indexed as it goes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cairn_event::{Entry, Origin, Region};
use cairn_history::{CURSOR, History, HistoryConfig};
use cairn_journal::{EmbeddedWriter, Reader as _, Writer as _};

use crate::engine::{Engine, RunningHistory};
use crate::maker::{ACCOUNT, Maker};

/// Events in one frame, as 256 callers make them.
const FRAME_EVENTS: u64 = 256;

/// How far the journal may run ahead of the history.
const AHEAD_MAX: u64 = 500_000;

/// How often the history is looked at while it is built.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long the history's statistics must stand still to count as finished.
const STILL: Duration = Duration::from_secs(3);

/// Appends events to the journal, `FRAME_EVENTS` at a time; gives the writer back.
pub(crate) fn append(
    mut writer: EmbeddedWriter,
    maker: &Maker,
    events: std::ops::Range<u64>,
    may_go_on: impl Fn(u64) -> bool,
) -> anyhow::Result<EmbeddedWriter> {
    let (account, region) = (ACCOUNT.parse()?, Region::us_east_1());
    let mut from = events.start;
    while from < events.end {
        while !may_go_on(from) {
            std::thread::sleep(LOOK_EVERY);
        }
        let to = (from + FRAME_EVENTS).min(events.end);
        let entries: Vec<Vec<u8>> = (from..to)
            .map(|number| {
                let (region, event) = (region.clone(), maker.event(number));
                Entry { revision: 0, received_ms: 0, account, region, origin: Origin::Call, event }.encode()
            })
            .collect();
        let records: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        writer.append(&records)?;
        from = to;
    }
    Ok(writer)
}

/// Journals and indexes `events` events in an empty engine and waits until all is sealed and merged that
/// will be; tells how many seconds it took. The journal is trimmed meanwhile, to save disk.
pub(crate) async fn build(
    engine: &mut Engine,
    config: HistoryConfig,
    clock: Arc<dyn cairn_event::Clock>,
    maker: &Arc<Maker>,
    events: u64,
) -> anyhow::Result<(RunningHistory, f64)> {
    let writer = engine.writer.take().context("write to the journal")?;
    let running = engine.start_history(config, clock).await?;
    let began = Instant::now();
    let (filling_maker, history) = (Arc::clone(maker), running.history.clone());
    let filling = tokio::task::spawn_blocking(move || {
        append(writer, &filling_maker, 0..events, |at| at.saturating_sub(history.indexed()) < AHEAD_MAX)
    });
    while running.history.indexed() < events && !(filling.is_finished() && engine.reader.tail() < events) {
        tokio::time::sleep(LOOK_EVERY).await;
        if let Some(below) = engine.catalog.cursor(CURSOR).await? {
            engine.reader.trim(below)?;
        }
    }
    engine.writer = Some(filling.await.context("wait for the journal")??);
    settle(&running.history).await;
    Ok((running, began.elapsed().as_secs_f64()))
}

/// Waits until nothing more is sealed or merged.
pub(crate) async fn settle(history: &History) {
    let mut before = history.stats();
    let mut since = Instant::now();
    while since.elapsed() < STILL {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = history.stats();
        if now != before {
            (before, since) = (now, Instant::now());
        }
    }
}
