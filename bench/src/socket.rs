//! Part `socket`: LookupEvents as clients call it, over HTTP and signed. Each call is itself an event, so
//! that its answer waits for a sync.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cairn_history::Attribute;
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use crate::client::Client;
use crate::disk;
use crate::lookup;
use crate::maker::Maker;
use crate::part::{Run, runtime};
use crate::random::Random;
use crate::report::Table;
use crate::samples::{Kind, Samples};
use crate::scratch::scratch;
use crate::server::ServerProcess;
use crate::spread::Spread;

/// The history of the part by itself; `lookup` measures the socket at its own sizes.
const EVENTS: u64 = 1_000_000;

const BYTES_NEEDED: u64 = 1 << 30;

/// Calls of each row.
const CALLS: usize = 800;

/// Calls at once in the second row.
const CONCURRENT: usize = 16;

/// About the size of the event of a LookupEvents call, compressed.
const SYNCED_BYTES: usize = 700;

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let dir = scratch(&run.dir, "socket", BYTES_NEEDED)?;
    let events = EVENTS.min(run.events);
    let runtime = runtime("socket")?;
    let maker = Arc::new(Maker::new(lookup::times(events)));
    let (_history, built) = runtime.block_on(lookup::build(dir.path(), &maker, events))?;
    run.show(built);
    let table = runtime.block_on(lookups(dir.path(), &maker, events))?;
    run.show(table);
    Ok(())
}

/// Starts a server on the history in `dir` and asks it.
pub(crate) async fn lookups(dir: &Path, maker: &Maker, events: u64) -> anyhow::Result<Table> {
    let mut samples = Vec::new();
    for attribute in Attribute::ALL {
        samples.push((attribute, Samples::of(maker, events, attribute)?));
    }
    let server = ServerProcess::start(dir)?;
    let mut table = Table::new(
        &format!("LookupEvents at the socket, {events} events (cairn-bench lookup, cairn-bench socket)"),
        "`cairn serve` on loopback, SigV4, all eight attributes in turn, frequent, rare and missing values; each \
         call is recorded with a sync before it is answered; `raw` is one write+fdatasync of as many bytes",
        &["calls/s", "p50 ms", "p99 ms", "raw p50 ms", "raw p99 ms", "RSS MB", "anonymous MB"],
    );
    for callers in [1, CONCURRENT] {
        let began = Instant::now();
        let each = CALLS / callers;
        let asking = (0..callers).map(|caller| ask(&server, &samples, each, caller));
        let mut spread = Spread::default();
        for latency in try_join_all(asking).await? {
            spread.join(latency);
        }
        let seconds = began.elapsed().as_secs_f64();
        let mut raw = disk::write_and_sync(dir, SYNCED_BYTES, Duration::from_secs(1))?;
        #[expect(clippy::cast_precision_loss, reason = "some hundred calls")]
        let rate = spread.len() as f64 / seconds;
        let memory = server.memory()?;
        let (p50, p99) = (spread.percentile_ms(50.0), spread.percentile_ms(99.0));
        let (raw50, raw99) = (raw.percentile_ms(50.0), raw.percentile_ms(99.0));
        table.row(
            format!("{callers} at once"),
            &[rate, p50, p99, raw50, raw99, memory.now_mb, memory.anonymous_mb],
        );
    }
    server.stop()?;
    Ok(table)
}

/// Calls from one connection, one after the other, attributes and kinds of values in turn.
async fn ask(
    server: &ServerProcess,
    samples: &[(Attribute, Samples)],
    calls: usize,
    caller: usize,
) -> anyhow::Result<Spread> {
    let mut client = Client::connect(server).await?;
    let mut random = Random::new(caller as u64 + 1);
    let mut spread = Spread::default();
    let kinds = [Kind::Frequent, Kind::Rare, Kind::Missing];
    let turns =
        kinds.iter().flat_map(|kind| samples.iter().map(move |(attribute, of)| (*kind, *attribute, of)));
    for (kind, attribute, of) in turns.cycle().skip(caller).take(calls) {
        let value = of.value(kind, &mut random);
        let input = json!({ "LookupAttributes": [
            { "AttributeKey": attribute.as_str(), "AttributeValue": value }] });
        let at = Instant::now();
        let answer = client.cloudtrail("LookupEvents", &input).await?;
        spread.add(at.elapsed());
        let found = answer.get("Events").and_then(Value::as_array).map_or(0, Vec::len);
        anyhow::ensure!((kind == Kind::Missing) == (found == 0), "{attribute} {value}: {found} events found");
    }
    Ok(spread)
}
