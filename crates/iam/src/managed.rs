//! A managed policy, whoever manages it: the account or AWS.

use cairn_catalog::{Group, ManagedPolicy, Role, Snapshot, User};
use cairn_event::{AccountId, Arn};
use cairn_wire::Timestamp;
use cairn_wire::iam::{AttachedPolicy, Policy as Shape, PolicyVersion as VersionShape};

use crate::{AwsPolicy, Refusal, aws_policy, document, tags};

/// A managed policy that an account can attach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Managed<'a> {
    Own(&'a ManagedPolicy),
    Aws(&'static AwsPolicy),
}

/// How often a policy is attached, and how often it is a boundary.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Uses {
    pub(crate) attachments: i32,
    pub(crate) boundaries: i32,
}

impl<'a> Managed<'a> {
    /// Finds a policy of the account or of AWS.
    pub(crate) fn get(snapshot: &'a Snapshot, account: AccountId, arn: &str) -> Option<Self> {
        match aws_policy(arn) {
            Some(policy) => Some(Self::Aws(policy)),
            None => snapshot.managed_policy(arn).filter(|policy| policy.account == account).map(Self::Own),
        }
    }

    /// Finds a policy or says that it was not found.
    pub(crate) fn find(snapshot: &'a Snapshot, account: AccountId, arn: &str) -> Result<Self, Refusal> {
        check_arn(arn)?;
        Self::get(snapshot, account, arn).ok_or_else(|| Refusal::PolicyMissing(arn.to_owned()))
    }

    /// Finds a policy that may be changed: one of the account.
    pub(crate) fn find_own(
        snapshot: &'a Snapshot,
        account: AccountId,
        arn: &str,
    ) -> Result<&'a ManagedPolicy, Refusal> {
        match Self::find(snapshot, account, arn)? {
            Self::Own(policy) => Ok(policy),
            Self::Aws(_) => Err(Refusal::PolicyOfAws(arn.to_owned())),
        }
    }

    pub(crate) fn arn(self) -> &'a str {
        match self {
            Self::Own(policy) => &policy.arn,
            Self::Aws(policy) => policy.arn,
        }
    }

    pub(crate) fn name(self) -> &'a str {
        match self {
            Self::Own(policy) => &policy.name,
            Self::Aws(policy) => policy.name,
        }
    }

    pub(crate) fn path(self) -> &'a str {
        match self {
            Self::Own(policy) => &policy.path,
            Self::Aws(policy) => policy.path(),
        }
    }

    /// Renders the policy as a list shows it: without description and tags.
    pub(crate) fn listed(self, uses: Uses) -> Shape {
        let (id, default, created, updated) = match self {
            Self::Own(policy) => (
                policy.policy_id.as_str(),
                policy.default_version.as_str(),
                policy.created.into(),
                policy.updated.into(),
            ),
            Self::Aws(policy) => (policy.id, AwsPolicy::VERSION, aws_created(), aws_created()),
        };
        Shape {
            policy_name: Some(self.name().to_owned()),
            policy_id: Some(id.to_owned()),
            arn: Some(self.arn().to_owned()),
            path: Some(self.path().to_owned()),
            default_version_id: Some(default.to_owned()),
            attachment_count: Some(uses.attachments),
            permissions_boundary_usage_count: Some(uses.boundaries),
            is_attachable: Some(true),
            description: None,
            create_date: Some(created),
            update_date: Some(updated),
            tags: None,
        }
    }

    /// Renders all of the policy.
    pub(crate) fn shape(self, uses: Uses) -> Shape {
        let (description, tags) = match self {
            Self::Own(policy) => (policy.description.clone(), tags::shapes(&policy.tags)),
            Self::Aws(policy) => (Some(policy.description.to_owned()), None),
        };
        Shape { description, tags, ..self.listed(uses) }
    }

    /// Renders the versions, newest first, each with its document.
    pub(crate) fn versions(self) -> Vec<VersionShape> {
        match self {
            Self::Own(policy) => {
                let newest_first = policy.versions.iter().rev();
                newest_first
                    .map(|version| {
                        let default = version.id == policy.default_version;
                        shape_version(&version.id, default, &version.document, version.created.into())
                    })
                    .collect()
            }
            Self::Aws(policy) => {
                vec![shape_version(AwsPolicy::VERSION, true, policy.document, aws_created())]
            }
        }
    }

    pub(crate) fn attached(self) -> AttachedPolicy {
        AttachedPolicy { policy_name: Some(self.name().to_owned()), policy_arn: Some(self.arn().to_owned()) }
    }
}

impl Uses {
    /// Counts over all of an account.
    pub(crate) fn count(snapshot: &Snapshot, account: AccountId, arn: &str) -> Self {
        let mut uses = Self::default();
        for User { attached, boundary, .. } in snapshot.users(&account) {
            uses.add(attached, boundary.as_deref(), arn);
        }
        for Group { attached, .. } in snapshot.groups(&account) {
            uses.add(attached, None, arn);
        }
        for Role { attached, boundary, .. } in snapshot.roles(&account) {
            uses.add(attached, boundary.as_deref(), arn);
        }
        uses
    }

    pub(crate) fn is_used(self) -> bool {
        self.attachments > 0 || self.boundaries > 0
    }

    fn add(&mut self, attached: &[String], boundary: Option<&str>, arn: &str) {
        self.attachments += i32::from(attached.iter().any(|held| held == arn));
        self.boundaries += i32::from(boundary == Some(arn));
    }
}

/// Refuses what is not the ARN of a managed policy, of whichever account.
pub(crate) fn check_arn(text: &str) -> Result<(), Refusal> {
    let parsed = Arn::parse(text).ok().filter(|arn| arn.service == "iam" && arn.region.is_empty());
    let named =
        parsed.and_then(|arn| arn.resource.strip_prefix("policy/")).is_some_and(|name| !name.is_empty());
    if named { Ok(()) } else { Err(Refusal::ArnInvalid(text.to_owned())) }
}

pub(crate) fn shape_version(id: &str, default: bool, text: &str, created: Timestamp) -> VersionShape {
    VersionShape {
        document: Some(document::encoded(text)),
        version_id: Some(id.to_owned()),
        is_default_version: Some(default),
        create_date: Some(created),
    }
}

fn aws_created() -> Timestamp {
    AwsPolicy::CREATED.parse::<jiff::Timestamp>().unwrap_or_default().into()
}
