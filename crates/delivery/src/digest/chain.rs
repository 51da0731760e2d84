//! The chain of digests of one trail, account and Region, as the catalog's state keeps it.

use std::collections::BTreeMap;

use cairn_catalog::{Revision, TrailId};
use cairn_digest::Previous;
use cairn_event::{AccountId, Region};
use serde::{Deserialize, Serialize};

use super::fate::Fate;

/// Which chain it is. The name of its state: `digest/<created>/<account>/<region>/<trail ARN>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ChainId {
    pub(crate) trail: TrailId,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
}

/// Where a chain stands. Times are whole seconds since the epoch, for digests know no others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chain {
    pub(crate) version: u32,
    /// Where the next window starts.
    pub(crate) start_s: i64,
    /// Every receipt up to this number is in a regular digest, is `late`, or is older than the chain.
    pub(crate) covered: u64,
    /// Every late receipt up to this number is in a backfill digest.
    pub(crate) backfilled: u64,
    /// The newest regular digest; none before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous: Option<Previous>,
    /// The newest backfill digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) backfill: Option<Backfill>,
    /// A digest that is decided and perhaps not put: it comes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<Plan>,
    pub(crate) phase: Phase,
    /// How many digests there are of each of the last hours in which there are any, by the hour since the epoch in
    /// which they end, backfill digests by that in which they were made. Cairn's own pages tell them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) recent: BTreeMap<i64, u32>,
}

/// Whether a chain goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub(crate) enum Phase {
    /// One window follows another.
    Active,
    /// The trail stopped logging or validating, or is no more: one final digest is to come.
    Ending {
        /// When that was noticed.
        since_s: i64,
        /// The last revision before: says what the trail was.
        revision: Revision,
        /// Whether the trail is back, so that a new chain follows the final digest.
        again: bool,
    },
    /// The final digest is put.
    Ended,
}

/// The newest digest of the backfill chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Backfill {
    pub(crate) end_s: i64,
    #[serde(flatten)]
    pub(crate) digest: Previous,
}

/// A digest before it is put. It is committed first, and all that the digest says follows from it, the
/// chain and the ledger: put again after a crash, it has the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) kind: Kind,
    /// The receipts are those after this number,
    pub(crate) after: u64,
    /// up to this one.
    pub(crate) upto: u64,
    pub(crate) end_s: i64,
    pub(crate) bucket: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) prefix: Option<String>,
    pub(crate) key: String,
    /// The key that signs.
    pub(crate) fingerprint: String,
}

/// What kind of digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub(crate) enum Kind {
    /// One window of the chain.
    Regular,
    /// The last window of the chain.
    Final,
    /// Receipts that missed their windows.
    Backfill { generated_s: i64 },
}

/// A state can't be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChainError {
    #[error("read the state of a digest chain: {0} is not the name of one")]
    Name(String),
    #[error("read the state of a digest chain")]
    Body(#[from] serde_json::Error),
    #[error("read the state of a digest chain: version {0} is unknown")]
    Version(u32),
}

impl ChainId {
    /// What the names of all chains begin with.
    pub(crate) const PREFIX: &str = "digest/";

    /// Returns what the names of a trail's chains begin with; other trails' may begin so too.
    pub(crate) fn prefix_of(trail: &TrailId) -> String {
        format!("{}{}/", Self::PREFIX, trail.created)
    }

    /// Returns what the names of a trail's chains of one account begin with.
    pub(crate) fn prefix_of_account(trail: &TrailId, account: AccountId) -> String {
        format!("{}{account}/", Self::prefix_of(trail))
    }

    pub(crate) fn name(&self) -> String {
        let Self { trail, account, region } = self;
        format!("{}{region}/{}", Self::prefix_of_account(trail, *account), trail.arn)
    }

    pub(crate) fn parse(name: &str) -> Result<Self, ChainError> {
        let read = || {
            let mut parts = name.strip_prefix(Self::PREFIX)?.splitn(4, '/');
            let created = parts.next()?.parse().ok()?;
            let (account, region) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            let trail = TrailId { arn: parts.next()?.to_owned(), created };
            Some(Self { trail, account, region })
        };
        read().ok_or_else(|| ChainError::Name(name.to_owned()))
    }
}

