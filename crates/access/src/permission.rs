//! What each operation must be allowed: the action, what it is done to, and the conditions that it carries.
//!
//! Facts that every request carries (`aws:SourceIp`, `aws:CurrentTime`, …) are not listed.

mod cloudtrail;
mod iam;
mod kms;
mod organizations;
mod s3;
mod sts;

use cairn_event::{AccountId, Region};

use crate::ServiceKey;

/// A service whose permissions are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// CloudTrail.
    CloudTrail,
    /// S3.
    S3,
    /// IAM.
    Iam,
    /// KMS.
    Kms,
    /// Organizations.
    Organizations,
    /// STS.
    Sts,
}

/// What an operation must be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// The operation, as SDKs call it.
    pub operation: &'static str,
    /// The action, `service:Name`; often not the operation's name.
    pub action: &'static str,
    /// What it is done to.
    pub on: On,
    keys: &'static [ServiceKey],
    /// The tags that a request tells.
    pub tags: TagFacts,
}

/// What an action is done to, as policies name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// No resource: policies must say `*`.
    Everything,
    /// A caller about itself: no policy can allow or forbid it.
    Oneself,
    /// A trail.
    Trail,
    /// An event data store.
    EventDataStore,
    /// A channel.
    Channel,
    /// A dashboard.
    Dashboard,
    /// Whatever resource of CloudTrail the request names by ARN.
    Named,
    /// A bucket.
    Bucket,
    /// An object of a bucket.
    Object,
    /// A user of IAM.
    User,
    /// A group of IAM.
    Group,
    /// A role.
    Role,
    /// A managed policy.
    Policy,
    /// A virtual MFA device of IAM.
    Mfa,
    /// All users below a path.
    Users,
    /// All groups below a path.
    Groups,
    /// All roles below a path.
    Roles,
    /// A key.
    Key,
    /// A key's alias, and the key that it names.
    Alias,
    /// An account, organizational unit or root of an organization; both parents and the account of a move.
    Place,
    /// A service control policy, and what it is attached to where that is named.
    OrganizationPolicy,
    /// A handshake.
    Handshake,
    /// A federated user of STS.
    FederatedUser,
}

/// The tags that requests of an operation tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagFacts {
    /// None.
    None,
    /// Tags to set: `aws:RequestTag/…` and `aws:TagKeys`.
    Given,
    /// Keys of tags to remove: `aws:TagKeys`.
    Removed,
}

impl Permission {
    /// Returns what `operation` of `service` must be allowed; none for operations that the service lacks.
    pub fn of(service: Service, operation: &str) -> Option<&'static Self> {
        Self::all(service).iter().find(|permission| permission.operation == operation)
    }

    /// Returns the permissions of all operations of a service that are known.
    pub fn all(service: Service) -> &'static [Self] {
        match service {
            Service::CloudTrail => cloudtrail::PERMISSIONS,
            Service::S3 => s3::PERMISSIONS,
            Service::Iam => iam::PERMISSIONS,
            Service::Kms => kms::PERMISSIONS,
            Service::Organizations => organizations::PERMISSIONS,
            Service::Sts => sts::PERMISSIONS,
        }
    }

    /// Returns the service's condition keys that a request can carry.
    pub fn keys(&self) -> impl Iterator<Item = ServiceKey> {
        let of_service = if self.action.starts_with("s3:") { s3::EVERY } else { &[] };
        of_service.iter().chain(self.keys).copied()
    }

    const fn new(operation: &'static str, action: &'static str, on: On) -> Self {
        Self { operation, action, on, keys: &[], tags: TagFacts::None }
    }

    const fn with(self, keys: &'static [ServiceKey]) -> Self {
        Self { keys, ..self }
    }

    const fn tags(self, tags: TagFacts) -> Self {
        Self { tags, ..self }
    }
}

impl On {
    /// Returns the ARN of a resource by its name: with a path before it in IAM (`/team/mia`), with its key
    /// behind it for an object (`bucket/key`), and whole for an alias of KMS (`alias/shop`) and for what belongs to
    /// an organization (`ou/o-…/ou-…`). What an ARN names already, and what has none, is `*`.
    pub fn arn(self, region: &Region, account: AccountId, name: &str) -> String {
        let cloudtrail = |kind: &str| format!("arn:aws:cloudtrail:{region}:{account}:{kind}/{name}");
        let iam = |kind: &str| format!("arn:aws:iam::{account}:{kind}{name}");
        let kms = |kind: &str| format!("arn:aws:kms:{region}:{account}:{kind}{name}");
        match self {
            Self::Everything | Self::Oneself | Self::Named => "*".to_owned(),
            Self::Trail => cloudtrail("trail"),
            Self::EventDataStore => cloudtrail("eventdatastore"),
            Self::Channel => cloudtrail("channel"),
            Self::Dashboard => cloudtrail("dashboard"),
            Self::Bucket | Self::Object => format!("arn:aws:s3:::{name}"),
            Self::User | Self::Users => iam("user"),
            Self::Group | Self::Groups => iam("group"),
            Self::Role | Self::Roles => iam("role"),
            Self::Policy => iam("policy"),
            Self::Mfa => iam("mfa"),
            Self::Key => kms("key/"),
            Self::Alias => kms(""),
            Self::Place | Self::OrganizationPolicy | Self::Handshake => {
                format!("arn:aws:organizations::{account}:{name}")
            }
            Self::FederatedUser => format!("arn:aws:sts::{account}:federated-user/{name}"),
        }
    }
}
