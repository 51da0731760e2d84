//! Why CloudTrail says no: each reason with its message and its error class.

use cairn_select::SelectorError;
use cairn_wire::cloudtrail::ErrorCode;

use crate::ViewRefusal;

/// A refused call. `Display` is the message that the client reads.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum Refusal {
    #[error("{0}")]
    TrailNameInvalid(String),
    #[error("Trail name cannot be blank!")]
    TrailNameBlank,
    #[error("Unknown trail: {asked} for the user: {account}")]
    TrailUnknown { asked: String, account: cairn_event::AccountId },
    #[error("Trail {name} already exists for customer: {account}")]
    TrailExists { name: String, account: cairn_event::AccountId },
    #[error("User: {account} already has {max} trails in {region}.")]
    TrailsTooMany { account: cairn_event::AccountId, max: usize, region: cairn_event::Region },
    #[error(
        "The trail {arn} can be changed only in its home Region, {home}. Send the request to that Region."
    )]
    HomeRegionElsewhere { arn: String, home: String },
    #[error(
        "The ARN {0} is not valid. A trail ARN has the form arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME."
    )]
    TrailArnInvalid(String),
    #[error("Region in ARN is wrong, you can only access resources in region {0}.")]
    ArnOfOtherRegion(cairn_event::Region),
    #[error("Multi-Region trail must include global service events.")]
    MultiRegionWithoutGlobal,
    #[error("You must specify a role ARN as well as a log group.")]
    LogGroupWithoutRole,
    #[error("You must specify a log group ARN as well as a role ARN.")]
    RoleWithoutLogGroup,
    #[error("Specify either EventSelectors or AdvancedEventSelectors, not both and not neither.")]
    SelectorsBothOrNeither,
    #[error("{0}")]
    SelectorsInvalid(SelectorError),
    #[error("{0}")]
    InsightSelectorsInvalid(String),
    #[error(
        "Trail {0} does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again."
    )]
    InsightsOff(String),
    #[error("{0}")]
    ParametersCombined(&'static str),
    #[error("Event data stores are not available in this version of Cairn. Name a trail instead.")]
    StoresUnavailable,
    #[error("{0}")]
    AggregationInvalid(String),
    #[error("{0}")]
    InsightsParameterInvalid(String),
    #[error("There is no insight {id} of account {account} in {region}.")]
    InsightUnknown { id: String, account: cairn_event::AccountId, region: cairn_event::Region },
    #[error(
        "Insights of data events that an organization's trail selects are for the account that manages the organization and for delegated administrators for CloudTrail. {SIGNED_IN} {0}."
    )]
    InsightsOfOrganization(cairn_event::AccountId),
    #[error("Bucket name {0} is not valid. It has 3 to 63 lower-case letters, digits, hyphens and periods.")]
    BucketNameInvalid(String),
    #[error(
        "S3 prefix is longer than the maximum length: 200 characters. Specified prefix length: {0} characters."
    )]
    PrefixTooLong(usize),
    #[error("S3 bucket {0} does not exist!")]
    BucketMissing(String),
    #[error("Incorrect S3 bucket policy is detected for bucket: {0}")]
    BucketPolicyInsufficient(String),
    #[error("SNS topic name is longer than the maximum length: 256 characters.")]
    TopicNameTooLong,
    #[error(
        "SNS topic name {0} is not valid. It has letters, digits, hyphens and underscores, or is the ARN of a topic."
    )]
    TopicNameInvalid(String),
    #[error("SNS Topic does not exist or the topic policy is incorrect!")]
    TopicMissing,
    #[error(
        "KMS key ID {0} is not valid. It is the ID, the ARN, the alias (alias/NAME) or the alias ARN of a key."
    )]
    KeyIdInvalid(String),
    #[error("KMS key {0} does not exist in the Region of the bucket.")]
    KeyMissing(String),
    #[error("Insufficient permissions to access S3 bucket {bucket} or KMS key {key}.")]
    KeyPolicyInsufficient { bucket: String, key: String },
    #[error("The KMS key can not be used: {0}")]
    KeyUnusable(String),
    #[error("CloudTrail cannot validate the specified log group ARN.")]
    LogGroupMissing,
    #[error("Access denied. Check the trust relationships for your role.")]
    LogRoleNotAssumable,
    #[error("Access denied. Check the permissions for your role.")]
    LogRoleDenied,
    #[error("CloudWatch Logs can not be reached. Set endpoints.logs, or look into the server's log.")]
    LogGroupsUnavailable,
    #[error(
        "The request could not be processed because your account is not part of an organization. Create or join an organization, and then try again. {SIGNED_IN} {0}."
    )]
    NoOrganization(cairn_event::AccountId),
    #[error(
        "The request could not be processed because your account neither manages its organization nor is a delegated administrator for CloudTrail that may do this. Sign in with the management account, and then try again. {SIGNED_IN} {0}."
    )]
    NotManagementAccount(cairn_event::AccountId),
    #[error(
        "The request could not be processed because your organization does not have all features enabled. Enable all features in AWS Organizations, and then try again. {SIGNED_IN} {0}."
    )]
    FeaturesMissing(cairn_event::AccountId),
    #[error(
        "The request could not be processed because your organization hasn't enabled CloudTrail service access. Enable service access for CloudTrail, and then try again. {SIGNED_IN} {0}."
    )]
    AccessNotEnabled(cairn_event::AccountId),
    #[error(
        "AWS CloudTrail cannot create resources for your organization because access to one or more required APIs has been denied. {SIGNED_IN} {0}."
    )]
    DependencyDenied(cairn_event::AccountId),
    #[error(
        "The request could not be processed because the management account of your organization does not have the service-linked role AWSServiceRoleForCloudTrail. Have the management account create it, and then try again. {SIGNED_IN} {0}."
    )]
    ManagementRoleMissing(cairn_event::AccountId),
    #[error(
        "The task can't be completed because you are signed in with an account that lacks permissions to create a service-linked role in AWS CloudTrail. Sign in to an account with the required permissions and then try again."
    )]
    RoleAccessDenied,
    #[error(
        "Only the management account of an organization registers and deregisters its delegated administrators. Sign in with the management account, and then try again. {SIGNED_IN} {0}."
    )]
    AdministratorsNotYours(cairn_event::AccountId),
    #[error(
        "The account {0} manages the organization, and can't be its delegated administrator. Name another member."
    )]
    ManagementDelegated(cairn_event::AccountId),
    #[error("The account {0} is not a member of your organization. Name a member.")]
    MemberUnknown(String),
    #[error("The account {0} is registered as a delegated administrator for CloudTrail already.")]
    AdministratorRegistered(cairn_event::AccountId),
    #[error("The account {0} is not registered as a delegated administrator for CloudTrail.")]
    AdministratorUnknown(cairn_event::AccountId),
    #[error(
        "An organization can have at most {max} delegated administrators for CloudTrail. Deregister one, and then try again."
    )]
    AdministratorsTooMany { max: usize },
    #[error(
        "The organization is kept elsewhere: register and deregister its delegated administrators for cloudtrail.amazonaws.com there. They are known here once it was polled."
    )]
    OrganizationElsewhere,
    #[error("The operation {0} is not available in this version of Cairn.")]
    OperationUnavailable(String),
    #[error(
        "Tag keys must be unique and have 1 to 128 characters, tag values at most 256. Both consist of letters, digits, spaces and _ . : / = + - @, and do not begin with aws:."
    )]
    TagInvalid,
    #[error("{0}")]
    InsightTag(String),
    #[error("A resource can have at most 50 tags.")]
    TagsTooMany,
    #[error("Resource {0} does not exist.")]
    ResourceMissing(String),
    #[error("Event data store {0} does not exist.")]
    StoreMissing(String),
    #[error(
        "The ARN {0} is not valid. The ARN of an event data store has the form arn:aws:cloudtrail:REGION:ACCOUNT:eventdatastore/ID."
    )]
    StoreArnInvalid(String),
    #[error("Channel {0} does not exist.")]
    ChannelMissing(String),
    #[error(
        "The ARN {0} is not valid. The ARN of a channel has the form arn:aws:cloudtrail:REGION:ACCOUNT:channel/ID."
    )]
    ChannelArnInvalid(String),
    #[error("Resources of the type of {0} can not be tagged.")]
    ResourceTypeUnsupported(String),
    #[error("At most {max} resources can be listed at once; {given} were given.")]
    ResourcesTooMany { given: usize, max: usize },
    #[error("The token is not one that this list gave.")]
    TokenInvalid,
    #[error("The token is not one that ListTrails gave.")]
    ListTokenInvalid,
    #[error("{0}")]
    LookupAttributesInvalid(String),
    #[error("{0}")]
    TimeRangeInvalid(String),
    #[error("{0}")]
    MaxResultsInvalid(String),
    #[error("{0}")]
    NextTokenInvalid(String),
    #[error("{0}")]
    EventCategoryInvalid(String),
    #[error(transparent)]
    OrganizationUnseen(#[from] ViewRefusal),
    #[error("Rate exceeded")]
    Throttled,
    #[error("Another change was made at the same time. Send the request again.")]
    Conflict,
    #[error(
        "An internal error occurred. Send the request again; if it persists, look into the server's log."
    )]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// How CloudTrail tells whom it refuses, where organizations are concerned.
