//! Part `gateway`: Cairn before an upstream, beside nginx as a reverse proxy with an access log of JSON lines
//! before the same upstream. All ways take turns, so that whatever else the machine does falls on all alike, and
//! ratios are those of the same round.

mod load;
mod nginx;
mod place;
mod rounds;
mod setting;
mod upstream;

use self::load::Connections;
use self::nginx::{Log, Nginx};
use self::place::{Place, Recorded};
use self::rounds::Rounds;
use self::setting::{Direction, request};
use self::upstream::Upstream;
pub(crate) use self::upstream::serve;
use crate::part::Run;
use crate::report::{Limit, Table, Target};
use crate::scratch::scratch;

const BYTES_NEEDED: u64 = 4 << 30;

/// Callers of small requests, a block of rows each.
const CALLERS: [usize; 3] = [1, 16, 64];

/// Large bodies: what they are called, which way they go, bytes and callers.
const BODIES: [(&str, Direction, u64, usize); 4] = [
    ("GET of 1 MB", Direction::Down, 1 << 20, 8),
    ("PUT of 1 MB", Direction::Up, 1 << 20, 8),
    ("GET of 64 MB", Direction::Down, 64 << 20, 2),
    ("PUT of 64 MB", Direction::Up, 64 << 20, 2),
];

const SMALL_BYTES: u64 = 4096;
const MANY_CONNECTIONS: usize = 1_000;

/// The rows that targets are about.
const NGINX: &str = "nginx";
const REQUIRE: &str = "Cairn, require";

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let Some(program) = nginx::find() else {
        run.skipped(
            "gateway",
            "nginx is absent, and without it there is nothing to compare with: install it (Debian: apt-get install \
             nginx) or name it in CAIRN_BENCH_NGINX",
        );
        return Ok(());
    };
    let dir = scratch(&run.dir, "gateway", BYTES_NEEDED)?;
    let upstream = Upstream::start()?;
    let plain = Nginx::start(&program, &dir.path().join("plain"), upstream.address, Log::AtOnce)?;
    let buffered = Nginx::start(&program, &dir.path().join("buffered"), upstream.address, Log::Buffered)?;
    let require = setting::start(&dir.path().join("require"), upstream.address, "require")?;
    let best_effort = setting::start(&dir.path().join("best-effort"), upstream.address, "best_effort")?;
    let places = [
        Place::direct(&upstream),
        Place::nginx(NGINX, &plain),
        Place::nginx("nginx, log buffered", &buffered),
        Place::cairn(REQUIRE, &require, Recorded::BeforeTheAnswer),
        Place::cairn("Cairn, best_effort", &best_effort, Recorded::BehindIt),
    ];
    // One thread: waking another one for each answer would cost more than sending the request.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        setting::prepare(&require).await?;
        setting::prepare(&best_effort).await?;
        small(run, &places).await?;
        bodies(run, &places).await?;
        many(run, &places).await
    })?;
    anyhow::ensure!(plain.log_bytes()? > 0, "nginx wrote no access log");
    require.stop()?;
    best_effort.stop()
}

/// Small requests: rates, what is added to latency, CPU.
async fn small(run: &mut Run, places: &[Place<'_>]) -> anyhow::Result<()> {
    let mut table = Table::new(
        "GET of 4 KB through a gateway (cairn-bench gateway)",
        "HTTP/1.1 kept alive on loopback, the same request of 600 bytes again and again; nginx: 2 workers, an access log of \
         12 fields as JSON, upstream kept alive; Cairn: S3 data events selected by a trail, each call a whole event in \
         the journal (require: synced before the answer ends, and counted); five rounds in turns, `times nginx` and \
         `added` are medians of the same round; CPU of the proxy alone",
        &["requests/s", "p50 ms", "p99 ms", "added p50 ms", "added p99 ms", "CPU µs/request", "times nginx"],
    );
    for callers in CALLERS {
        let request = request(Direction::Down, SMALL_BYTES);
        let rounds = Rounds::run(places, callers, &request, run.during).await?;
        for (index, place) in places.iter().enumerate() {
            let all = rounds.all(index);
            let mut latency = all.latency.clone();
            let figures = [
                all.per_second(),
                latency.percentile_ms(50.0),
                latency.percentile_ms(99.0),
                rounds.added_ms(index, 50.0),
                rounds.added_ms(index, 99.0),
                all.cpu_micros(),
                rounds.ratio(places, index, NGINX, place::Turn::cpu_micros),
            ];
            table.row(format!("{callers} at once, {}", place.name), &figures);
        }
        if callers > 1 {
            let require = rounds::index_of(places, REQUIRE)?;
            run.target(Target::new(
                format!("CPU of a small request against nginx's, {callers} at once, each call durable"),
                rounds.ratio(places, require, NGINX, place::Turn::cpu_micros),
                Limit::AtMost(1.5),
                "times",
            ));
        }
    }
    run.show(table);
    Ok(())
}

/// Large bodies, down and up.
async fn bodies(run: &mut Run, places: &[Place<'_>]) -> anyhow::Result<()> {
    let mut table = Table::new(
        "Large bodies through a gateway (cairn-bench gateway)",
        "as above; nginx with 16 buffers of 64 KB and no temporary files; MB are 10^6 bytes",
        &["MB/s", "times nginx", "of direct", "CPU ms/request"],
    );
    for (name, direction, bytes, callers) in BODIES {
        let request = request(direction, bytes);
        let rounds = Rounds::run(places, callers, &request, run.during).await?;
        for (index, place) in places.iter().enumerate() {
            let all = rounds.all(index);
            let figures = [
                all.mb_per_second(),
                rounds.ratio(places, index, NGINX, place::Turn::mb_per_second),
                rounds.ratio(places, index, "direct", place::Turn::mb_per_second),
                all.cpu_micros() / 1e3,
            ];
            table.row(format!("{name}, {callers} at once, {}", place.name), &figures);
        }
        if bytes == 1 << 20 {
            let require = rounds::index_of(places, REQUIRE)?;
            run.target(Target::new(
                format!("MB/s of a {name} against nginx's"),
                rounds.ratio(places, require, NGINX, place::Turn::mb_per_second),
                Limit::AtLeast(1.0),
                "times",
            ));
        }
    }
    run.show(table);
    Ok(())
}

/// A thousand connections at once, each with a request under way.
async fn many(run: &mut Run, places: &[Place<'_>]) -> anyhow::Result<()> {
    let mut table = Table::new(
        "A thousand connections (cairn-bench gateway)",
        "each sends the small request again and again; VmRSS before, and at the end with all of them open",
        &["MB before", "MB", "requests/s", "p99 ms"],
    );
    for place in places {
        let before = place.memory_mb()?;
        let mut connections = Connections::open(place.address, MANY_CONNECTIONS).await?;
        let request = request(Direction::Down, SMALL_BYTES);
        let mut turn = place.turn(&mut connections, &request, run.during).await?;
        let memory = place.memory_mb()?;
        let p99 = turn.latency.percentile_ms(99.0);
        table.row(place.name, &[before, memory, turn.per_second(), p99]);
        if place.name == REQUIRE {
            let what = "memory with a thousand connections";
            run.target(Target::new(what, memory, Limit::AtMost(150.0), "MB"));
        }
    }
    run.show(table);
    Ok(())
}
