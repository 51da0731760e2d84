//! What a call must be allowed: on which accounts, units, policies and handshakes, under which facts.

use cairn_access::{On, Permission, Service, ServiceKey, TagFacts};
use cairn_catalog::{FULL_ACCESS_POLICY, HandshakeAction, Organization, Snapshot};
use cairn_wire::organizations::{Operation, Request};
use serde_json::Value;

use crate::{Caller, names, tags, tree};

/// One permission that a call needs. Each that a call needs must be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The action.
    pub action: &'static str,
    /// The ARN of what it is done to; `*` for actions without a resource, and where what is named is not there.
    pub resource: String,
    /// Condition keys and their values.
    pub facts: Vec<(String, String)>,
}

impl Asked {
    /// Lists the permissions that a call needs.
    pub fn of(snapshot: &Snapshot, caller: &Caller, request: &Request) -> Vec<Self> {
        let Some(permission) = Permission::of(Service::Organizations, request.operation().name()) else {
            return Vec::new();
        };
        let look = Look { snapshot, caller, parameters: request.parameters() };
        let named = look.named(permission.on);
        let facts = look.facts(permission, &named);
        let ask = |resource| Self { action: permission.action, resource, facts: facts.clone() };
        let resources: Vec<String> = named.into_iter().map(|(arn, _)| arn).collect();
        let mut all: Vec<Self> = if resources.is_empty() {
            vec![ask("*".to_owned())]
        } else {
            resources.into_iter().map(ask).collect()
        };
        // Whoever goes over into another organization leaves the one it is in.
        if request.operation() == Operation::AcceptHandshake && look.leaves() {
            let action = "organizations:LeaveOrganization";
            all.push(Self { action, resource: "*".to_owned(), facts: Vec::new() });
        }
        all
    }
}

/// What is looked at while the permissions of a call are gathered.
struct Look<'a> {
    snapshot: &'a Snapshot,
    caller: &'a Caller,
    parameters: &'a Value,
}

impl<'a> Look<'a> {
    fn text(&self, member: &str) -> Option<&'a str> {
        self.parameters.get(member)?.as_str()
    }

    /// Returns the organization of the caller's account, if the account may look into it: a mere member is told
    /// neither which units and policies there are nor, by conditions of its own policies, what their tags are.
    fn organization(&self) -> Option<&'a Organization> {
        let account = self.caller.account;
        let administers = self.snapshot.member(account).is_some_and(|member| !member.administers.is_empty());
        let looks = administers || self.snapshot.is_management(account);
        self.snapshot.organization_of(account).filter(|_| looks)
    }

    /// Lists the ARNs and ids of what the request names.
    fn named(&self, on: On) -> Vec<(String, String)> {
        let members: &[&str] = match on {
            On::Place => &PLACES,
            On::OrganizationPolicy => &["PolicyId", "TargetId"],
            On::Handshake => return self.handshake().into_iter().collect(),
            _ => return Vec::new(),
        };
        let invited = self.parameters.get("Target").and_then(|target| target.get("Id")?.as_str());
        let ids = members.iter().filter_map(|member| self.text(member)).chain(invited);
        ids.filter_map(|id| Some((self.arn(id)?, id.to_owned()))).collect()
    }

    fn handshake(&self) -> Option<(String, String)> {
        let handshake = self.snapshot.handshake(self.text("HandshakeId")?)?;
        let party = [handshake.account, handshake.management].contains(&self.caller.account);
        party.then(|| (names::handshake(handshake), handshake.id.clone()))
    }

    /// Names what an id of the caller's organization stands for. Whether it is there need not be known: an account
    /// that is invited is in no organization yet.
    fn arn(&self, id: &str) -> Option<String> {
        let organization = self.organization()?;
        if id == organization.root {
            return Some(names::root(organization));
        }
        if id == FULL_ACCESS_POLICY {
            return Some(names::policy(organization, id));
        }
        if let Some(unit) = tree::unit(self.snapshot, organization, id) {
            return Some(names::unit(organization, &unit.id));
        }
        if let Some(policy) = self.snapshot.organization_policy(id) {
            let own = policy.organization == organization.id;
            return own.then(|| names::policy(organization, id));
        }
        id.parse().ok().map(|account| names::account(organization, account))
    }

    fn facts(&self, permission: &Permission, named: &[(String, String)]) -> Vec<(String, String)> {
        let mut facts = Vec::new();
        for key in permission.keys() {
            let value = match key {
                ServiceKey::OrganizationsPolicyType => Some("SERVICE_CONTROL_POLICY"),
                ServiceKey::OrganizationsServicePrincipal => self.text("ServicePrincipal"),
                _ => None,
            };
            facts.extend(value.map(|value| (key.as_str().to_owned(), value.to_owned())));
        }
        match permission.tags {
            TagFacts::None => {}
            TagFacts::Given => {
                for tag in self.list("Tags") {
                    let member = |name: &str| tag.get(name).and_then(Value::as_str).unwrap_or_default();
                    facts.push((format!("aws:RequestTag/{}", member("Key")), member("Value").to_owned()));
                    facts.push(("aws:TagKeys".to_owned(), member("Key").to_owned()));
                }
            }
            TagFacts::Removed => {
                let keys = self.list("TagKeys").iter().filter_map(Value::as_str);
                facts.extend(keys.map(|key| ("aws:TagKeys".to_owned(), key.to_owned())));
            }
        }
        if let ([(_, id)], Some(organization)) = (named, self.organization()) {
            let tags = tags::of(self.snapshot, organization, id);
            facts.extend(
                tags.iter().map(|tag| {
                    (format!("aws:ResourceTag/{}", tag.key), tag.value.clone().unwrap_or_default())
                }),
            );
        }
        facts
    }

    fn list(&self, member: &str) -> &'a [Value] {
        self.parameters.get(member).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// Tells whether the handshake invites the caller out of another organization.
    fn leaves(&self) -> bool {
        let handshake = self.text("HandshakeId").and_then(|id| self.snapshot.handshake(id));
        let own = self.snapshot.organization_of(self.caller.account);
        let own = own.map(|organization| organization.id.as_str());
        handshake.is_some_and(|handshake| {
            handshake.action == HandshakeAction::Invite
                && handshake.account == self.caller.account
                && own.is_some_and(|own| own != handshake.organization)
        })
    }
}

/// Members that name an account, a unit or a root.
const PLACES: [&str; 9] = [
    "AccountId",
    "ChildId",
    "DestinationParentId",
    "OrganizationalUnitId",
    "ParentId",
    "ResourceId",
    "RootId",
    "SourceParentId",
    "TargetId",
];
