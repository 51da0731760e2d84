//! A trail as callers name it: by name or by ARN.

use std::sync::Arc;

use cairn_access::CLOUDTRAIL_SERVICE;
use cairn_catalog::{LiveTrail, Snapshot};
use cairn_event::{AccountId, Arn, Region};

use crate::organization::Standing;
use crate::trail_name::TrailName;
use crate::{Caller, Refusal};

/// A trail that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrailReference {
    /// As the caller wrote it.
    given: String,
    /// The ARN it stands for.
    arn: String,
    /// Whether a bare name was given.
    by_name: Option<String>,
}

/// Which form of the reference an unknown trail is reported by; AWS differs between operations.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Report {
    /// As given: GetTrail, UpdateTrail.
    Given,
    /// The resolved ARN: the others.
    Arn,
}

impl TrailReference {
    /// Reads a name or an ARN. A bare name stands for a trail of the caller in the endpoint's Region.
    pub(crate) fn parse(text: &str, caller: &Caller) -> Result<Self, Refusal> {
        if text.starts_with("arn:") {
            return Ok(Self { given: text.to_owned(), arn: valid_arn(text)?, by_name: None });
        }
        let name = TrailName::parse(text)?;
        let arn = trail_arn(caller.account, &caller.region, name.as_str());
        Ok(Self { given: text.to_owned(), arn, by_name: Some(name.as_str().to_owned()) })
    }

    /// Finds the trail for reading: one that the caller's account sees in the endpoint's Region.
    pub(crate) fn read<'s>(
        &self,
        snapshot: &'s Snapshot,
        caller: &Caller,
        report: Report,
    ) -> Result<&'s LiveTrail, Refusal> {
        match snapshot.trail(&self.arn).map(Arc::as_ref) {
            Some(trail) if shows_in(snapshot, trail, caller) => Ok(trail),
            Some(_) | None => Err(self.unknown(caller, report)),
        }
    }

    /// Finds the trail for changing it: one that the caller's account owns or administers, at home in the
    /// endpoint's Region. A member is told that it may change nothing where it sees the trail.
    pub(crate) fn change<'s>(
        &self,
        snapshot: &'s Snapshot,
        caller: &Caller,
        report: Report,
    ) -> Result<&'s LiveTrail, Refusal> {
        let found = snapshot.trail(&self.arn).map(Arc::as_ref).or_else(|| self.shadow(snapshot, caller));
        let shown = found.filter(|trail| shows_in(snapshot, trail, caller));
        let trail = shown.ok_or_else(|| self.unknown(caller, report))?;
        match Standing::of(snapshot, trail, caller.account) {
            None => Err(self.unknown(caller, report)),
            Some(Standing::Member) => Err(Refusal::NotManagementAccount(caller.account)),
            Some(Standing::Owner | Standing::Administrator) if trail.home_region == caller.region => {
                Ok(trail)
            }
            Some(Standing::Owner | Standing::Administrator) => Err(Refusal::HomeRegionElsewhere {
                arn: trail.arn.clone(),
                home: trail.home_region.to_string(),
            }),
        }
    }

    /// Finds a trail of the caller's account with another home Region that shows itself here under the given
    /// name.
    fn shadow<'s>(&self, snapshot: &'s Snapshot, caller: &Caller) -> Option<&'s LiveTrail> {
        let name = self.by_name.as_deref()?;
        here(snapshot, caller).find(|trail| trail.name == name && trail.account == caller.account)
    }

    fn unknown(&self, caller: &Caller, report: Report) -> Refusal {
        let asked = match report {
            Report::Given => self.given.clone(),
            Report::Arn => self.arn.clone(),
        };
        Refusal::TrailUnknown { asked, account: caller.account }
    }
}

/// Returns the ARN of an account's trail `name` in a Region.
pub(crate) fn trail_arn(account: AccountId, region: &Region, name: &str) -> String {
    format!("arn:aws:cloudtrail:{region}:{account}:trail/{name}")
}

/// Lists the trails that the caller's account sees in the endpoint's Region, copies of its organization's among
/// them. Who administers them sees those that its own account is excluded from as well.
pub fn here<'s>(snapshot: &'s Snapshot, caller: &Caller) -> impl Iterator<Item = &'s LiveTrail> + use<'s> {
    let (region, enabled) = (caller.region.clone(), snapshot.is_enabled(&caller.region));
    seen(snapshot, caller.account)
        .filter(move |trail| trail.home_region == region || (trail.is_multi_region && enabled))
}

/// Lists the trails that an account sees, by ARN.
pub(crate) fn seen(snapshot: &Snapshot, account: AccountId) -> impl Iterator<Item = &LiveTrail> {
    let administers = snapshot.administers(account, CLOUDTRAIL_SERVICE);
    let (own, all): (&[Arc<LiveTrail>], _) = match administers {
        false => (snapshot.account_trails(&account), None),
        true => (&[], Some(snapshot.trails())),
    };
    let all = all.into_iter().flatten();
    let all = all.filter(move |trail| Standing::of(snapshot, trail, account).is_some());
    own.iter().chain(all).map(Arc::as_ref)
}

fn shows_in(snapshot: &Snapshot, trail: &LiveTrail, caller: &Caller) -> bool {
    here(snapshot, caller).any(|shown| shown.id() == trail.id())
}

fn valid_arn(text: &str) -> Result<String, Refusal> {
    let invalid = || Refusal::TrailArnInvalid(text.to_owned());
    let arn = Arn::parse(text).map_err(|_malformed| invalid())?;
    let name = arn.resource.strip_prefix("trail/").ok_or_else(invalid)?;
    let well_formed = arn.service == "cloudtrail"
        && arn.region.parse::<Region>().is_ok()
        && arn.account.parse::<AccountId>().is_ok()
        && TrailName::parse(name).is_ok();
    if well_formed { Ok(text.to_owned()) } else { Err(invalid()) }
}
