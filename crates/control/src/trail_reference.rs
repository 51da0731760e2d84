//! A trail as callers name it: by name or by ARN.

use std::sync::Arc;

use cairn_catalog::{LiveTrail, Snapshot};
use cairn_event::{Arn, Region};

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
        let arn = trail_arn(caller, name.as_str());
        Ok(Self { given: text.to_owned(), arn, by_name: Some(name.as_str().to_owned()) })
    }

    /// Finds the trail for reading: an own trail that shows itself in the endpoint's Region.
    pub(crate) fn read<'s>(
        &self,
        snapshot: &'s Snapshot,
        caller: &Caller,
        report: Report,
    ) -> Result<&'s LiveTrail, Refusal> {
        match snapshot.trail(&self.arn).map(Arc::as_ref) {
            Some(trail) if trail.account == caller.account && shows_in(snapshot, trail, caller) => Ok(trail),
            Some(_) | None => Err(self.unknown(caller, report)),
        }
    }

    /// Finds the trail for changing it: an own trail whose home is the endpoint's Region.
    pub(crate) fn change<'s>(
        &self,
        snapshot: &'s Snapshot,
        caller: &Caller,
        report: Report,
    ) -> Result<&'s LiveTrail, Refusal> {
        let found = snapshot.trail(&self.arn).map(Arc::as_ref).or_else(|| self.shadow(snapshot, caller));
        match found {
            Some(trail) if trail.account != caller.account => Err(self.unknown(caller, report)),
            Some(trail) if trail.home_region == caller.region => Ok(trail),
            Some(trail) if shows_in(snapshot, trail, caller) => Err(Refusal::HomeRegionElsewhere {
                arn: trail.arn.clone(),
                home: trail.home_region.to_string(),
            }),
            Some(_) | None => Err(self.unknown(caller, report)),
        }
    }

    /// Finds a trail of another home Region that shows itself here under the given name.
    fn shadow<'s>(&self, snapshot: &'s Snapshot, caller: &Caller) -> Option<&'s LiveTrail> {
        let name = self.by_name.as_deref()?;
        here(snapshot, caller).find(|trail| trail.name == name)
    }

    fn unknown(&self, caller: &Caller, report: Report) -> Refusal {
        let asked = match report {
            Report::Given => self.given.clone(),
            Report::Arn => self.arn.clone(),
        };
        Refusal::TrailUnknown { asked, account: caller.account }
    }
}

/// Returns the ARN of the caller's trail `name` in the endpoint's Region.
pub(crate) fn trail_arn(caller: &Caller, name: &str) -> String {
    format!("arn:aws:cloudtrail:{}:{}:trail/{name}", caller.region, caller.account)
}

/// Lists the trails that the caller sees in the endpoint's Region.
pub(crate) fn here<'s>(
    snapshot: &'s Snapshot,
    caller: &Caller,
) -> impl Iterator<Item = &'s LiveTrail> + use<'s> {
    let (region, enabled) = (caller.region.clone(), snapshot.is_enabled(&caller.region));
    let own = snapshot.account_trails(&caller.account).iter().map(Arc::as_ref);
    own.filter(move |trail| trail.home_region == region || (trail.is_multi_region && enabled))
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
        && arn.account.parse::<cairn_event::AccountId>().is_ok()
        && TrailName::parse(name).is_ok();
    if well_formed { Ok(text.to_owned()) } else { Err(invalid()) }
}
