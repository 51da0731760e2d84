//! Which trails an event goes to: a pure question about one revision.

use std::sync::Arc;

use cairn_event::{AccountId, Category, EventView, InsightView, Origin, Region};
use cairn_select::caused_by_delivery;

use super::{LiveTrail, Snapshot, Unusual};

impl Snapshot {
    /// Lists the trails that receive an event recorded for `account` in `region`, by ARN.
    ///
    /// A trail receives it when it is logging, covers the Region, wants global services if the event is of
    /// one, selects it, and, if delivering caused the event, keeps such events. A multi-Region trail covers
    /// every Region, enabled or not: an event that was recorded is delivered. An organization trail covers the
    /// accounts that are members and not excluded. Imported events go to no trail, for they have been in one
    /// before.
    ///
    /// An Insights event is of the service whose calls are unusual. It is selected when the trail looks for such
    /// insights at the event's sensitivity, records such calls, and mutes it by no rule; one about data events goes to
    /// the trail that it names.
    pub fn route<'a>(
        &'a self,
        event: &'a EventView<'a>,
        account: AccountId,
        region: &'a Region,
        origin: Origin,
    ) -> impl Iterator<Item = &'a Arc<LiveTrail>> {
        let trails = match origin {
            Origin::Call | Origin::Delivery => self.account_trails(&account),
            Origin::Import => &[],
        };
        let content = Content::of(event);
        let global = is_of_global_service(content.source(event), region);
        let recursive = caused_by_delivery(event);
        trails.iter().filter(move |trail| {
            self.covers_call(trail, account, region, global)
                && (trail.recursive_logging || !recursive)
                && match &content {
                    Content::Call => trail.selectors.matches(event),
                    Content::Insight(told) => {
                        let (insight, unusual) = told.as_ref();
                        let mutes = &trail.insight_tags().mutes;
                        unusual.is_looked_for_by(trail)
                            && !mutes.iter().any(|named| named.mute.mutes(event, insight))
                    }
                    Content::Unknown => false,
                }
        })
    }

    /// Says whether some trail of an account would be told of unusual activity in a Region, mutes aside: where none
    /// would, nothing need be found out about it.
    pub fn has_listener(&self, account: AccountId, region: &Region, unusual: &Unusual<'_>) -> bool {
        let global = is_of_global_service(&unusual.source, region);
        self.account_trails(&account)
            .iter()
            .any(|trail| self.covers_call(trail, account, region, global) && unusual.is_looked_for_by(trail))
    }

    /// Says whether a trail covers the calls of an account in a Region, of global services or of others.
    fn covers_call(&self, trail: &LiveTrail, account: AccountId, region: &Region, global: bool) -> bool {
        trail.logging
            && !self.leaves_out_its_owner(trail, account)
            && (trail.is_multi_region || trail.home_region == *region)
            && (trail.include_global_service_events || !global)
    }

    /// Says whether an organization trail excludes the account that owns it: others that are excluded have no
    /// copy in the first place.
    fn leaves_out_its_owner(&self, trail: &LiveTrail, account: AccountId) -> bool {
        trail.organization.is_some() && trail.account == account && self.is_excluded(account, &trail.name)
    }

    /// Says whether any trail of an account could receive a data event, before there is one: where none can,
    /// none need be made.
    pub fn may_want_data_events(&self, account: AccountId) -> bool {
        let trails = self.account_trails(&account).iter();
        trails.filter(|trail| trail.logging).any(|trail| trail.selectors.may_select_data())
    }

    /// Says whether any trail receives the event, which decides whether a data event is kept at all.
    pub fn wants_data_event(
        &self,
        event: &EventView<'_>,
        account: AccountId,
        region: &Region,
        origin: Origin,
    ) -> bool {
        self.route(event, account, region, origin).next().is_some()
    }
}

/// Global services record in us-east-1, where a trail gets their events only if it asks for them. The
/// Regional endpoint of STS in us-east-1 records there as well and cannot be told apart.
fn is_of_global_service(source: &str, region: &Region) -> bool {
    region.as_str() == "us-east-1" && GLOBAL_SOURCES.contains(&source)
}

/// What an event tells of, as far as routing goes.
enum Content<'a> {
    /// A call, or what is like one.
    Call,
    /// Something unusual.
    Insight(Box<(InsightView<'a>, Unusual<'a>)>),
    /// Something unusual that can't be read, or that nobody can look for.
    Unknown,
}

impl<'a> Content<'a> {
    fn of(event: &EventView<'a>) -> Self {
        if event.category() != Category::Insight {
            return Self::Call;
        }
        let Some(insight) = event.insight() else { return Self::Unknown };
        match Unusual::of(&insight) {
            Some(unusual) => Self::Insight(Box::new((insight, unusual))),
            None => Self::Unknown,
        }
    }

    fn source<'s>(&'s self, event: &'s EventView<'a>) -> &'s str {
        match self {
            Self::Call | Self::Unknown => &event.event_source,
            Self::Insight(told) => &told.1.source,
        }
    }
}

const GLOBAL_SOURCES: [&str; 9] = [
    "iam.amazonaws.com",
    "sts.amazonaws.com",
    "cloudfront.amazonaws.com",
    "route53.amazonaws.com",
    "organizations.amazonaws.com",
    "account.amazonaws.com",
    "shield.amazonaws.com",
    "waf.amazonaws.com",
    "health.amazonaws.com",
];
