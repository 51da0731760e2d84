//! Organizations as sessions describe them.

use std::collections::{BTreeMap, BTreeSet};

use cairn_catalog::contract::sample;
use cairn_catalog::{Account, Change, EXCLUSION_TAG, FeatureSet, Kept, Tag, TrustedService};
use cairn_control::Platform as _;
use cairn_event::{AccountId, Clock as _};
use serde::Deserialize;
use serde_json::Value;

use crate::world::{World, role_name};

const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// What the organization of account 123456789012 shall be, all of it: what is left out is no more so.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is so or not, independent of the others")]
pub(crate) struct Wanted {
    /// Whether it is for one bill alone.
    billing_only: bool,
    /// Whether it is kept elsewhere.
    elsewhere: bool,
    /// Whether CloudTrail has access to it.
    trusted: bool,
    /// The members beside the account that manages it.
    members: BTreeMap<AccountId, WantedMember>,
    /// The accounts in which CloudTrail's role is gone.
    without_role: BTreeSet<AccountId>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WantedMember {
    /// Whether it administers CloudTrail.
    administers: bool,
    /// The trails that it is excluded from.
    excluded: Option<String>,
}

/// Makes the organization what a step wants.
pub(crate) async fn organize(world: &World, wanted: &Value) {
    let wanted: Wanted = serde_json::from_value(wanted.clone()).unwrap();
    let snapshot = world.catalog.current();
    let service = || TrustedService { principal: CLOUDTRAIL.to_owned(), since: world.clock.now() };
    let mut organization = sample::organization();
    if wanted.billing_only {
        organization.feature_set = FeatureSet::ConsolidatedBilling;
    }
    if wanted.elsewhere {
        organization.kept = Kept::Elsewhere;
    }
    organization.trusted_services = wanted.trusted.then(service).into_iter().collect();
    let mut changes = vec![Change::PutOrganization(Box::new(organization))];
    changes.push(Change::PutMember(Box::new(sample::member(sample::account_id()))));
    for (account, member) in &wanted.members {
        if snapshot.account(account).is_none() {
            changes.push(Change::PutAccount(Account { id: *account, alias: None, ..sample::account() }));
        }
        let mut made = sample::member(*account);
        made.administers = member.administers.then(service).into_iter().collect();
        let tag = |names: &String| Tag { key: EXCLUSION_TAG.to_owned(), value: Some(names.clone()) };
        made.tags = member.excluded.iter().map(tag).collect();
        changes.push(Change::PutMember(Box::new(made)));
    }
    let gone = snapshot.members(sample::ORGANIZATION).map(|member| member.account);
    let gone =
        gone.filter(|account| *account != sample::account_id() && !wanted.members.contains_key(account));
    changes.extend(gone.map(|account| Change::DeleteMember { account }));
    if !wanted.without_role.contains(&sample::account_id()) {
        changes.extend(world.platform.service_linked_role(&snapshot, sample::account_id(), CLOUDTRAIL));
    }
    for account in &wanted.without_role {
        let name = role_name(CLOUDTRAIL).to_owned();
        if snapshot.role(account, &name).is_some() {
            changes.push(Change::DeleteRole { account: *account, name });
        }
    }
    world.change(changes).await;
}
