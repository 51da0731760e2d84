//! Why IAM says no: each reason with its message and its error code.

use cairn_access::PolicyError;
use cairn_event::AccountId;
use cairn_signin::PasswordError;
use cairn_wire::iam::ErrorCode;
use cairn_wire::query::{self, QueryErrorCode};

use crate::password_rules::PasswordRule;

/// A refused call. `Display` is the message that the client reads.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum Refusal {
    #[error("{0}")]
    Request(query::Refusal),
    #[error("The {kind} with name {name} cannot be found.")]
    Missing { kind: &'static str, name: String },
    #[error("The Access Key with id {0} cannot be found.")]
    KeyMissing(String),
    #[error(
        "User: {who} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key {id}"
    )]
    KeyForeign { who: String, id: String },
    #[error("The account alias {0} cannot be found.")]
    AliasMissing(String),
    #[error("ARN {0} is not valid.")]
    ArnInvalid(String),
    #[error("Policy {0} was not found.")]
    PolicyMissing(String),
    #[error("Policy {0} does not exist or is not attachable.")]
    PolicyNotAttachable(String),
    #[error("Scope ARN: {0} does not exist or is not attachable.")]
    BoundaryMissing(String),
    #[error("Policy {arn} version {version} does not exist or is not attachable.")]
    VersionMissing { arn: String, version: String },
    #[error("{kind} with name {name} already exists.")]
    Exists { kind: &'static str, name: String },
    #[error("Service role name {0} has been taken in this account, please try a different suffix.")]
    LinkedRoleExists(&'static str),
    #[error("The service {0} has no service-linked role.")]
    LinkedServiceUnknown(String),
    #[error("Custom suffix is not allowed for {0}")]
    SuffixNotAllowed(&'static str),
    #[error("The role {0} is not a service-linked role. Use DeleteRole.")]
    NotLinked(String),
    #[error("The DeletionTaskId must be one that DeleteServiceLinkedRole gave.")]
    TaskInvalid,
    #[error("The deletion task {0} cannot be found.")]
    TaskMissing(String),
    #[error("Cannot perform the operation on the protected role '{0}' - this role is only modifiable by AWS")]
    RoleProtected(String),
    #[error(
        "Paths that begin with /aws-service-role/, and names that begin with AWSServiceRoleFor, are kept for roles of services: see CreateServiceLinkedRole."
    )]
    RoleReserved,
    #[error("Cannot attach a Service Role Policy to a Customer Role.")]
    PolicyOfService,
    #[error("A policy called {0} already exists. Duplicate names are not allowed.")]
    PolicyExists(String),
    #[error("The account alias {0} already exists.")]
    AliasExists(String),
    #[error("Login Profile for User {0} cannot be found.")]
    LoginProfileMissing(String),
    #[error("Login Profile for user {0} already exists.")]
    LoginProfileExists(String),
    #[error("Login Profile for User {0} cannot be modified: it is being modified by another request.")]
    LoginProfileBusy(String),
    #[error("Must specify Password.")]
    PasswordNeeded,
    #[error("{0}")]
    PasswordWeak(PasswordRule),
    #[error("Policy constraint violation with password reuse prevention during password change.")]
    PasswordUsedBefore,
    #[error("The password has expired. An administrator of the account must set a new one.")]
    PasswordExpired,
    #[error("The old password was incorrect.")]
    OldPasswordWrong,
    #[error("Only IAM Users can change their own password")]
    NoUser,
    #[error("Too many passwords are being set or checked. Send the request again in a moment.")]
    PasswordsBusy,
    #[error("The Password Policy with domain name {0} cannot be found.")]
    PasswordPolicyMissing(AccountId),
    #[error("VirtualMFADevice with serial number {0} doesn't exist.")]
    DeviceMissing(String),
    #[error("MFADevice entity at the same path and name already exists.")]
    DeviceExists,
    #[error("The device's name is too long for its QR code.")]
    DeviceNameLong,
    #[error("The device's path and name are too long: its serial number may have 256 characters.")]
    DeviceSerialLong,
    #[error("MFA Device is already in use.")]
    DeviceTaken,
    #[error("MFA Device invalid for user.")]
    DeviceNotOfUser,
    #[error("MFA VirtualDevice in use. Must deactivate first.")]
    DeviceInUse,
    #[error("Authentication code for device is not valid.")]
    CodesWrong,
    #[error("Cannot delete entity, must delete login profile first.")]
    LoginProfileLeft,
    #[error("Cannot delete entity, must delete MFA device first.")]
    DevicesLeft,
    #[error("Cannot delete entity, must delete access keys first.")]
    KeysLeft,
    #[error("Cannot delete entity, must detach all policies first.")]
    PoliciesAttached,
    #[error("Cannot delete entity, must delete policies first.")]
    InlinePoliciesLeft,
    #[error("Cannot delete entity, must remove users from group first.")]
    MembersLeft,
    #[error("Cannot delete a policy attached to entities.")]
    PolicyInUse,
    #[error(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy."
    )]
    VersionsLeft,
    #[error("Cannot delete the default version of a policy.")]
    DefaultVersion,
    #[error("Cannot exceed quota for {name}: {max}")]
    QuotaExceeded { name: &'static str, max: usize },
    #[error("Maximum policy size of {max} bytes exceeded for {kind} {name}")]
    InlinePoliciesTooLarge { kind: &'static str, name: String, max: usize },
    #[error(
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."
    )]
    VersionsTooMany,
    #[error(
        "A group with more than {0} members can not be renamed at once. Remove members first and add them again."
    )]
    MembersTooMany(usize),
    #[error("The policy is malformed: {}: {}.", .0.place, .0.problem)]
    PolicyMalformed(PolicyError),
    #[error("{0}")]
    TrustMalformed(&'static str),
    #[error("Duplicate tag keys found. Please note that Tag keys are case insensitive.")]
    TagTwice,
    #[error("Tag keys must not begin with aws:, which is reserved: {0}")]
    TagReserved(String),
    #[error(
        "The account alias must have 3 to 63 lower-case letters, digits and hyphens, and not be a number."
    )]
    AliasInvalid,
    #[error("The policy {0} is managed by AWS and can not be changed.")]
    PolicyOfAws(String),
    #[error("Must specify userName when calling with non-User credentials")]
    UserNameNeeded,
    #[error("Access keys are set Active or Inactive; Expired is a state that keys are found in.")]
    StatusInvalid,
    #[error("No report is present. Use GenerateCredentialReport to begin one.")]
    ReportMissing,
    #[error("The report has expired. Use GenerateCredentialReport to begin another.")]
    ReportExpired,
    #[error("The report is being generated.")]
    ReportUnfinished,
    #[error("Invalid Marker.")]
    MarkerInvalid,
    #[error("Another change was made at the same time. Send the request again.")]
    Conflict,
    #[error(
        "An internal error occurred. Send the request again; if it persists, look into the server's log."
    )]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// An error code: one that IAM declares, or one that every query service knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// One of IAM's.
    Own(ErrorCode),
    /// One of the protocol's.
    Common(QueryErrorCode),
}

