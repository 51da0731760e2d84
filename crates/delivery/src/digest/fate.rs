//! What becomes of trails from one revision to the next, as far as digests are concerned. Pure.

use std::collections::{BTreeMap, BTreeSet};

use cairn_catalog::{Revision, Snapshot, TrailId};
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

/// Tells whether no chain has a reason to begin or to end between two revisions.
pub(crate) fn is_quiet(before: &Snapshot, after: &Snapshot) -> bool {
    covers(before) == covers(after) && before.settings().enabled_regions == after.settings().enabled_regions
}

/// What a trail that logs and validates covers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cover {
    account: AccountId,
    home: Region,
    is_multi_region: bool,
}

/// Follows the trails through a row of revisions.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    /// The newest revision taken in.
    revision: Revision,
    /// Every chain that had a reason at some revision, besides those known before.
    chains: BTreeMap<ChainId, Fate>,
}

impl Fates {
    /// Starts at a revision whose chains are known. Chains that `known` lists may end; others may begin.
    pub(crate) fn from(before: Option<&Snapshot>, known: impl IntoIterator<Item = ChainId>) -> Self {
        let covers = before.map(covers).unwrap_or_default();
        let on = |id: &ChainId| covers.get(&id.trail).is_some_and(|cover| cover.reaches(&id.region));
        let fates = known.into_iter().map(|id| {
            let on = on(&id);
            (id, Fate { ended: None, on })
        });
        Self { revision: before.map_or(0, Snapshot::revision), chains: fates.collect() }
    }

    /// Takes in the next revision.
    pub(crate) fn take(&mut self, next: &Snapshot) {
        let covers = covers(next);
        for (trail, cover) in &covers {
            for region in cover.regions(next) {
                let id = ChainId { trail: trail.clone(), account: cover.account, region };
                self.chains.entry(id).or_insert(Fate { ended: None, on: false });
            }
        }
        for (id, fate) in &mut self.chains {
            let on = covers.get(&id.trail).is_some_and(|cover| cover.reaches(&id.region));
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
    fn reaches(&self, region: &Region) -> bool {
        self.is_multi_region || self.home == *region
    }

    /// Lists the Regions that have a chain whether anything is delivered there or not.
    fn regions(&self, snapshot: &Snapshot) -> BTreeSet<Region> {
        let enabled = if self.is_multi_region { snapshot.settings().enabled_regions.as_slice() } else { &[] };
        enabled.iter().chain([&self.home]).cloned().collect()
    }
}

fn covers(snapshot: &Snapshot) -> BTreeMap<TrailId, Cover> {
    let validating = snapshot.trails().filter(|trail| trail.logging && trail.log_file_validation);
    let cover = |trail: &std::sync::Arc<cairn_catalog::LiveTrail>| {
        let (account, home) = (trail.account, trail.home_region.clone());
        (trail.id().clone(), Cover { account, home, is_multi_region: trail.is_multi_region })
    };
    validating.map(cover).collect()
}
