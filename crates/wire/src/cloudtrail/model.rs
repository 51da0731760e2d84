//! What is known of an operation.

use std::fmt;
use std::str::FromStr;

use super::{ErrorCode, Operation};
use crate::shape::Shape;

/// A row of the generated table.
#[derive(Debug)]
pub(crate) struct OperationModel {
    pub(crate) name: &'static str,
    pub(crate) recorded: Recorded,
    pub(crate) errors: &'static [ErrorCode],
    pub(crate) input: &'static Shape,
    pub(crate) output: &'static Shape,
}

/// What CloudTrail's own record says of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// Read-only; the answer is not recorded.
    Read,
    /// Read-only; the answer is recorded all the same.
    AnsweringRead,
    /// A change; the answer is recorded unless it is empty.
    Write,
}

/// No operation has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name is none of CloudTrail's operations")]
pub struct UnknownOperation;

impl Operation {
    /// Returns the name, as in `X-Amz-Target` and in the record's `eventName`.
    pub const fn name(self) -> &'static str {
        self.model().name
    }

    /// Returns the record's `readOnly`.
    pub const fn read_only(self) -> bool {
        matches!(self.model().recorded, Recorded::Read | Recorded::AnsweringRead)
    }

    /// Whether a successful call records what it answered; false for nearly all reads.
    pub const fn records_response(self) -> bool {
        matches!(self.model().recorded, Recorded::AnsweringRead | Recorded::Write)
    }

    /// Lists the errors that the service model declares for the operation.
    pub const fn errors(self) -> &'static [ErrorCode] {
        self.model().errors
    }

    /// Whether the service model declares `code` for the operation.
    pub fn declares(self, code: ErrorCode) -> bool {
        self.errors().contains(&code)
    }
}

impl FromStr for Operation {
    type Err = UnknownOperation;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.binary_search_by(|operation| operation.name().cmp(name));
        found.ok().and_then(|at| Self::ALL.get(at)).copied().ok_or(UnknownOperation)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_name() {
        for operation in Operation::ALL {
            assert_eq!(operation.name().parse(), Ok(operation));
        }
        for name in ["", "createTrail", "CreateTrails", "PutAuditEvents"] {
            assert_eq!(name.parse::<Operation>(), Err(UnknownOperation));
        }
    }

    #[test]
    fn statuses_are_those_of_the_service() {
        for (code, status) in [
            (ErrorCode::TrailNotFoundException, 400),
            (ErrorCode::MaximumNumberOfTrailsExceededException, 400),
            (ErrorCode::ConflictException, 400),
            (ErrorCode::ThrottlingException, 400),
            (ErrorCode::AccessDeniedException, 403),
            (ErrorCode::UnknownOperationException, 404),
            (ErrorCode::RequestEntityTooLargeException, 413),
            (ErrorCode::InternalFailure, 500),
        ] {
            assert_eq!(code.http_status(), status, "{code}");
        }
    }

    #[test]
    fn reads_record_no_response() {
        for operation in Operation::ALL {
            let answering = operation == Operation::StartQuery;
            assert_eq!(operation.records_response(), !operation.read_only() || answering, "{operation}");
        }
    }
}