impl Refusal {
    /// Returns the error as it is sent.
    pub fn answer(&self) -> query::Refusal {
        let message = self.to_string();
        match (self, self.code()) {
            (Self::Request(refusal), _) => refusal.clone(),
            (_, Code::Own(code)) => {
                query::Refusal { code: code.as_str(), http_status: code.http_status(), message }
            }
            (_, Code::Common(code)) => query::Refusal::new(code, message),
        }
    }

    /// Returns the error code that clients act on.
    pub fn code(&self) -> Code {
        match self {
            Self::Request(_)
            | Self::UserNameNeeded
            | Self::AliasInvalid
            | Self::MarkerInvalid
            | Self::PasswordNeeded
            | Self::DeviceNameLong
            | Self::DeviceSerialLong => Code::Common(QueryErrorCode::ValidationError),
            Self::PolicyOfAws(_)
            | Self::KeyForeign { .. }
            | Self::OldPasswordWrong
            | Self::PasswordExpired => Code::Common(QueryErrorCode::AccessDenied),
            Self::PasswordsBusy => Code::Common(QueryErrorCode::Throttling),
            Self::PasswordWeak(_) | Self::PasswordUsedBefore => Code::Own(ErrorCode::PasswordPolicyViolation),
            Self::LoginProfileBusy(_) => Code::Own(ErrorCode::EntityTemporarilyUnmodifiable),
            Self::NoUser => Code::Own(ErrorCode::InvalidUserType),
            Self::CodesWrong => Code::Own(ErrorCode::InvalidAuthenticationCode),
            Self::Missing { .. }
            | Self::KeyMissing(_)
            | Self::AliasMissing(_)
            | Self::PolicyMissing(_)
            | Self::PolicyNotAttachable(_)
            | Self::BoundaryMissing(_)
            | Self::VersionMissing { .. }
            | Self::NotLinked(_)
            | Self::LoginProfileMissing(_)
            | Self::PasswordPolicyMissing(_)
            | Self::DeviceMissing(_)
            | Self::DeviceNotOfUser
            | Self::TaskMissing(_) => Code::Own(ErrorCode::NoSuchEntity),
            Self::Exists { .. }
            | Self::PolicyExists(_)
            | Self::AliasExists(_)
            | Self::LoginProfileExists(_)
            | Self::DeviceExists
            | Self::DeviceTaken => Code::Own(ErrorCode::EntityAlreadyExists),
            Self::KeysLeft
            | Self::LoginProfileLeft
            | Self::DevicesLeft
            | Self::DeviceInUse
            | Self::PoliciesAttached
            | Self::InlinePoliciesLeft
            | Self::MembersLeft
            | Self::PolicyInUse
            | Self::VersionsLeft
            | Self::DefaultVersion => Code::Own(ErrorCode::DeleteConflict),
            Self::QuotaExceeded { .. }
            | Self::InlinePoliciesTooLarge { .. }
            | Self::VersionsTooMany
            | Self::MembersTooMany(_) => Code::Own(ErrorCode::LimitExceeded),
            Self::PolicyMalformed(_) | Self::TrustMalformed(_) => {
                Code::Own(ErrorCode::MalformedPolicyDocument)
            }
            Self::ArnInvalid(_)
            | Self::TagTwice
            | Self::TagReserved(_)
            | Self::StatusInvalid
            | Self::LinkedRoleExists(_)
            | Self::LinkedServiceUnknown(_)
            | Self::SuffixNotAllowed(_)
            | Self::TaskInvalid
            | Self::RoleReserved => Code::Own(ErrorCode::InvalidInput),
            Self::RoleProtected(_) => Code::Own(ErrorCode::UnmodifiableEntity),
            Self::PolicyOfService => Code::Own(ErrorCode::PolicyNotAttachable),
            Self::ReportMissing => Code::Own(ErrorCode::ReportNotPresent),
            Self::ReportExpired => Code::Own(ErrorCode::ReportExpired),
            Self::ReportUnfinished => Code::Own(ErrorCode::ReportInProgress),
            Self::Conflict => Code::Own(ErrorCode::ConcurrentModification),
            Self::Internal(_) => Code::Own(ErrorCode::ServiceFailure),
        }
    }
}

impl From<query::Refusal> for Refusal {
    fn from(refusal: query::Refusal) -> Self {
        Self::Request(refusal)
    }
}

impl From<PasswordError> for Refusal {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::PasswordsBusy,
            PasswordError::Unreadable | PasswordError::Failed(_) => Self::Internal(Box::new(error)),
        }
    }
}

impl From<PolicyError> for Refusal {
    fn from(error: PolicyError) -> Self {
        Self::PolicyMalformed(error)
    }
}
