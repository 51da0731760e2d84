//! What is known of an operation, and how a typed input names its operation.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ErrorCode, Operation};
use crate::shape::Shape;

/// A row of the generated table.
#[derive(Debug)]
pub(crate) struct OperationModel {
    pub(crate) name: &'static str,
    pub(crate) errors: &'static [ErrorCode],
    pub(crate) input: &'static Shape,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "records of Organizations follow the table of operations")
    )]
    pub(crate) output: &'static Shape,
}

/// A typed request. Implemented by the request structure of each operation.
pub trait Input: DeserializeOwned {
    /// The operation that takes it.
    const OPERATION: Operation;
    /// What the operation answers.
    type Output: Serialize;
}

impl Operation {
    /// Returns the name, as in `X-Amz-Target` and in the record's `eventName`.
    pub const fn name(self) -> &'static str {
        self.model().name
    }

    /// Lists the errors that the service model declares for the operation.
    pub const fn errors(self) -> &'static [ErrorCode] {
        self.model().errors
    }

    /// Finds the operation of that name.
    pub fn find(name: &str) -> Option<Self> {
        let found = Self::ALL.binary_search_by(|operation| operation.name().cmp(name));
        found.ok().and_then(|at| Self::ALL.get(at)).copied()
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
