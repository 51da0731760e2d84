//! What becomes of trails from one revision to the next, as far as digests are concerned. Pure.
//!
//! A trail has a chain for each account that it covers and each Region: an ordinary trail covers its owner, an
//! organization trail every member that it does not exclude. So chains begin and end with trails, with the
//! switch of validation, and as accounts join and leave.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cairn_catalog::{LiveTrail, Revision, Snapshot, TrailId};
use cairn_event::{AccountId, Region};

use super::chain::ChainId;

/// What became of one chain's reason to be, over some revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fate {
    /// The last revision before it ended, if it did, even if it came back.
    pub(crate) ended: Option<Revision>,
    /// Whether it is there at the end.
    pub(crate) on: bool,
}

/// The trails of a row of revisions, and the accounts of each, whose chains may begin or end.
pub(crate) type Touched = BTreeMap<TrailId, BTreeSet<AccountId>>;

/// Adds those whose chains may begin or end between two revisions; nothing, for most revisions.
/// Before the first revision there was nothing.
pub(crate) fn touch(touched: &mut Touched, before: Option<&Snapshot>, after: &Snapshot) {
    let (old, new) = (before.map(covers).unwrap_or_default(), covers(after));
    let enabled = |snapshot: &Snapshot| snapshot.settings().enabled_regions.clone();
    let are_regions_same = before.map(enabled) == Some(enabled(after));
    for trail in old.keys().chain(new.keys()) {
        let accounts: BTreeSet<AccountId> = match (old.get(trail), new.get(trail)) {
            (Some(old), Some(new)) if are_regions_same && old.has_regions_of(new) => {
                old.accounts.symmetric_difference(&new.accounts).copied().collect()
            }
            (old, new) => old.into_iter().chain(new).flat_map(|cover| &cover.accounts).copied().collect(),
        };
        if !accounts.is_empty() {
            touched.entry(trail.clone()).or_default().extend(accounts);
        }
    }
}

/// What a trail that logs and validates covers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cover {
    accounts: BTreeSet<AccountId>,
    home: Region,
    is_multi_region: bool,
}

/// Follows touched chains through a row of revisions.
#[derive(Debug)]
pub(crate) struct Fates<'a> {
    touched: &'a Touched,
    /// The newest revision taken in.
    revision: Revision,
    /// Every touched chain that had a reason at some revision, besides those known before.
    chains: BTreeMap<ChainId, Fate>,
}

impl<'a> Fates<'a> {
    /// Starts at a revision whose chains are known. Chains that `known` lists may end; others may begin.
    pub(crate) fn from(
        touched: &'a Touched,
        before: Option<&Snapshot>,
        known: impl IntoIterator<Item = ChainId>,
    ) -> Self {
        let covers = before.map(covers).unwrap_or_default();
        let known = known.into_iter().filter(|id| is_touched(touched, id));
        let fates = known.map(|id| {
            let on = reaches(&covers, &id);
            (id, Fate { ended: None, on })
        });
        Self { touched, revision: before.map_or(0, Snapshot::revision), chains: fates.collect() }
    }

    /// Takes in the next revision.
    pub(crate) fn take(&mut self, next: &Snapshot) {
        let covers = covers(next);
        for (trail, cover) in &covers {
            let Some(touched) = self.touched.get(trail) else { continue };
            let regions = cover.regions(next);
            for account in cover.accounts.intersection(touched) {
                for region in &regions {
                    let id = ChainId { trail: trail.clone(), account: *account, region: region.clone() };
                    self.chains.entry(id).or_insert(Fate { ended: None, on: false });
                }
            }
        }
        for (id, fate) in &mut self.chains {
            let on = reaches(&covers, id);
            if fate.on && !on {
                fate.ended = Some(self.revision);
            }
            fate.on = on;
        }
        self.revision = next.revision();
    }

    /// Returns what became of every chain.
    pub(crate) fn finish(self) -> BTreeMap<ChainId, Fate> {
        self.chains
    }
}

impl Cover {
    fn of(snapshot: &Snapshot, trail: &LiveTrail) -> Self {
        let accounts = match &trail.organization {
            None => BTreeSet::from([trail.account]),
            Some(id) => {
                let members = snapshot.members(id).map(|member| member.account);
                members.filter(|account| snapshot.covers(trail, *account)).collect()
            }
        };
        Self { accounts, home: trail.home_region.clone(), is_multi_region: trail.is_multi_region }
    }

    fn reaches(&self, account: AccountId, region: &Region) -> bool {
        self.accounts.contains(&account) && (self.is_multi_region || self.home == *region)
    }

    fn has_regions_of(&self, other: &Self) -> bool {
        (&self.home, self.is_multi_region) == (&other.home, other.is_multi_region)
    }

    /// Lists the Regions that have a chain whether anything is delivered there or not.
    fn regions(&self, snapshot: &Snapshot) -> BTreeSet<Region> {
        let enabled = if self.is_multi_region { snapshot.settings().enabled_regions.as_slice() } else { &[] };
        enabled.iter().chain([&self.home]).cloned().collect()
    }
}

fn covers(snapshot: &Snapshot) -> BTreeMap<TrailId, Cover> {
    let validating = snapshot.trails().filter(|trail| trail.logging && trail.log_file_validation);
    validating.map(|trail: &Arc<LiveTrail>| (trail.id().clone(), Cover::of(snapshot, trail))).collect()
}

fn reaches(covers: &BTreeMap<TrailId, Cover>, id: &ChainId) -> bool {
    covers.get(&id.trail).is_some_and(|cover| cover.reaches(id.account, &id.region))
}

/// Tells whether a chain may have begun or ended.
pub(crate) fn is_touched(touched: &Touched, id: &ChainId) -> bool {
    touched.get(&id.trail).is_some_and(|accounts| accounts.contains(&id.account))
}
