//! Measures opening, committing, moving a cursor, delivering and rebuilding on the disk at hand:
//!
//! `cargo run --release -p cairn-catalog --features contract --example catalog_latency -- [DIRECTORY]`

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::path::Path;
use std::time::{Duration, Instant};

use cairn_catalog::contract::sample::{begin, instant, receipt, user};
use cairn_catalog::{Catalog, Change, CursorMove, Delivery, SqliteCatalog};

type Failure = Box<dyn std::error::Error>;

const ROUNDS: u64 = 500;
const USERS: u64 = 10_000;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let directory = match std::env::args().nth(1) {
        Some(directory) => tempfile::tempdir_in(directory)?,
        None => tempfile::tempdir()?,
    };
    let path = directory.path().join("catalog.sqlite");
    open(&path, "open, new file").await?;
    let catalog = open(&path, "open, small").await?;
    resident("one small catalog open");
    let main = begin(&catalog).await;
    let mut commits = Vec::new();
    let mut moves = Vec::new();
    let mut deliveries = Vec::new();
    for round in 0..ROUNDS {
        let before = round.checked_sub(1).map(|before| before + 1);
        let at = |name: &str| CursorMove { name: name.to_owned(), expected: before, to: round + 1 };
        let put = vec![Change::PutUser(user(&format!("u{}", round % 10)))];
        let based_on = catalog.current().revision();
        let started = Instant::now();
        catalog.commit(based_on, put).await?;
        commits.push(started.elapsed());
        let started = Instant::now();
        catalog.advance(at("history")).await?;
        moves.push(started.elapsed());
        let receipts = ["eu-west-1", "us-east-1"].map(|name| receipt(&main, name, round, round)).to_vec();
        let delivery = Delivery { cursor: at("delivery"), receipts, delivered_at: instant(60), state: None };
        let started = Instant::now();
        catalog.deliver(delivery).await?;
        deliveries.push(started.elapsed());
    }
    report("commit", commits);
    report("cursor", moves);
    report("delivery of 2 files", deliveries);
    catalog.snapshot(1).await?; // Opens the reader's connection.
    rebuild(&catalog, "rebuild a revision, 12 entities", 20).await?;
    for chunk in 0..USERS / 1_000 {
        let put = (0..1_000).map(|index| Change::PutUser(user(&format!("many{}", chunk * 1_000 + index))));
        catalog.commit(catalog.current().revision(), put.collect()).await?;
    }
    let started = Instant::now();
    catalog.commit(catalog.current().revision(), vec![Change::PutUser(user("one-more"))]).await?;
    println!("{:<36} {:>9.3?}", "commit beside 10,000 users", started.elapsed());
    catalog.close().await;
    drop(catalog);
    let before = resident("closed");
    let catalog = open(&path, "open, 10,000 entities").await?;
    let after = resident("one catalog of 10,000 users open");
    println!("{:<36} {:>6} KiB more than closed", "", after.saturating_sub(before));
    catalog.snapshot(1).await?;
    rebuild(&catalog, "rebuild a revision, 10,000 entities", 1).await?;
    catalog.close().await;
    Ok(())
}

async fn open(path: &Path, what: &str) -> Result<SqliteCatalog, Failure> {
    let started = Instant::now();
    let catalog = SqliteCatalog::open(path).await?;
    println!("{what:<36} {:>9.3?}", started.elapsed());
    Ok(catalog)
}

/// Asks for a revision so far behind the newest that memory does not hold it.
async fn rebuild(catalog: &SqliteCatalog, what: &str, behind: u64) -> Result<(), Failure> {
    let asked = catalog.current().revision().saturating_sub(behind);
    let started = Instant::now();
    catalog.snapshot(asked).await?;
    println!("{what:<36} {:>9.3?}", started.elapsed());
    Ok(())
}

/// Tells the process's memory in KiB, where the system says; 0 elsewhere.
fn resident(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
    println!("{what:<36} {kib:>6} KiB resident");
    kib
}

fn report(what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
    println!("{what:<36} {:>9.3?} p50 {:>9.3?} p99, {ROUNDS} rounds", at(50), at(99));
}
