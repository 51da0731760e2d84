//! Part `indexed`: events a second that are both durable and found by lookups.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use anyhow::Context as _;
use cairn_intake::Intake;
use cairn_journal::Reader;

use crate::callers;
use crate::cpu::CpuTimes;
use crate::engine::{Engine, MachineClock};
use crate::filled;
use crate::maker::{Maker, Times};
use crate::part::{Run, count, runtime};
use crate::report::{Limit, Table, Target};
use crate::scratch::scratch;

const CALLERS: usize = 256;

/// How many times longer than other parts it runs, so that splits are sealed and merged meanwhile.
const LONGER: u32 = 4;

const BYTES_NEEDED: u64 = 4 << 30;

/// Events whose making is measured by itself.
const MADE: u64 = 100_000;

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let dir = scratch(&run.dir, "indexed", BYTES_NEEDED)?;
    let (rates, cpu, target) = runtime("callers")?.block_on(measure(run, dir.path()))?;
    run.show(rates);
    run.show(cpu);
    run.target(target);
    Ok(())
}

async fn measure(run: &Run, dir: &Path) -> anyhow::Result<(Table, Table, Target)> {
    let during = run.during * LONGER;
    let mut engine = Engine::open(dir).await?;
    let writer = engine.writer.take().context("write to the journal")?;
    let reader = Arc::clone(&engine.reader) as Arc<dyn Reader>;
    let catalog = Arc::clone(&engine.catalog);
    let intake = Arc::new(Intake::start(Box::new(writer), reader, catalog, Arc::new(MachineClock))?);
    let running = engine.start_history(engine.history_config(), Arc::new(MachineClock)).await?;
    let maker = Arc::new(Maker::new(Times::ending_now()));
    let making = making_seconds(&maker)?;
    let next = Arc::new(AtomicU64::new(0));

    let (began, before) = (Instant::now(), CpuTimes::now()?);
    let mut load = callers::submit(&intake, &maker, &next, CALLERS, during).await?;
    let behind = (load.last + 1).saturating_sub(running.history.indexed());
    running.history.wait_for(load.last).await;
    let (seconds, after) = (began.elapsed().as_secs_f64(), CpuTimes::now()?);
    filled::settle(&running.history).await;
    let settled = CpuTimes::now()?.seconds_since(&after);

    let events = count(load.events);
    let rate = events / seconds;
    let mut rates = Table::new(
        "Journaled and indexed at 256 callers (cairn-bench indexed)",
        "as `intake`, with the history indexing, sealing and merging beside it; the clock stops when the last \
         event acknowledged can be looked up; `later` is what sealing and merging the rest takes",
        &[
            "events/s",
            "acknowledged/s",
            "p50 ms",
            "p99 ms",
            "behind at the end",
            "CPU µs/event",
            "later",
            "splits",
        ],
    );
    let cpu_each = after.seconds_since(&before) * 1e6 / events;
    let splits = count(running.history.stats().splits);
    let (p50, p99) = (load.latency.percentile_ms(50.0), load.latency.percentile_ms(99.0));
    rates.row(
        "256 callers",
        &[rate, events / load.seconds, p50, p99, count(behind), cpu_each, settled * 1e6 / events, splits],
    );
    let mut cpu = Table::new(
        "CPU by thread name in that run",
        "schedstat of each thread; `callers` hold making, selecting and submitting; `(ended)` are mostly blocking \
         and index-writing threads that came and went",
        &["CPU µs/event"],
    );
    cpu.row("making an event (within callers)", &[making * 1e6]);
    for (name, seconds) in after.by_thread_since(&before) {
        cpu.row(name, &[seconds * 1e6 / events]);
    }
    running.stop().await;
    intake.close().await;
    engine.catalog.close().await;
    let target = Target::new(
        "durably journaled and indexed at 256 callers",
        rate,
        Limit::AtLeast(50_000.0),
        "events/s",
    );
    Ok((rates, cpu, target))
}

/// Returns the CPU seconds that making one event takes.
fn making_seconds(maker: &Maker) -> anyhow::Result<f64> {
    let before = CpuTimes::now()?;
    let mut bytes = 0;
    for number in 0..MADE {
        bytes += std::hint::black_box(maker.event(number)).len();
    }
    anyhow::ensure!(bytes > 0, "nothing was made");
    Ok(CpuTimes::now()?.seconds_since(&before) / count(MADE))
}