const SIGNED_IN: &str = "You are signed in with the following AWS account ID:";

impl Refusal {
    /// Returns the error class that clients act on.
    #[expect(clippy::too_many_lines, reason = "one exhaustive match: the table of codes")]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::TrailNameInvalid(_) | Self::TrailNameBlank => ErrorCode::InvalidTrailNameException,
            Self::TrailUnknown { .. } => ErrorCode::TrailNotFoundException,
            Self::TrailExists { .. } => ErrorCode::TrailAlreadyExistsException,
            Self::TrailsTooMany { .. } => ErrorCode::MaximumNumberOfTrailsExceededException,
            Self::HomeRegionElsewhere { .. } => ErrorCode::InvalidHomeRegionException,
            Self::TrailArnInvalid(_) | Self::ArnOfOtherRegion(_) => ErrorCode::CloudTrailARNInvalidException,
            Self::MultiRegionWithoutGlobal | Self::ParametersCombined(_) => {
                ErrorCode::InvalidParameterCombinationException
            }
            Self::InsightSelectorsInvalid(_) => ErrorCode::InvalidInsightSelectorsException,
            Self::InsightsOff(_) => ErrorCode::InsightNotEnabledException,
            Self::AggregationInvalid(_) | Self::InsightsParameterInvalid(_) => {
                ErrorCode::InvalidParameterException
            }
            Self::InsightsOfOrganization(_) => ErrorCode::OperationNotPermittedException,
            Self::LogGroupWithoutRole | Self::LogRoleNotAssumable => {
                ErrorCode::InvalidCloudWatchLogsRoleArnException
            }
            Self::LogGroupsUnavailable => ErrorCode::CloudWatchLogsDeliveryUnavailableException,
            Self::RoleWithoutLogGroup | Self::LogGroupMissing | Self::LogRoleDenied => {
                ErrorCode::InvalidCloudWatchLogsLogGroupArnException
            }
            Self::SelectorsBothOrNeither | Self::SelectorsInvalid(_) => {
                ErrorCode::InvalidEventSelectorsException
            }
            Self::BucketNameInvalid(_) => ErrorCode::InvalidS3BucketNameException,
            Self::PrefixTooLong(_) => ErrorCode::InvalidS3PrefixException,
            Self::BucketMissing(_) => ErrorCode::S3BucketDoesNotExistException,
            Self::BucketPolicyInsufficient(_) => ErrorCode::InsufficientS3BucketPolicyException,
            Self::TopicNameTooLong | Self::TopicNameInvalid(_) => ErrorCode::InvalidSnsTopicNameException,
            Self::TopicMissing => ErrorCode::InsufficientSnsTopicPolicyException,
            Self::KeyIdInvalid(_) => ErrorCode::InvalidKmsKeyIdException,
            Self::KeyMissing(_) => ErrorCode::KmsKeyNotFoundException,
            Self::KeyPolicyInsufficient { .. } => ErrorCode::InsufficientEncryptionPolicyException,
            Self::KeyUnusable(_) => ErrorCode::KmsException,
            Self::NoOrganization(_) => ErrorCode::OrganizationsNotInUseException,
            Self::NotManagementAccount(_) => ErrorCode::NotOrganizationMasterAccountException,
            Self::FeaturesMissing(_) => ErrorCode::OrganizationNotInAllFeaturesModeException,
            Self::AccessNotEnabled(_) => ErrorCode::CloudTrailAccessNotEnabledException,
            Self::DependencyDenied(_) => ErrorCode::InsufficientDependencyServiceAccessPermissionException,
            Self::ManagementRoleMissing(_) => ErrorCode::NoManagementAccountSLRExistsException,
            Self::RoleAccessDenied => ErrorCode::InsufficientIAMAccessPermissionException,
            Self::AdministratorsNotYours(_) => ErrorCode::NotOrganizationManagementAccountException,
            Self::ManagementDelegated(_) => ErrorCode::CannotDelegateManagementAccountException,
            Self::MemberUnknown(_) => ErrorCode::AccountNotFoundException,
            Self::AdministratorRegistered(_) => ErrorCode::AccountRegisteredException,
            Self::AdministratorUnknown(_) => ErrorCode::AccountNotRegisteredException,
            Self::AdministratorsTooMany { .. } => ErrorCode::DelegatedAdminAccountLimitExceededException,
            Self::OperationUnavailable(_) | Self::StoresUnavailable | Self::OrganizationElsewhere => {
                ErrorCode::UnsupportedOperationException
            }
            Self::TagInvalid | Self::InsightTag(_) => ErrorCode::InvalidTagParameterException,
            Self::TagsTooMany => ErrorCode::TagsLimitExceededException,
            Self::ResourceMissing(_) | Self::InsightUnknown { .. } => ErrorCode::ResourceNotFoundException,
            Self::StoreMissing(_) => ErrorCode::EventDataStoreNotFoundException,
            Self::StoreArnInvalid(_) => ErrorCode::EventDataStoreARNInvalidException,
            Self::ChannelMissing(_) => ErrorCode::ChannelNotFoundException,
            Self::ChannelArnInvalid(_) => ErrorCode::ChannelARNInvalidException,
            Self::ResourceTypeUnsupported(_) => ErrorCode::ResourceTypeNotSupportedException,
            Self::ResourcesTooMany { .. } | Self::ListTokenInvalid => ErrorCode::ValidationException,
            Self::TokenInvalid => ErrorCode::InvalidTokenException,
            Self::LookupAttributesInvalid(_) => ErrorCode::InvalidLookupAttributesException,
            Self::TimeRangeInvalid(_) => ErrorCode::InvalidTimeRangeException,
            Self::MaxResultsInvalid(_) => ErrorCode::InvalidMaxResultsException,
            Self::NextTokenInvalid(_) => ErrorCode::InvalidNextTokenException,
            Self::EventCategoryInvalid(_) => ErrorCode::InvalidEventCategoryException,
            Self::OrganizationUnseen(refusal) => refusal.code(),
            Self::Throttled => ErrorCode::ThrottlingException,
            Self::Conflict => ErrorCode::ConflictException,
            Self::Internal(_) => ErrorCode::InternalFailure,
        }
    }
}
