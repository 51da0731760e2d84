//! Which bodies are kept for the record.

use crate::{ServiceCall, iam, kms, modelled, s3, sts};

/// The largest request body, or recorded answer, that is kept for its parameters, in bytes.
pub const PARAMETERS_BODY_BYTES_MAX: usize = 256 * 1024;
/// The largest error body that is kept, in bytes.
pub const ERROR_BYTES_MAX: usize = 64 * 1024;

/// The largest list of objects to delete, or answer to one, that is kept, in bytes: as much as S3 reads.
pub const DELETIONS_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Which bodies of an exchange the record needs. Everything else streams past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyPolicy {
    /// The request's; [`Keep::OnError`] never occurs here.
    pub request: Keep,
    /// The answer's.
    pub response: Keep,
}

/// Whether a body is kept, and how much of it.
///
/// A body that turns out longer is not kept at all: hand in [`Captured::Cut`](crate::Captured::Cut).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Not kept.
    Nothing,
    /// Kept when the status is 300 or above.
    OnError {
        /// The most that is kept.
        bytes_max: usize,
    },
    /// Kept.
    Always {
        /// The most that is kept.
        bytes_max: usize,
    },
}

/// Says which bodies of a call the record needs.
pub fn body_policy(call: &ServiceCall) -> BodyPolicy {
    let parameters = Keep::Always { bytes_max: PARAMETERS_BODY_BYTES_MAX };
    let only_errors = Keep::OnError { bytes_max: ERROR_BYTES_MAX };
    let kept = |yes, policy, otherwise| if yes { policy } else { otherwise };
    match call {
        ServiceCall::S3(call) if s3::lists_deletions(call) => {
            let kept = Keep::Always { bytes_max: DELETIONS_BYTES_MAX };
            BodyPolicy { request: kept, response: kept }
        }
        ServiceCall::S3(call) => BodyPolicy {
            request: kept(s3::records_body(call), parameters, Keep::Nothing),
            response: kept(s3::reads_answer(call), Keep::Always { bytes_max: ERROR_BYTES_MAX }, only_errors),
        },
        ServiceCall::CloudTrail(operation) => BodyPolicy {
            request: parameters,
            response: kept(operation.records_response(), parameters, only_errors),
        },
        ServiceCall::Iam(operation) => BodyPolicy {
            request: parameters,
            response: kept(iam::records_response(*operation), parameters, only_errors),
        },
        ServiceCall::Kms(call) => BodyPolicy {
            request: parameters,
            response: if kms::records_response(call.operation) {
                parameters
            } else {
                kept(kms::reads_answer(call), Keep::Always { bytes_max: ERROR_BYTES_MAX }, only_errors)
            },
        },
        ServiceCall::Sts(action) => BodyPolicy {
            request: parameters,
            response: kept(
                sts::records_response(action),
                Keep::Always { bytes_max: ERROR_BYTES_MAX },
                only_errors,
            ),
        },
        ServiceCall::Modelled(call) => modelled::body_policy(call),
        ServiceCall::Other { .. } => BodyPolicy { request: Keep::Nothing, response: only_errors },
    }
}
