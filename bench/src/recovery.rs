//! Part `recovery`: from opening what a killed process left to a history that shows every event.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cairn_history::HistoryConfig;
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

/// Events to recover.
const EVENTS: u64 = 1_000_000;

/// Callers that keep the process busy which is killed.
const CALLERS: usize = 256;

const BYTES_NEEDED: u64 = 3 << 30;

/// More than there are: nothing is ever sealed.
const NEVER_SEALED: usize = 10_000_000;

/// What the process that will be killed prints once there are enough events.
const ENOUGH: &str = "enough";

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let mut table = Table::new(
        "Recovery (cairn-bench recovery)",
        "files in the page cache; `killed`: SIGKILL to a process that indexes at 256 callers, after a million events; \
         `nothing sealed`: a million events in the journal alone, as if every split were lost",
        &[
            "events",
            "open journal ms",
            "open history ms",
            "head events",
            "head rebuilt s",
            "s per million",
            "CPU s",
        ],
    );
    let runtime = runtime("recovery")?;
    let dir = scratch(&run.dir, "recovery", BYTES_NEEDED)?;
    kill_at_work(dir.path())?;
    let seconds = runtime.block_on(measure(dir.path(), None, "killed", &mut table))?;
    run.target(Target::new("recovery per million events, killed at work", seconds, Limit::AtMost(2.0), "s"));

    let dir = scratch(&run.dir, "recovery", BYTES_NEEDED)?;
    runtime.block_on(fill(dir.path()))?;
    runtime.block_on(measure(dir.path(), Some(NEVER_SEALED), "nothing sealed", &mut table))?;
    run.show(table);
    Ok(())
}

/// Lets another process journal and index in `dir`, and kills it.
fn kill_at_work(dir: &Path) -> anyhow::Result<()> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["victim", "--dir"])
        .arg(dir)
        .stdout(Stdio::piped())
        .spawn()
        .context("start the process to be killed")?;
    let told = BufReader::new(child.stdout.take().context("hear the process to be killed")?);
    let is_enough = told.lines().any(|line| line.is_ok_and(|line| line == ENOUGH));
    child.kill()?;
    child.wait()?;
    anyhow::ensure!(is_enough, "the process to be killed ended by itself");
    Ok(())
}

/// Works in `dir` until it is killed, or for a minute after it has told that it may be.
pub(crate) fn victim(run: &Run) -> anyhow::Result<()> {
    runtime("victim")?.block_on(async {
        let mut engine = Engine::open(&run.dir).await?;
        let writer = engine.writer.take().context("write to the journal")?;
        let reader = Arc::clone(&engine.reader) as Arc<dyn Reader>;
        let catalog = Arc::clone(&engine.catalog);
        let intake = Arc::new(Intake::start(Box::new(writer), reader, catalog, Arc::new(MachineClock))?);
        let _running = engine.start_history(engine.history_config(), Arc::new(MachineClock)).await?;
        let (maker, next) = (Arc::new(Maker::new(Times::ending_now())), Arc::new(AtomicU64::new(0)));
        while engine.reader.tail() < EVENTS {
            callers::submit(&intake, &maker, &next, CALLERS, Duration::from_millis(100)).await?;
        }
        #[expect(clippy::print_stdout, reason = "the parent listens")]
        {
            println!("{ENOUGH}");
        }
        callers::submit(&intake, &maker, &next, CALLERS, Duration::from_secs(60)).await?;
        anyhow::Ok(())
    })
}

async fn measure(
    dir: &Path,
    head_events_max: Option<usize>,
    name: &str,
    table: &mut Table,
) -> anyhow::Result<f64> {
    let (began, cpu) = (Instant::now(), CpuTimes::now()?);
    let engine = Engine::open(dir).await?;
    let journal = began.elapsed();
    let events = engine.reader.tail();
    anyhow::ensure!(events >= EVENTS, "{events} events in the journal");
    let config = engine.history_config();
    let config =
        HistoryConfig { head_events_max: head_events_max.unwrap_or(config.head_events_max), ..config };
    let running = engine.start_history(config, Arc::new(MachineClock)).await?;
    let opened = began.elapsed();
    let head = events - running.history.indexed();
    running.history.wait_for(events - 1).await;
    let whole = began.elapsed();
    let cpu = CpuTimes::now()?.seconds_since(&cpu);
    running.stop().await;
    engine.catalog.close().await;
    let each = whole.as_secs_f64() * 1e6 / count(events);
    table.row(
        name,
        &[
            count(events),
            journal.as_secs_f64() * 1e3,
            (opened - journal).as_secs_f64() * 1e3,
            count(head),
            (whole - opened).as_secs_f64(),
            each,
            cpu,
        ],
    );
    Ok(each)
}

/// Fills a journal that has no history.
async fn fill(dir: &Path) -> anyhow::Result<()> {
    let mut engine = Engine::open(dir).await?;
    let writer = engine.writer.take().context("write to the journal")?;
    let maker = Maker::new(Times::ending_now());
    let appending = tokio::task::spawn_blocking(move || filled::append(writer, &maker, 0..EVENTS, |_| true));
    // Dropped, not closed: the last segment is found without its seal, as after a crash.
    drop(appending.await??);
    engine.catalog.close().await;
    Ok(())
}
