//! Why STS says no: each reason with its message and its code.

use cairn_wire::query::{self, QueryErrorCode};
use cairn_wire::sts::ErrorCode;

/// A refused call. `Display` is the message that the client reads.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum Refusal {
    #[error("User: {who} is not authorized to perform: {action} on resource: {resource}{reason}")]
    Denied { who: String, action: &'static str, resource: String, reason: String },
    #[error("Not authorized to perform sts:AssumeRoleWithWebIdentity")]
    WebIdentityDenied,
    #[error("Roles may not be assumed by root accounts.")]
    RootAssumes,
    #[error("Cannot call {0} with session credentials")]
    SessionCredentials(&'static str),
    #[error("MultiFactorAuthentication failed with invalid MFA one time pass code.")]
    SecondFactor,
    #[error(
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
    )]
    SecondFactorForeign,
    #[error("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")]
    SecondFactorHalf,
    #[error("There were too many attempts with a wrong MFA code. Try again in {0} seconds.")]
    SecondFactorEarly(u64),
    #[error("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")]
    DurationBeyondRole,
    #[error(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    )]
    DurationBeyondChain,
    #[error("{0} is invalid")]
    RoleArnInvalid(String),
    #[error("ProvidedContexts is not available in this version of Cairn. Leave it out.")]
    ContextsUnavailable,
    #[error("ProviderId is for OAuth 2.0 access tokens, which are not available. Leave it out.")]
    ProviderUnavailable,
    #[error("The policy is not in the valid JSON format: {0}")]
    PolicyMalformed(String),
    #[error("Packed policy consumes {0}% of allotted space, please use smaller policy.")]
    PolicyTooLarge(usize),
    #[error("At most {0} policies can be named in PolicyArns.")]
    PolicyArnsTooMany(usize),
    #[error("The policy {0} does not exist or is not attachable.")]
    PolicyArnUnknown(String),
    #[error("Duplicate tag keys found. Please note that Tag keys are case insensitive.")]
    TagTwice,
    #[error("Tag keys that begin with aws: are reserved.")]
    TagReserved,
    #[error("The specified transitive tag key must be included in the requested tags.")]
    TransitiveWithoutTag,
    #[error(
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."
    )]
    TransitiveInherited,
    #[error("The access key {0} belongs to no account that is kept here.")]
    AccessKeyUnknown(String),
    #[error("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")]
    TokenNotJwt,
    #[error("No OpenIDConnect provider found in your account for {0}")]
    IssuerUnknown(String),
    #[error("Incorrect token audience")]
    AudienceOther,
    #[error("The token lacks the claim {0}, or it is not of the right form.")]
    ClaimUnusable(&'static str),
    #[error("The token is signed with {0}; RS256 and ES256 are taken.")]
    AlgorithmOther(String),
    #[error("The token is not yet valid.")]
    TokenEarly,
    #[error("Token expired: current date/time {now} must be before the expiration date/time {expired}")]
    TokenExpired { now: i64, expired: i64 },
    #[error(
        "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements"
    )]
    TokenKeyUnknown,
    #[error("The token's signature does not hold.")]
    TokenSignature,
    #[error("The keys of the identity provider could not be read.")]
    KeysUnreadable(#[source] crate::KeySourceError),
    #[error("The action {0} is not valid for this endpoint.")]
    ActionUnavailable(String),
    #[error(
        "An internal error occurred. Send the request again; if it persists, look into the server's log."
    )]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Refusal {
    /// Returns the refusal as it is answered.
    pub fn answer(&self) -> query::Refusal {
        let (code, http_status) = self.code();
        query::Refusal { code, http_status, message: self.to_string() }
    }

    fn code(&self) -> (&'static str, u16) {
        match self {
            Self::Denied { .. }
            | Self::WebIdentityDenied
            | Self::RootAssumes
            | Self::SessionCredentials(_)
            | Self::SecondFactor
            | Self::SecondFactorForeign
            | Self::SecondFactorHalf => every(QueryErrorCode::AccessDenied),
            Self::SecondFactorEarly(_) => every(QueryErrorCode::Throttling),
            Self::DurationBeyondRole
            | Self::DurationBeyondChain
            | Self::RoleArnInvalid(_)
            | Self::ContextsUnavailable
            | Self::ProviderUnavailable
            | Self::PolicyArnsTooMany(_)
            | Self::PolicyArnUnknown(_)
            | Self::AccessKeyUnknown(_) => every(QueryErrorCode::ValidationError),
            Self::TagTwice | Self::TagReserved | Self::TransitiveWithoutTag | Self::TransitiveInherited => {
                every(QueryErrorCode::InvalidParameterValue)
            }
            Self::PolicyMalformed(_) => own(ErrorCode::MalformedPolicyDocument),
            Self::PolicyTooLarge(_) => own(ErrorCode::PackedPolicyTooLarge),
            Self::TokenNotJwt
            | Self::IssuerUnknown(_)
            | Self::AudienceOther
            | Self::ClaimUnusable(_)
            | Self::AlgorithmOther(_)
            | Self::TokenEarly
            | Self::TokenKeyUnknown
            | Self::TokenSignature => own(ErrorCode::InvalidIdentityToken),
            Self::TokenExpired { .. } => own(ErrorCode::ExpiredTokenException),
            Self::KeysUnreadable(_) => own(ErrorCode::IDPCommunicationError),
            Self::ActionUnavailable(_) => every(QueryErrorCode::InvalidAction),
            Self::Internal(_) => every(QueryErrorCode::InternalFailure),
        }
    }
}

fn every(code: QueryErrorCode) -> (&'static str, u16) {
    (code.as_str(), code.http_status())
}

fn own(code: ErrorCode) -> (&'static str, u16) {
    (code.as_str(), code.http_status())
}
