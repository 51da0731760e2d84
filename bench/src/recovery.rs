//! Part `recovery`: from opening the files to a history that shows every event.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use cairn_history::HistoryConfig;
use cairn_journal::Reader as _;

use crate::engine::{Engine, MachineClock};
use crate::filled;
use crate::maker::{Maker, Times};
use crate::part::{Run, count, runtime};
use crate::report::{Limit, Table, Target};
use crate::scratch::scratch;

/// Events to recover.
const EVENTS: u64 = 1_000_000;

const BYTES_NEEDED: u64 = 3 << 30;

/// More than there are: nothing is ever sealed.
const NEVER_SEALED: usize = 10_000_000;

/// What a start after a crash finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// Nothing is sealed: more than the configured limits allow.
    Unsealed,
    /// Sealed splits and the head that the configured limits leave.
    Sealed,
}

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let mut table = Table::new(
        "Recovery of a million events (cairn-bench recovery)",
        "everything is dropped without closing and opened again, files in the page cache; a million unsealed is \
         beyond the worst that the limits allow (200,000 an index split)",
        &["open journal ms", "open history ms", "head events", "head rebuilt s", "s per million"],
    );
    let runtime = runtime("recovery")?;
    for (name, found) in [("nothing sealed", Found::Unsealed), ("as configured", Found::Sealed)] {
        let dir = scratch(&run.dir, "recovery", BYTES_NEEDED)?;
        let seconds = runtime.block_on(measure(dir.path(), found, name, &mut table))?;
        let what = format!("recovery per million events, {name}");
        run.target(Target::new(what, seconds, Limit::AtMost(2.0), "s"));
    }
    run.show(table);
    Ok(())
}

async fn measure(dir: &Path, found: Found, name: &str, table: &mut Table) -> anyhow::Result<f64> {
    let maker = Arc::new(Maker::new(Times::ending_now()));
    let engine = Engine::open(dir).await?;
    let config = match found {
        Found::Unsealed => HistoryConfig { head_events_max: NEVER_SEALED, ..engine.history_config() },
        Found::Sealed => engine.history_config(),
    };
    fill(engine, &maker, found, config.clone()).await?;

    let began = Instant::now();
    let engine = Engine::open(dir).await?;
    let journal = began.elapsed();
    anyhow::ensure!(engine.reader.tail() == EVENTS, "{} events in the journal", engine.reader.tail());
    let running = engine.start_history(config, Arc::new(MachineClock)).await?;
    let opened = began.elapsed();
    running.history.wait_for(EVENTS - 1).await;
    let whole = began.elapsed();
    let head = running.history.stats().head_events;
    running.stop().await;
    engine.catalog.close().await;
    let seconds = whole.as_secs_f64();
    table.row(
        name,
        &[
            journal.as_secs_f64() * 1e3,
            (opened - journal).as_secs_f64() * 1e3,
            count(head),
            (whole - opened).as_secs_f64(),
            seconds * 1e6 / count(EVENTS),
        ],
    );
    Ok(seconds * 1e6 / count(EVENTS))
}

/// Fills the journal, lets the history seal what it would have sealed, and drops everything.
async fn fill(
    mut engine: Engine,
    maker: &Arc<Maker>,
    found: Found,
    config: HistoryConfig,
) -> anyhow::Result<()> {
    let writer = engine.writer.take().context("write to the journal")?;
    let appending = Arc::clone(maker);
    let appended =
        tokio::task::spawn_blocking(move || filled::append(writer, &appending, 0..EVENTS, |_| true));
    drop(appended.await??);
    if found == Found::Sealed {
        let running = engine.start_history(config, Arc::new(MachineClock)).await?;
        running.history.wait_for(EVENTS - 1).await;
        filled::settle(&running.history).await;
        running.stop().await;
    }
    engine.catalog.close().await;
    Ok(())
}
