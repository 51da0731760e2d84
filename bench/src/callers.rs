//! Callers that submit one event after the other, each waiting for its acknowledgement.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cairn_event::{Origin, Region};
use cairn_intake::{Admission, Draft, Intake};
use tokio::task::JoinSet;

use crate::maker::{ACCOUNT, Maker};
use crate::spread::Spread;

/// What came of it.
#[derive(Debug)]
pub(crate) struct Load {
    /// Events acknowledged.
    pub(crate) events: u64,
    /// From the first submission to the last acknowledgement.
    pub(crate) seconds: f64,
    /// Of each submission, from handing over to the acknowledgement.
    pub(crate) latency: Spread,
    /// The highest position acknowledged.
    pub(crate) last: u64,
}

/// Lets `callers` submit for a while. `next` numbers the events over several calls.
pub(crate) async fn submit(
    intake: &Arc<Intake>,
    maker: &Arc<Maker>,
    next: &Arc<AtomicU64>,
    callers: usize,
    during: Duration,
) -> anyhow::Result<Load> {
    let began = Instant::now();
    let mut set = JoinSet::new();
    for _ in 0..callers {
        let (intake, maker, next) = (Arc::clone(intake), Arc::clone(maker), Arc::clone(next));
        set.spawn(async move { one(&intake, &maker, &next, began + during).await });
    }
    let mut load = Load { events: 0, seconds: 0.0, latency: Spread::default(), last: 0 };
    while let Some(done) = set.join_next().await {
        let (latency, last) = done.context("wait for a caller")??;
        load.events += latency.len() as u64;
        load.latency.join(latency);
        load.last = load.last.max(last);
    }
    load.seconds = began.elapsed().as_secs_f64();
    Ok(load)
}

async fn one(
    intake: &Intake,
    maker: &Maker,
    next: &AtomicU64,
    end: Instant,
) -> anyhow::Result<(Spread, u64)> {
    let (account, region) = (ACCOUNT.parse()?, Region::us_east_1());
    let mut latency = Spread::default();
    let mut last = 0;
    while Instant::now() < end {
        let event = maker.event(next.fetch_add(1, Ordering::Relaxed));
        let draft = Draft { account, region: region.clone(), origin: Origin::Call, event, under: None };
        let at = Instant::now();
        match intake.submit(draft).await? {
            Admission::Recorded(position) => last = last.max(position),
            Admission::NotSelected => anyhow::bail!("a management event was not recorded"),
        }
        latency.add(at.elapsed());
    }
    Ok((latency, last))
}
