//! Why KMS says no: each reason with its message and its error class.

use cairn_wire::kms::{self, ErrorCode};

/// A refused call. `Display` is the message that the client reads.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum Refusal {
    #[error("{0}")]
    Request(kms::Refusal),
    #[error("{0}")]
    Invalid(String),
    #[error("{0}")]
    Denied(String),
    #[error("Invalid keyId '{0}'")]
    KeyIdInvalid(String),
    #[error("Invalid arn {0}")]
    ArnOfOtherRegion(String),
    #[error("{0} is not a valid ARN")]
    ArnInvalid(String),
    #[error("Key '{0}' does not exist")]
    KeyMissing(String),
    #[error("Alias {0} is not found.")]
    AliasMissing(String),
    #[error("Grant ID {0} not found")]
    GrantMissing(String),
    #[error("{0} is not a valid grant ID")]
    GrantIdInvalid(String),
    #[error("The grant token is not one that CreateGrant gave, or its grant is gone")]
    GrantTokenInvalid,
    #[error("{0} is disabled.")]
    Disabled(String),
    #[error("{0} is pending deletion.")]
    PendingDeletion(String),
    #[error("{0} is not pending deletion.")]
    NotPendingDeletion(String),
    #[error("An alias with the name {0} already exists")]
    AliasExists(String),
    #[error("{0}")]
    AliasNameInvalid(String),
    #[error("{0}")]
    Unsupported(String),
    #[error("{0}")]
    PolicyMalformed(String),
    #[error("The new key policy will not allow you to update the key policy in the future.")]
    Lockout,
    #[error("No such policy exists: a key has one policy, default")]
    PolicyMissing,
    #[error("{0}")]
    LimitExceeded(String),
    #[error("{0}")]
    TagInvalid(String),
    #[error("The marker is not one that this list gave")]
    MarkerInvalid,
    /// KMS tells nothing about what is wrong with a ciphertext.
    #[error("The ciphertext is not one of this KMS, was changed, or has another encryption context")]
    CiphertextInvalid,
    #[error("The key ID in the request does not identify a CMK that can perform this operation.")]
    KeyIncorrect,
    #[error("Algorithm {0} is incompatible with key spec SYMMETRIC_DEFAULT.")]
    AlgorithmIncompatible(&'static str),
    #[error("The request would have succeeded, but the DryRun option is set.")]
    DryRun,
    #[error("Another change was made at the same time. Send the request again.")]
    Busy,
    #[error(
        "An internal error occurred. Send the request again; if it persists, look into the server's log."
    )]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Refusal {
    /// Returns the error class that clients act on.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Request(refusal) => refusal.code,
            Self::Invalid(_) => ErrorCode::ValidationException,
            Self::Denied(_) => ErrorCode::AccessDeniedException,
            Self::KeyIdInvalid(_)
            | Self::ArnOfOtherRegion(_)
            | Self::KeyMissing(_)
            | Self::AliasMissing(_)
            | Self::GrantMissing(_)
            | Self::PolicyMissing => ErrorCode::NotFoundException,
            Self::ArnInvalid(_) => ErrorCode::InvalidArnException,
            Self::GrantIdInvalid(_) => ErrorCode::InvalidGrantIdException,
            Self::GrantTokenInvalid => ErrorCode::InvalidGrantTokenException,
            Self::Disabled(_) => ErrorCode::DisabledException,
            Self::PendingDeletion(_) | Self::NotPendingDeletion(_) => ErrorCode::KMSInvalidStateException,
            Self::AliasExists(_) => ErrorCode::AlreadyExistsException,
            Self::AliasNameInvalid(_) => ErrorCode::InvalidAliasNameException,
            Self::Unsupported(_) => ErrorCode::UnsupportedOperationException,
            Self::PolicyMalformed(_) | Self::Lockout => ErrorCode::MalformedPolicyDocumentException,
            Self::LimitExceeded(_) => ErrorCode::LimitExceededException,
            Self::TagInvalid(_) => ErrorCode::TagException,
            Self::MarkerInvalid => ErrorCode::InvalidMarkerException,
            Self::CiphertextInvalid => ErrorCode::InvalidCiphertextException,
            Self::KeyIncorrect => ErrorCode::IncorrectKeyException,
            Self::AlgorithmIncompatible(_) => ErrorCode::InvalidKeyUsageException,
            Self::DryRun => ErrorCode::DryRunOperationException,
            Self::Busy | Self::Internal(_) => ErrorCode::KMSInternalException,
        }
    }

    /// Returns the refusal as it is answered.
    pub fn answer(&self) -> kms::Refusal {
        kms::Refusal::new(self.code(), self.to_string())
    }

    /// Says that nobody but KMS can be at fault.
    pub(crate) fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl From<kms::Refusal> for Refusal {
    fn from(refusal: kms::Refusal) -> Self {
        Self::Request(refusal)
    }
}
