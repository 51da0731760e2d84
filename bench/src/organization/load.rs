//! Members are called; some leave meanwhile and join again.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde_json::json;

use super::accounts::{Member, Organization};
use super::calls::organizations;
use crate::client::Client;
use crate::server::ServerProcess;
use crate::spread::Spread;

/// Callers that call members.
const CALLERS: usize = 16;

/// How long a member that left stays out.
const OUT: Duration = Duration::from_millis(300);

/// What a mark begins with.
const MARK: &str = "bench-";

/// What was called.
#[derive(Debug, Default)]
pub(super) struct Load {
    /// How long calls took.
    pub(super) answered: Spread,
    /// How long leaving and joining took, by [`Movement`].
    pub(super) moves: [Spread; 2],
    pub(super) seconds: f64,
    /// The calls by their numbers.
    pub(super) calls: Vec<Called>,
}

/// A way over the organization's border.
#[derive(Debug, Clone, Copy)]
pub(super) enum Movement {
    Leave,
    Join,
}

/// One call.
#[derive(Debug, Clone)]
pub(super) struct Called {
    pub(super) number: u64,
    pub(super) account: String,
    pub(super) answered: Timestamp,
    pub(super) belongs: Belongs,
}

/// Where a call's account belonged while the call went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belongs {
    /// To the organization.
    Inside,
    /// To none.
    Outside,
    /// It was leaving or joining.
    Moving,
}

/// A member with its place: a number that grows by one as it begins to leave, has left, begins to join, has joined.
struct Placed {
    member: Member,
    place: AtomicU64,
}

impl Movement {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Leave => "RemoveAccountFromOrganization",
            Self::Join => "InviteAccountToOrganization and AcceptHandshake",
        }
    }
}

impl Load {
    /// Returns how many events must be in the bucket.
    pub(super) fn due(&self) -> usize {
        self.calls.iter().filter(|call| call.belongs == Belongs::Inside).count()
    }
}

/// Returns the name that a call asks for, by which its event is found.
fn mark(number: u64) -> String {
    format!("{MARK}{number}")
}

/// Returns the number in a name that a call asked for.
pub(super) fn number(name: &str) -> Option<u64> {
    name.strip_prefix(MARK)?.parse().ok()
}

/// Calls members for some time.
pub(super) async fn run(
    server: &ServerProcess,
    (organization, members): (&Organization, Vec<Member>),
    regions: &[&str],
    during: Duration,
) -> anyhow::Result<Load> {
    let members: Vec<Placed> =
        members.into_iter().map(|member| Placed { member, place: AtomicU64::new(0) }).collect();
    anyhow::ensure!(!members.is_empty() && !organization.id.is_empty(), "nobody is there to be called");
    let (next, ended, began) = (AtomicU64::new(0), AtomicBool::new(false), Instant::now());
    let callers = (0..CALLERS).map(|_| call(server, &members, regions, (&next, &ended)));
    let moving = async {
        let moved = move_some(server, &members, began + during).await;
        ended.store(true, Ordering::Relaxed);
        moved
    };
    let (called, moves) = tokio::join!(try_join_all(callers), moving);
    let mut load = Load { moves: moves?, seconds: began.elapsed().as_secs_f64(), ..Load::default() };
    for (answered, calls) in called? {
        load.answered.join(answered);
        load.calls.extend(calls);
    }
    load.calls.sort_by_key(|call| call.number);
    Ok(load)
}

async fn call(
    server: &ServerProcess,
    members: &[Placed],
    regions: &[&str],
    (next, ended): (&AtomicU64, &AtomicBool),
) -> anyhow::Result<(Spread, Vec<Called>)> {
    let mut client = Client::connect(server).await?;
    let (mut spread, mut calls) = (Spread::default(), Vec::new());
    while !ended.load(Ordering::Relaxed) {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let turn = usize::try_from(number)?;
        let placed = members.get(turn % members.len()).context("find a member")?;
        let region = regions.get(turn / members.len() % regions.len()).context("find a Region")?;
        client.act_as(placed.member.credentials.clone(), region);
        let before = placed.place.load(Ordering::SeqCst);
        let begun = Instant::now();
        client.cloudtrail("DescribeTrails", &json!({ "trailNameList": [mark(number)] })).await?;
        spread.add(begun.elapsed());
        let belongs = match (before == placed.place.load(Ordering::SeqCst), before % 4) {
            (true, 0) => Belongs::Inside,
            (true, 2) => Belongs::Outside,
            _ => Belongs::Moving,
        };
        let account = placed.member.account.clone();
        calls.push(Called { number, account, answered: Timestamp::now(), belongs });
    }
    Ok((spread, calls))
}

/// Has one member after the other leave and join again, until then.
async fn move_some(
    server: &ServerProcess,
    members: &[Placed],
    until: Instant,
) -> anyhow::Result<[Spread; 2]> {
    let mut management = Client::connect(server).await?;
    let mut own = Client::connect(server).await?;
    let (mut leaving, mut joining) = (Spread::default(), Spread::default());
    for placed in members.iter().cycle() {
        if Instant::now() >= until {
            break;
        }
        let account = &placed.member.account;
        placed.place.fetch_add(1, Ordering::SeqCst);
        let begun = Instant::now();
        let input = json!({ "AccountId": account });
        organizations(&mut management, "RemoveAccountFromOrganization", &input).await?;
        leaving.add(begun.elapsed());
        placed.place.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(OUT).await;
        placed.place.fetch_add(1, Ordering::SeqCst);
        let begun = Instant::now();
        let target = json!({ "Target": { "Id": account, "Type": "ACCOUNT" } });
        let asked = organizations(&mut management, "InviteAccountToOrganization", &target).await?;
        let handshake = asked["Handshake"]["Id"].as_str().context("read the handshake's id")?;
        own.act_as(placed.member.credentials.clone(), "us-east-1");
        organizations(&mut own, "AcceptHandshake", &json!({ "HandshakeId": handshake })).await?;
        joining.add(begun.elapsed());
        placed.place.fetch_add(1, Ordering::SeqCst);
    }
    Ok([leaving, joining])
}
