//! Part `intake`: events a second through intake, each acknowledged after its sync.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use cairn_intake::Intake;
use cairn_journal::Reader;

use crate::callers;
use crate::cpu::CpuTimes;
use crate::disk;
use crate::engine::{CountedWriter, Engine, MachineClock};
use crate::maker::{Maker, Times};
use crate::part::{Run, count, runtime};
use crate::report::Table;
use crate::scratch::scratch;

/// How many callers submit at once.
const CALLERS: [usize; 3] = [1, 16, 256];

/// How long the raw disk is measured beside each run.
const RAW: Duration = Duration::from_secs(2);

/// About what the journal takes of the disk.
const BYTES_NEEDED: u64 = 1 << 30;

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let dir = scratch(&run.dir, "intake", BYTES_NEEDED)?;
    let table = runtime("callers")?.block_on(measure(run, dir.path()))?;
    run.show(table);
    Ok(())
}

async fn measure(run: &Run, dir: &Path) -> anyhow::Result<Table> {
    let mut table = Table::new(
        "Intake: submit to acknowledgement, fsync'd, no HTTP (cairn-bench intake)",
        "closed-loop callers over a real catalog and journal; `raw` is write+fdatasync of frames as large by one \
         bare thread, right after; `of raw` is frames/s against raw syncs/s; CPU includes making the events",
        &[
            "events/s",
            "p50 ms",
            "p99 ms",
            "events/frame",
            "bytes/event",
            "raw syncs/s",
            "raw p50 ms",
            "raw p99 ms",
            "of raw",
            "CPU µs/event",
        ],
    );
    let maker = Arc::new(Maker::new(Times::ending_now()));
    let next = Arc::new(AtomicU64::new(0));
    for callers in CALLERS {
        let dir = dir.join(callers.to_string());
        std::fs::create_dir(&dir)?;
        let mut engine = Engine::open(&dir).await?;
        let writer = engine.writer.take().context("write to the journal")?;
        let (writer, frames) = CountedWriter::new(writer);
        let reader = Arc::clone(&engine.reader) as Arc<dyn Reader>;
        let catalog = Arc::clone(&engine.catalog);
        let intake = Arc::new(Intake::start(Box::new(writer), reader, catalog, Arc::new(MachineClock))?);
        let cpu = CpuTimes::now()?;
        let mut load = callers::submit(&intake, &maker, &next, callers, run.during).await?;
        let cpu = CpuTimes::now()?.seconds_since(&cpu);
        // Closing cuts off the zeros that were written ahead.
        intake.close().await;
        engine.catalog.close().await;
        let (events, frames) = (count(load.events), count(frames.load(Ordering::Relaxed)));
        let bytes = engine.reader.bytes_used();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a frame has at most 8 MiB"
        )]
        let mut raw = disk::write_and_sync(&dir, (count(bytes) / frames) as usize, RAW)?;
        let raw_rate = count(raw.len() as u64) / RAW.as_secs_f64();
        table.row(
            format!("{callers} callers"),
            &[
                events / load.seconds,
                load.latency.percentile_ms(50.0),
                load.latency.percentile_ms(99.0),
                events / frames,
                count(bytes) / events,
                raw_rate,
                raw.percentile_ms(50.0),
                raw.percentile_ms(99.0),
                frames / load.seconds / raw_rate,
                cpu * 1e6 / events,
            ],
        );
    }
    Ok(table)
}
