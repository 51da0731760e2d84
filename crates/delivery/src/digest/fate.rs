//! What becomes of trails from one revision to the next, as far as digests are concerned. Pure.
//!
//! A trail has a chain for each account that it covers and each Region: an ordinary trail covers its owner, an
//! organization trail every member that it does not exclude. So chains begin and end with trails, with the
//! switch of validation, and as accounts join and leave.

use std::collections::{BTreeMap, BTreeSet};
use std::ptr;
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

/// What the trails that log and validate cover at a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Covers {
    of: BTreeMap<TrailId, Cover>,
    enabled_regions: Vec<Region>,
}

/// What one of them covers.
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
    /// Every touched chain that had a reason at some revision, besides those known before.
    chains: BTreeMap<ChainId, Fate>,
}

impl<'a> Fates<'a> {
    /// Starts at a revision whose chains are known. Chains that `known` lists may end; others may begin.
    pub(crate) fn from(
        touched: &'a Touched,
        before: Option<&Covers>,
        known: impl IntoIterator<Item = ChainId>,
    ) -> Self {
        let known = known.into_iter().filter(|id| is_touched(touched, id));
        let fates = known.map(|id| {
            let on = before.is_some_and(|covers| covers.reach(&id));
            (id, Fate { ended: None, on })
        });
        Self { touched, chains: fates.collect() }
    }

    /// Takes in a revision that covers something else than `last`, the one before it.
    pub(crate) fn take(&mut self, last: Revision, covers: &Covers) {
        for (trail, cover) in &covers.of {
            let Some(touched) = self.touched.get(trail) else { continue };
            let regions = cover.regions(&covers.enabled_regions);
            for account in cover.accounts.intersection(touched) {
                for region in &regions {
                    let id = ChainId { trail: trail.clone(), account: *account, region: region.clone() };
                    self.chains.entry(id).or_insert(Fate { ended: None, on: false });
                }
            }
        }
        for (id, fate) in &mut self.chains {
            let on = covers.reach(id);
            if fate.on && !on {
                fate.ended = Some(last);
            }
            fate.on = on;
        }
    }

    /// Returns what became of every chain.
    pub(crate) fn finish(self) -> BTreeMap<ChainId, Fate> {
        self.chains
    }
}

impl Covers {
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        let validating = snapshot.trails().filter(|trail| is_validating(trail));
        Self {
            of: validating.map(|trail| (trail.id().clone(), Cover::of(snapshot, trail))).collect(),
            enabled_regions: snapshot.settings().enabled_regions.clone(),
        }
    }

    /// Adds what has chains that may begin or end between two revisions. Before the first there was nothing.
    pub(crate) fn touch(&self, touched: &mut Touched, before: Option<&Self>) {
        let nothing = BTreeMap::new();
        let (old, new) = (before.map_or(&nothing, |before| &before.of), &self.of);
        let are_regions_same = before.is_some_and(|before| before.enabled_regions == self.enabled_regions);
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

    fn reach(&self, id: &ChainId) -> bool {
        self.of.get(&id.trail).is_some_and(|cover| cover.reaches(id.account, &id.region))
    }
}

/// Tells whether two revisions hold the very same of all that covers depend on. Cheap, since revisions share what
/// did not change; what was put again as it was, or read from the store, counts as changed.
pub(crate) fn cover_the_same(one: &Snapshot, other: &Snapshot) -> bool {
    one.trails().map(Arc::as_ptr).eq(other.trails().map(Arc::as_ptr))
        && one.settings() == other.settings()
        && organizations(one).into_iter().all(|id| is_same_organization(id, one, other))
}

/// Lists the organizations that have trails which validate.
fn organizations(snapshot: &Snapshot) -> BTreeSet<&str> {
    let validating = snapshot.trails().filter(|trail| is_validating(trail));
    validating.filter_map(|trail| trail.organization.as_deref()).collect()
}

/// Tells whether everybody is where they were, under the same tags.
fn is_same_organization(id: &str, one: &Snapshot, other: &Snapshot) -> bool {
    one.organization(id).map(ptr::from_ref) == other.organization(id).map(ptr::from_ref)
        && one
            .organizational_units(id)
            .map(ptr::from_ref)
            .eq(other.organizational_units(id).map(ptr::from_ref))
        && one.members(id).map(ptr::from_ref).eq(other.members(id).map(ptr::from_ref))
}

fn is_validating(trail: &LiveTrail) -> bool {
    trail.logging && trail.log_file_validation
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
    fn regions(&self, enabled: &[Region]) -> BTreeSet<Region> {
        let enabled = if self.is_multi_region { enabled } else { &[] };
        enabled.iter().chain([&self.home]).cloned().collect()
    }
}

/// Tells whether a chain may have begun or ended.
pub(crate) fn is_touched(touched: &Touched, id: &ChainId) -> bool {
    touched.get(&id.trail).is_some_and(|accounts| accounts.contains(&id.account))
}
