//! Why Organizations says no: each reason with its message, its error class and, where the class has some, the
//! reason that programs read.

use cairn_access::PolicyError;
use cairn_wire::organizations::{self as wire, ErrorCode};

/// A refused call. `Display` is the message that the client reads.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum Refusal {
    #[error("{}", .0.message)]
    Request(wire::Refusal),
    #[error("{0}")]
    Denied(String),
    #[error("You don't have permissions to access this resource.")]
    NotPermitted,
    #[error(
        "The organization {0} is kept by the Organizations endpoint that this server reads: change it there. Once the setting organizations.endpoint is unset, DeleteOrganization forgets it here."
    )]
    KeptElsewhere(String),
    #[error(
        "This server follows an organization that another Organizations endpoint keeps (the setting organizations.endpoint): make it there, or unset the endpoint."
    )]
    FollowsElsewhere,
    #[error("Your account is not a member of an organization.")]
    NotInUse,
    #[error("The provided account is already a member of an organization.")]
    AlreadyInOrganization,
    #[error(
        "The organization isn't empty. To delete it, first remove all accounts except the management account; closed accounts stay members."
    )]
    OrganizationNotEmpty,
    #[error(
        "The organization has too many units, policies and handshakes to be deleted at once. Delete units and policies first."
    )]
    OrganizationTooLarge,
    #[error("You specified an account that doesn't exist.")]
    AccountMissing,
    #[error("The account is already closed.")]
    AlreadyClosed,
    #[error("You cannot close the management account.")]
    ManagerCannotBeClosed,
    #[error("The organization must have all features enabled for this.")]
    NotAllFeatures,
    #[error(
        "You can't remove the management account from its organization. Delete the organization instead."
    )]
    ManagerCannotLeave,
    #[error(
        "The account is a delegated administrator of a service. Deregister it before it leaves the organization."
    )]
    AdministratorCannotLeave,
    #[error("A closed account stays in its organization.")]
    ClosedCannotLeave,
    #[error("You provided a role name that isn't valid: a role name can't begin with AWSServiceRoleFor.")]
    RoleNameReserved,
    #[error("The organization has as many accounts as it may have.")]
    TooManyAccounts,
    #[error("We can't find a create account request with the CreateAccountRequestId that you specified.")]
    AccountCreationMissing,
    #[error("You specified a parent that doesn't exist.")]
    ParentMissing,
    #[error("You specified a child that doesn't exist.")]
    ChildMissing,
    #[error("You specified a source parent that doesn't exist, or that the account isn't in.")]
    SourceParentMissing,
    #[error("You specified a destination parent that doesn't exist.")]
    DestinationParentMissing,
    #[error("The account is already in the destination parent.")]
    AlreadyThere,
    #[error("You specified an organizational unit that doesn't exist.")]
    UnitMissing,
    #[error("An organizational unit with this name is already in the parent.")]
    UnitExists,
    #[error("The organizational unit isn't empty. Move all accounts and delete all units in it first.")]
    UnitNotEmpty,
    #[error("The organization has as many organizational units as it may have.")]
    TooManyUnits,
    #[error("Organizational units can't lie deeper than five levels below the root.")]
    UnitTooDeep,
    #[error("You specified a target that doesn't exist.")]
    TargetMissing,
    #[error("You can't set or remove tags whose keys begin with aws:.")]
    SystemTag,
    #[error("You specified the same tag key more than once.")]
    TagKeyTwice,
    #[error("A resource can have fifty tags.")]
    TooManyTags,
    #[error("You specified a handshake that doesn't exist.")]
    HandshakeMissing,
    #[error("The handshake is already in the requested state.")]
    AlreadyInState,
    #[error("You can't perform the operation on the handshake in its current state.")]
    TransitionInvalid,
    #[error("The organization has sent as many handshakes as it may send in a day. Try again tomorrow.")]
    TooManyHandshakes,
    #[error("You specified more than one filter.")]
    TwoFilters,
    #[error("The invited account is already a member of the organization.")]
    InvitedAlreadyMember,
    #[error("The account has an open invitation to the organization.")]
    AlreadyInvited,
    #[error("You specified an account that can't be invited: it doesn't exist.")]
    InvitedMissing,
    #[error("No account has the email address that you specified.")]
    EmailMissing,
    #[error("You can invite an account by its ID or its email address.")]
    OrganizationInvited,
    #[error("The organization has as many accounts and invitations as it may have.")]
    TooManyAccountsToJoin,
    #[error("You can't invite accounts while the organization is in the process of enabling all features.")]
    InvitesDisabled,
    #[error("The organization already has all features enabled.")]
    HasAllFeatures,
    #[error("The organization is already in the process of enabling all features.")]
    PendingAllFeatures,
    #[error("The organization has too many invited accounts to ask them all at once.")]
    TooManyToAsk,
    #[error("We can't find a root with the RootId that you specified.")]
    RootMissing,
    #[error("We can't find a policy with the PolicyId that you specified.")]
    PolicyMissing,
    #[error("A policy with the same name already exists.")]
    PolicyExists,
    #[error(
        "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation."
    )]
    PolicyInUse,
    #[error("You specified a policy that is managed by AWS and can't be modified.")]
    PolicyOfAws,
    #[error("The provided policy document does not meet the requirements of the specified policy type: {}: {}.", .0.place, .0.problem)]
    PolicyMalformed(PolicyError),
    #[error("A service control policy can have 5120 characters, white space counted.")]
    PolicyTooLarge,
    #[error("The organization has as many policies as it may have.")]
    TooManyPolicies,
    #[error("You can't use service control policies in an organization that has consolidated billing alone.")]
    PoliciesUnavailable,
    #[error("Cairn has service control policies, and none of the type {0}.")]
    PolicyTypeUnavailable(&'static str),
    #[error("The specified policy type is already enabled in the specified root.")]
    PoliciesEnabled,
    #[error("The specified policy type isn't currently enabled in this root. Call EnablePolicyType first.")]
    PoliciesNotEnabled,
    #[error("Changes to the policies of the organization are in progress. Try again later.")]
    PoliciesInChange,
    #[error("The selected policy is already attached to the specified target.")]
    PolicyAttached,
    #[error("The policy isn't attached to the specified target in the specified root.")]
    PolicyNotAttached,
    #[error("Five service control policies can be attached to one target.")]
    TooManyAttached,
    #[error(
        "The last service control policy of a target can't be detached: nothing would be allowed any more. Attach another one first."
    )]
    LastAttached,
    #[error("You specified a service principal that isn't recognized.")]
    ServiceUnknown,
    #[error(
        "You attempted to register a delegated administrator before you enabled service access. Call the EnableAWSServiceAccess API first."
    )]
    ServiceNotTrusted,
    #[error("The service has delegated administrators. Deregister them before you disable its access.")]
    ServiceAdministered,
    #[error("You can't register the management account as a delegated administrator of a service.")]
    ManagerAdministers,
    #[error("You cannot register a suspended account as a delegated administrator.")]
    ClosedAdministers,
    #[error("The service has as many delegated administrators as it may have.")]
    TooManyAdministrators,
    #[error("The specified account is already a delegated administrator for this AWS service.")]
    AlreadyAdministers,
    #[error("The specified account is not a delegated administrator for this AWS service.")]
    DoesNotAdminister,
    #[error("You specified an invalid value for NextToken: it must be from the same list, unchanged.")]
    TokenInvalid,
    #[error("You made concurrent changes that cannot be done at the same time. Send the request again.")]
    Concurrent,
    #[error(
        "An internal error occurred. Send the request again; if it persists, look into the server's log."
    )]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Refusal {
    /// Returns the error class that clients act on.
    #[expect(clippy::too_many_lines, reason = "one exhaustive match: the table of refusals")]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Request(refusal) => refusal.code,
            Self::Denied(_) | Self::NotPermitted | Self::KeptElsewhere(_) | Self::FollowsElsewhere => {
                ErrorCode::AccessDeniedException
            }
            Self::NotInUse => ErrorCode::AWSOrganizationsNotInUseException,
            Self::AlreadyInOrganization => ErrorCode::AlreadyInOrganizationException,
            Self::OrganizationNotEmpty | Self::OrganizationTooLarge => {
                ErrorCode::OrganizationNotEmptyException
            }
            Self::AccountMissing => ErrorCode::AccountNotFoundException,
            Self::AlreadyClosed => ErrorCode::AccountAlreadyClosedException,
            Self::ManagerCannotLeave => ErrorCode::MasterCannotLeaveOrganizationException,
            Self::AccountCreationMissing => ErrorCode::CreateAccountStatusNotFoundException,
            Self::ParentMissing => ErrorCode::ParentNotFoundException,
            Self::ChildMissing => ErrorCode::ChildNotFoundException,
            Self::SourceParentMissing => ErrorCode::SourceParentNotFoundException,
            Self::DestinationParentMissing => ErrorCode::DestinationParentNotFoundException,
            Self::AlreadyThere => ErrorCode::DuplicateAccountException,
            Self::UnitMissing => ErrorCode::OrganizationalUnitNotFoundException,
            Self::UnitExists => ErrorCode::DuplicateOrganizationalUnitException,
            Self::UnitNotEmpty => ErrorCode::OrganizationalUnitNotEmptyException,
            Self::TargetMissing => ErrorCode::TargetNotFoundException,
            Self::HandshakeMissing => ErrorCode::HandshakeNotFoundException,
            Self::AlreadyInState => ErrorCode::HandshakeAlreadyInStateException,
            Self::TransitionInvalid => ErrorCode::InvalidHandshakeTransitionException,
            Self::RootMissing => ErrorCode::RootNotFoundException,
            Self::PolicyMissing => ErrorCode::PolicyNotFoundException,
            Self::PolicyExists => ErrorCode::DuplicatePolicyException,
            Self::PolicyInUse => ErrorCode::PolicyInUseException,
            Self::PolicyMalformed(_) => ErrorCode::MalformedPolicyDocumentException,
            Self::PoliciesUnavailable | Self::PolicyTypeUnavailable(_) => {
                ErrorCode::PolicyTypeNotAvailableForOrganizationException
            }
            Self::PoliciesInChange => ErrorCode::PolicyChangesInProgressException,
            Self::PoliciesEnabled => ErrorCode::PolicyTypeAlreadyEnabledException,
            Self::PoliciesNotEnabled => ErrorCode::PolicyTypeNotEnabledException,
            Self::PolicyAttached => ErrorCode::DuplicatePolicyAttachmentException,
            Self::PolicyNotAttached => ErrorCode::PolicyNotAttachedException,
            Self::AlreadyAdministers => ErrorCode::AccountAlreadyRegisteredException,
            Self::DoesNotAdminister => ErrorCode::AccountNotRegisteredException,
            Self::AlreadyInvited => ErrorCode::DuplicateHandshakeException,
            Self::PolicyOfAws
            | Self::ServiceUnknown
            | Self::RoleNameReserved
            | Self::SystemTag
            | Self::TagKeyTwice
            | Self::TwoFilters
            | Self::InvitedMissing
            | Self::EmailMissing
            | Self::OrganizationInvited
            | Self::TokenInvalid => ErrorCode::InvalidInputException,
            Self::PolicyTooLarge
            | Self::TooManyPolicies
            | Self::TooManyAttached
            | Self::LastAttached
            | Self::ServiceNotTrusted
            | Self::ServiceAdministered
            | Self::ManagerAdministers
            | Self::ClosedAdministers
            | Self::TooManyAdministrators
            | Self::ManagerCannotBeClosed
            | Self::NotAllFeatures
            | Self::AdministratorCannotLeave
            | Self::ClosedCannotLeave
            | Self::TooManyAccounts
            | Self::TooManyUnits
            | Self::UnitTooDeep
            | Self::TooManyTags
            | Self::TooManyToAsk => ErrorCode::ConstraintViolationException,
            Self::InvitedAlreadyMember
            | Self::TooManyAccountsToJoin
            | Self::TooManyHandshakes
            | Self::InvitesDisabled
            | Self::HasAllFeatures
            | Self::PendingAllFeatures => ErrorCode::HandshakeConstraintViolationException,
            Self::Concurrent => ErrorCode::ConcurrentModificationException,
            Self::Internal(_) => ErrorCode::ServiceException,
        }
    }

    /// Returns the reason that programs read beside the class; none where the class has none.
    pub fn reason(&self) -> Option<&'static str> {
        Some(match self {
            Self::Request(refusal) => return refusal.reason,
            Self::PolicyOfAws => "IMMUTABLE_POLICY",
            Self::ServiceUnknown => "UNRECOGNIZED_SERVICE_PRINCIPAL",
            Self::PolicyTooLarge => "POLICY_CONTENT_LIMIT_EXCEEDED",
            Self::TooManyPolicies => "POLICY_NUMBER_LIMIT_EXCEEDED",
            Self::TooManyAttached => "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            Self::LastAttached => "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            Self::ServiceNotTrusted => "SERVICE_ACCESS_NOT_ENABLED",
            Self::ServiceAdministered => "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE",
            Self::ManagerAdministers => "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
            Self::ClosedAdministers => "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
            Self::TooManyAdministrators => "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED",
            Self::RoleNameReserved => "INVALID_ROLE_NAME",
            Self::TooManyHandshakes => "HANDSHAKE_RATE_LIMIT_EXCEEDED",
            Self::SystemTag => "INVALID_SYSTEM_TAGS_PARAMETER",
            Self::TagKeyTwice => "DUPLICATE_TAG_KEY",
            Self::TwoFilters => "MAX_LIMIT_EXCEEDED_FILTER",
            Self::InvitedMissing => "TARGET_NOT_SUPPORTED",
            Self::EmailMissing => "INVALID_EMAIL_ADDRESS_TARGET",
            Self::OrganizationInvited => "INVALID_PARTY_TYPE_TARGET",
            Self::TokenInvalid => "INVALID_NEXT_TOKEN",
            Self::ManagerCannotBeClosed => "CANNOT_CLOSE_MANAGEMENT_ACCOUNT",
            Self::NotAllFeatures => "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE",
            Self::AdministratorCannotLeave => "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
            Self::ClosedCannotLeave => "ACCOUNT_CANNOT_LEAVE_ORGANIZATION",
            Self::TooManyAccounts | Self::TooManyAccountsToJoin => "ACCOUNT_NUMBER_LIMIT_EXCEEDED",
            Self::TooManyUnits => "OU_NUMBER_LIMIT_EXCEEDED",
            Self::UnitTooDeep => "OU_DEPTH_LIMIT_EXCEEDED",
            Self::TooManyTags => "MAX_TAG_LIMIT_EXCEEDED",
            Self::TooManyToAsk => "ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED",
            Self::InvitedAlreadyMember => "ALREADY_IN_AN_ORGANIZATION",
            Self::InvitesDisabled => "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES",
            Self::HasAllFeatures => "ORGANIZATION_ALREADY_HAS_ALL_FEATURES",
            Self::PendingAllFeatures => "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION",
            _ => return None,
        })
    }

    /// Returns the refusal as it is answered.
    pub fn answer(&self) -> wire::Refusal {
        wire::Refusal { code: self.code(), message: self.to_string(), reason: self.reason() }
    }

    /// Says that nobody but Organizations can be at fault.
    pub(crate) fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl From<PolicyError> for Refusal {
    fn from(error: PolicyError) -> Self {
        Self::PolicyMalformed(error)
    }
}

impl From<wire::Refusal> for Refusal {
    fn from(refusal: wire::Refusal) -> Self {
        Self::Request(refusal)
    }
}