impl Chain {
    /// Begins a chain with what is delivered from now on.
    pub(crate) fn begin(start_s: i64, covered: u64) -> Self {
        Self {
            version: VERSION,
            start_s,
            covered,
            backfilled: covered,
            previous: None,
            backfill: None,
            plan: None,
            phase: Phase::Active,
            recent: BTreeMap::new(),
        }
    }

    pub(crate) fn parse(body: &str) -> Result<Self, ChainError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        match serde_json::from_str::<Versioned>(body)?.version {
            VERSION => Ok(serde_json::from_str(body)?),
            unknown => Err(ChainError::Version(unknown)),
        }
    }

    pub(crate) fn to_body(&self) -> Result<String, ChainError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Takes in what became of the trail meanwhile; `None` when nothing changes. `receipts` is the number of
    /// the newest receipt. Taking in the same again changes nothing.
    pub(crate) fn after(known: Option<&Self>, fate: Fate, now_s: i64, receipts: u64) -> Option<Self> {
        let begun = || match known {
            None => Self::begin(now_s, receipts),
            Some(ended) => {
                Self { recent: ended.recent.clone(), ..Self::begin(now_s.max(ended.start_s), receipts) }
            }
        };
        let mut chain = match (known, fate) {
            (None, Fate { ended: None, on: false }) => return None,
            (Some(Self { phase: Phase::Ended, .. }), Fate { ended: None, on: false }) => return None,
            (None | Some(Self { phase: Phase::Ended, .. }), _) => begun(),
            (Some(known), _) => known.clone(),
        };
        match (fate.ended, &mut chain.phase) {
            (Some(revision), phase) => {
                *phase = Phase::Ending { since_s: now_s, revision, again: fate.on };
            }
            (None, Phase::Ending { again, .. }) => *again |= fate.on,
            (None, Phase::Active | Phase::Ended) => {}
        }
        Some(chain).filter(|chain| Some(chain) != known)
    }

    /// Moves past a digest that is put.
    pub(crate) fn advance(&mut self, plan: &Plan, digest: Previous) {
        self.plan = None;
        self.count(match plan.kind {
            Kind::Backfill { generated_s } => generated_s,
            Kind::Regular | Kind::Final => plan.end_s,
        });
        match plan.kind {
            Kind::Backfill { .. } => {
                self.backfilled = plan.upto;
                self.backfill = Some(Backfill { end_s: plan.end_s, digest });
            }
            Kind::Regular => {
                (self.start_s, self.covered) = (plan.end_s, plan.upto);
                self.previous = Some(digest);
            }
            Kind::Final => self.end(plan.end_s, plan.upto),
        }
    }

    /// Counts a digest of that second, and forgets those of hours long past.
    fn count(&mut self, at_s: i64) {
        let hour = at_s.div_euclid(3_600);
        let counted = self.recent.entry(hour).or_default();
        *counted = counted.saturating_add(1);
        while self.recent.len() > HOURS_MAX {
            self.recent.pop_first();
        }
    }

    /// Ends without the digests that are left.
    pub(crate) fn give_up(&mut self) {
        self.end(self.start_s, self.covered);
    }

    /// Ends at an instant, having covered so many receipts; a trail that is back goes on from there.
    fn end(&mut self, end_s: i64, covered: u64) {
        let again = matches!(self.phase, Phase::Ending { again: true, .. });
        let recent = std::mem::take(&mut self.recent);
        *self = Self { recent, ..Self::begin(end_s, covered) };
        if !again {
            self.phase = Phase::Ended;
        }
    }

    pub(crate) fn is_ended(&self) -> bool {
        self.phase == Phase::Ended
    }
}

const VERSION: u32 = 1;

/// The most hours whose digests are counted: a day, and the one that is not over.
const HOURS_MAX: usize = 25;
