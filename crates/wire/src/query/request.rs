//! A decoded call and the refusals that decoding can end in.

use serde_json::Value;

use super::{Input, Operation, Parameters, QueryErrorCode, form};
use crate::Timestamp;
use crate::casing;
use crate::constraint::Violations;
use crate::reading;

/// A refusal, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The code, as it is sent.
    pub code: &'static str,
    /// The HTTP status that carries it.
    pub http_status: u16,
    /// What the caller is told.
    pub message: String,
}

impl Refusal {
    /// Refuses with a code that every query service knows.
    pub fn new(code: QueryErrorCode, message: impl Into<String>) -> Self {
        Self { code: code.as_str(), http_status: code.http_status(), message: message.into() }
    }
}

/// A decoded call: the operation, its parameters, and what is wrong with them.
#[derive(Debug, Clone)]
pub struct Request<O> {
    operation: O,
    parameters: Value,
    violations: Violations,
}

impl<O: Operation> Request<O> {
    /// Reads the parameters of a call of `operation`. Parameters that it does not take are ignored.
    ///
    /// # Errors
    ///
    /// `ValidationError` for a parameter of the wrong type. Broken constraints are not errors yet:
    /// [`Self::input`] reports them.
    pub fn decode(operation: O, parameters: &Parameters) -> Result<Self, Refusal> {
        let given = form::read(operation.model().input, parameters);
        let (parameters, violations) = reading::read(operation.model().input, given)
            .map_err(|mismatch| Refusal::new(QueryErrorCode::ValidationError, mismatch.to_string()))?;
        Ok(Self { operation, parameters, violations })
    }

    /// Returns the operation that is called.
    pub fn operation(&self) -> O {
        self.operation
    }

    /// Returns the parameters under their names on the wire: known members that were sent.
    pub fn parameters(&self) -> &Value {
        &self.parameters
    }

    /// Lists the constraints of the service model that the parameters break.
    pub fn violations(&self) -> &Violations {
        &self.violations
    }

    /// Returns the typed input.
    ///
    /// # Errors
    ///
    /// `ValidationError` with every broken constraint; `InternalFailure` when `I` is the input of
    /// another operation.
    pub fn input<I: Input<Operation = O>>(&self) -> Result<I, Refusal> {
        if I::OPERATION != self.operation {
            let message = "The request was taken for another operation.";
            return Err(Refusal::new(QueryErrorCode::InternalFailure, message));
        }
        if !self.violations.is_empty() {
            return Err(Refusal::new(QueryErrorCode::ValidationError, self.violations.to_string()));
        }
        I::deserialize(&self.parameters)
            .map_err(|error| Refusal::new(QueryErrorCode::ValidationError, error.to_string()))
    }

    /// Renders the record's `requestParameters`; absent when nothing was sent.
    pub fn request_parameters(&self) -> Option<Value> {
        casing::recorded(self.operation.model().input, &self.parameters, Timestamp::recorded)
    }
}
