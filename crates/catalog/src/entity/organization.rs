//! An organization, its units, and the policies that limit its members.

use cairn_event::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Tag;

/// Accounts that one of them manages. Its root needs no entity of its own: it stands in here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// `o-` and ten to thirty-two lower-case letters and digits.
    pub id: String,
    /// The account that made it and manages it: a member as well.
    pub management: AccountId,
    /// What it is for.
    pub feature_set: FeatureSet,
    /// Where it is kept.
    pub kept: Kept,
    /// The id of the root, `r-…`.
    pub root: String,
    /// Whether service control policies are in force.
    #[serde(default)]
    pub policies_enabled: bool,
    /// The service control policies attached to the root, by id.
    #[serde(default)]
    pub attached: Vec<String>,
    /// The services that may act in its accounts, by principal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_services: Vec<TrustedService>,
    /// The tags of the root.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub root_tags: Vec<Tag>,
    /// When it was made.
    pub created: Timestamp,
}

impl Organization {
    /// Tells whether a service may act in the accounts of the organization.
    pub fn trusts(&self, principal: &str) -> bool {
        self.trusted_services.iter().any(|service| service.principal == principal)
    }
}

impl Member {
    /// Tells whether the account administers a service for its organization.
    pub fn administers(&self, principal: &str) -> bool {
        self.administers.iter().any(|service| service.principal == principal)
    }
}

/// What an organization is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeatureSet {
    /// Policies, trusted services and delegated administrators.
    All,
    /// One bill, and nothing of the former.
    ConsolidatedBilling,
}

/// Where an organization is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    /// Here, by the Organizations API that is built in.
    Here,
    /// At an Organizations endpoint that is asked again and again: what is kept here follows it.
    Elsewhere,
}

/// A service that may act in an organization's accounts, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedService {
    /// The service's principal, such as `cloudtrail.amazonaws.com`.
    pub principal: String,
    /// Since when.
    pub since: Timestamp,
}

/// An account's membership in an organization. An account belongs to one at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// The organization's id.
    pub organization: String,
    /// What it is called.
    pub name: String,
    /// The address of its root user.
    pub email: String,
    /// The root or unit that it is in, by id.
    pub parent: String,
    /// How it came to be a member.
    pub joined_by: JoinedBy,
    /// When it came.
    pub joined: Timestamp,
    /// Whether it was closed: its principals may do nothing any more.
    #[serde(default)]
    pub closed: bool,
    /// The service control policies attached to it, by id.
    #[serde(default)]
    pub attached: Vec<String>,
    /// The services that it administers for the organization, by principal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub administers: Vec<TrustedService>,
    /// The tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

/// How an account came into its organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum JoinedBy {
    /// It was there before, and accepted an invitation or made the organization.
    Invitation,
    /// It was made in it.
    Creation,
}

/// A unit of an organization, which accounts and other units are in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationalUnit {
    /// `ou-`, the root's part, and eight to thirty-two letters and digits.
    pub id: String,
    /// The organization's id.
    pub organization: String,
    /// The name; unique in its parent.
    pub name: String,
    /// The root or unit that it is in, by id.
    pub parent: String,
    /// The service control policies attached to it, by id.
    #[serde(default)]
    pub attached: Vec<String>,
    /// The tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// When it was made.
    pub created: Timestamp,
}

/// A service control policy: what the principals of members can do at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationPolicy {
    /// `p-` and eight to a hundred and twenty-eight letters and digits.
    pub id: String,
    /// The organization's id.
    pub organization: String,
    /// The name; unique in the organization.
    pub name: String,
    /// What it is for, in its maker's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The document, byte for byte as it was given.
    pub document: String,
    /// The tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

/// The id of the service control policy that allows everything. It is AWS's own, in every organization, and
/// not kept here.
pub const FULL_ACCESS_POLICY: &str = "p-FullAWSAccess";

/// The tag that keeps the events of an account, or of a unit's accounts, out of organization trails: the
/// trails' names with spaces between, or [`ALL_TRAILS`].
pub const EXCLUSION_TAG: &str = "cairn:excluded-from-trails";

/// Stands for all trails in the value of [`EXCLUSION_TAG`]. No trail is called so, and Organizations takes it as a
/// tag's value, which it does not `*`; where one does, that is understood too.
pub const ALL_TRAILS: &str = "@all";

/// Tells whether tags keep an account's events out of the organization trail of this name.
pub(crate) fn excludes(tags: &[Tag], trail_name: &str) -> bool {
    let value = tags.iter().find(|tag| tag.key == EXCLUSION_TAG).and_then(|tag| tag.value.as_deref());
    value.is_some_and(|value| {
        value.split(' ').any(|name| name == ALL_TRAILS || name == "*" || name == trail_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_excludes_from_the_trails_that_it_names() {
        let tags = |value: Option<&str>| {
            vec![Tag { key: EXCLUSION_TAG.to_owned(), value: value.map(str::to_owned) }]
        };
        for (value, trail, expected) in [
            (Some("main"), "main", true),
            (Some("other main"), "main", true),
            (Some("mainly"), "main", false),
            (Some("main,other"), "main", false),
            (Some("@all"), "main", true),
            (Some("other @all"), "main", true),
            (Some("*"), "main", true),
            (Some(""), "main", false),
            (None, "main", false),
        ] {
            assert_eq!(excludes(&tags(value), trail), expected, "{value:?} {trail}");
        }
        assert!(!excludes(&[], "main"));
    }
}
