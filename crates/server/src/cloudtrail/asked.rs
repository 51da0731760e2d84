//! What permission a CloudTrail call needs: on which resources, under which facts.

use std::sync::Arc;

use cairn_access::{CLOUDTRAIL_SERVICE, Context, On, Permission, Policy, PolicyKind, Service, TagFacts};
use cairn_catalog::{LiveTrail, Snapshot};
use cairn_control::Caller;
use cairn_event::AccountId;
use cairn_wire::Operation;
use serde_json::{Value, json};

use crate::request_facts;

/// What a call must be allowed: an action, and the ARN of what it is done to.
pub(super) type Deed = (&'static str, String);

/// Returns all that a call must be allowed.
pub(super) fn deeds(operation: &str, caller: &Caller, parameters: &Value) -> Vec<Deed> {
    let permission = Permission::of(Service::CloudTrail, operation);
    // What the table lacks is for whoever may do everything.
    let action = permission.map_or("cloudtrail:*", |permission| permission.action);
    let on_each = resources(operation, caller, parameters).into_iter().map(|arn| (action, arn));
    on_each.chain(counts_of_trail(operation, caller, parameters)).collect()
}

/// Returns what is needed beside to see how many of a trail's data events there were: whoever may look management
/// events up need not see anything of those.
fn counts_of_trail(operation: &str, caller: &Caller, parameters: &Value) -> Option<Deed> {
    let counts = operation == Operation::ListInsightsMetricData.name();
    let name = parameters.get("TrailName").filter(|_| counts)?.as_str()?;
    let arn = if name.starts_with("arn:") {
        name.to_owned()
    } else {
        On::Trail.arn(&caller.region, caller.account, name)
    };
    Some(("cloudtrail:ListInsightsData", arn))
}

/// Returns the ARNs that a call is about, each of them; `*` for operations without a resource.
pub(super) fn resources(operation: &str, caller: &Caller, parameters: &Value) -> Vec<String> {
    let on =
        Permission::of(Service::CloudTrail, operation).map_or(On::Everything, |permission| permission.on);
    let arn = |on: On, name: &str| {
        if name.starts_with("arn:") { name.to_owned() } else { on.arn(&caller.region, caller.account, name) }
    };
    let listed = parameters.get("ResourceIdList").filter(|_| on == On::Named).and_then(Value::as_array);
    let each = listed.into_iter().flatten().filter_map(Value::as_str);
    let listed: Vec<String> = each.map(|name| arn(on, name)).collect();
    if !listed.is_empty() {
        return listed;
    }
    let named = |(member, on): &(&str, On)| Some(arn(*on, parameters.get(member)?.as_str()?));
    let one = members(on).iter().find_map(named);
    vec![one.unwrap_or_else(|| "*".to_owned())]
}

/// Adds the tags that a call sets or removes, and those that its resource has, if the caller's account sees it: a
/// condition of its own policies must not tell it those of others.
pub(super) fn facts(
    operation: &str,
    (resource, account): (&str, AccountId),
    parameters: &Value,
    snapshot: &Snapshot,
    context: Context,
) -> Context {
    let seen =
        |trail: &&Arc<LiveTrail>| trail.account == account || copy(snapshot, account, resource).is_some();
    let context = match snapshot.trail(resource).filter(seen) {
        Some(trail) => context.resource_tags(trail.trail().tags.iter().map(request_facts::pair)),
        None => context,
    };
    let tags = parameters.get("TagsList").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |tag: &Value, member: &str| tag.get(member).and_then(Value::as_str).map(str::to_owned);
    let key = |tag| text(tag, "Key");
    match Permission::of(Service::CloudTrail, operation).map(|permission| permission.tags) {
        Some(TagFacts::Given) => {
            let pair = |tag| Some((key(tag)?, text(tag, "Value").unwrap_or_default()));
            let pairs: Vec<(String, String)> = tags.iter().filter_map(pair).collect();
            context.request_tags(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        }
        Some(TagFacts::Removed) => {
            let keys: Vec<String> = tags.iter().filter_map(key).collect();
            context.tag_keys(keys.iter().map(String::as_str))
        }
        Some(TagFacts::None) | None => context,
    }
}

/// A trail of another account, which the caller's sees: its organization's.
pub(super) struct Copy {
    pub(super) owner: AccountId,
    /// What lets the account in; its own policies have a say beside it, as with any resource elsewhere.
    pub(super) policy: Policy,
}

/// Finds the organization trail that a call is about, where the caller's account sees it and does not own it.
/// What it must not know of is as good as its own: it is told that there is none.
pub(super) fn copy(snapshot: &Snapshot, account: AccountId, resource: &str) -> Option<Copy> {
    let trail = snapshot.trail(resource).filter(|trail| trail.account != account)?;
    let inside = |id| snapshot.member(account).is_some_and(|member| member.organization == id);
    let is_ours = trail.organization.as_deref().is_some_and(inside);
    // An account that is excluded sees nothing of the trail, unless it administers it.
    if !is_ours || !(snapshot.covers(trail, account) || snapshot.administers(account, CLOUDTRAIL_SERVICE)) {
        return None;
    }
    let statement = json!({
        "Effect": "Allow",
        "Principal": { "AWS": account.as_str() },
        "Action": "cloudtrail:*",
        "Resource": resource,
    });
    let text = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    let policy = Policy::parse(PolicyKind::Resource, &text).ok()?;
    Some(Copy { owner: trail.account, policy })
}

/// Returns the members that may name the resource, and what each names.
fn members(on: On) -> &'static [(&'static str, On)] {
    match on {
        On::Trail => &[("Name", On::Trail), ("TrailName", On::Trail)],
        On::EventDataStore => &[("EventDataStore", On::EventDataStore), ("Name", On::EventDataStore)],
        On::Channel => &[("Channel", On::Channel), ("Name", On::Channel)],
        On::Dashboard => &[("DashboardId", On::Dashboard), ("Name", On::Dashboard)],
        On::Named => &[
            ("ResourceId", On::Named),
            ("ResourceArn", On::Named),
            ("TrailName", On::Trail),
            ("EventDataStore", On::EventDataStore),
            ("InsightSource", On::Named),
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";

    fn caller() -> Caller {
        Caller {
            account: "111122223333".parse().unwrap(),
            region: "eu-west-1".parse().unwrap(),
            by: cairn_access::Caller::Unsigned,
            facts: Context::default(),
        }
    }

    #[test]
    fn counts_are_for_whoever_may_look_events_up() {
        let deeds = |operation, parameters| deeds(operation, &caller(), &parameters);
        let (look_up, list) = (("cloudtrail:LookupEvents", "*"), ("cloudtrail:ListInsightsData", MAIN));
        for (operation, parameters, expected) in [
            ("ListInsightsMetricData", json!({"EventName": "PutObject"}), vec![look_up]),
            ("ListInsightsMetricData", json!({"TrailName": "main"}), vec![look_up, list]),
            ("ListInsightsMetricData", json!({"TrailName": MAIN}), vec![look_up, list]),
            ("ListInsightsData", json!({"InsightSource": MAIN}), vec![list]),
            ("LookupEvents", json!({"TrailName": MAIN}), vec![look_up]),
        ] {
            let expected: Vec<Deed> =
                expected.into_iter().map(|(action, arn)| (action, arn.to_owned())).collect();
            assert_eq!(deeds(operation, parameters), expected, "{operation}");
        }
    }

    #[test]
    fn the_resource_is_what_the_call_names() {
        let caller = caller();
        let store = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/e";
        for (operation, parameters, expected) in [
            ("CreateTrail", json!({"Name": "main"}), MAIN),
            ("StopLogging", json!({"Name": MAIN}), MAIN),
            ("PutEventSelectors", json!({"TrailName": "main"}), MAIN),
            ("PutInsightSelectors", json!({"TrailName": "main"}), MAIN),
            ("GetInsightSelectors", json!({"EventDataStore": "e"}), store),
            ("GetEventConfiguration", json!({"TrailName": "main"}), MAIN),
            ("AddTags", json!({"ResourceId": MAIN}), MAIN),
            ("DescribeTrails", json!({"trailNameList": ["main"], "Name": "main"}), "*"),
            ("ListTrails", json!({}), "*"),
            ("LookupEvents", json!({"TrailName": "main"}), "*"),
            ("GetTrail", json!({"Name": 7}), "*"),
            ("GetEventDataStore", json!({"EventDataStore": "e"}), store),
        ] {
            assert_eq!(resources(operation, &caller, &parameters), [expected], "{operation}");
        }
        let both = json!({"ResourceIdList": [MAIN, store]});
        assert_eq!(resources("ListTags", &caller, &both), [MAIN, store]);
    }

    #[test]
    fn every_operation_of_cloudtrail_has_its_permission() {
        let named: Vec<&str> = Operation::ALL.iter().map(|operation| operation.name()).collect();
        let known: Vec<&str> =
            Permission::all(Service::CloudTrail).iter().map(|permission| permission.operation).collect();
        assert_eq!(known, named);
    }
}
