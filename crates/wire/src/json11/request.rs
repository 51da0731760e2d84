//! A decoded call.

use std::fmt;

use serde_json::Value;

use super::{Fault, Input, Operation, body};
use crate::constraint::Violations;
use crate::{Timestamp, casing, cloudtrail, reading};

/// A decoded call: the operation, its parameters as sent, and what is wrong with them.
///
/// The parameters may hold what nobody else may read: `Debug` does not show them.
#[derive(Clone)]
pub struct Request<O = cloudtrail::Operation> {
    operation: O,
    parameters: Value,
    violations: Violations,
}

impl<O: Operation> Request<O> {
    /// Reads the body of a call. An empty body stands for no parameters.
    ///
    /// # Errors
    ///
    /// [`Fault::ContentType`] for another content type, [`Fault::TooLarge`] above
    /// [`BODY_BYTES_MAX`](super::BODY_BYTES_MAX), [`Fault::Serialization`] for what is no JSON object, is nested
    /// deeper than [`NESTING_MAX`](super::NESTING_MAX), or holds a member of the wrong type. Broken constraints are
    /// not errors yet: [`Self::check`] reports them.
    pub fn decode(operation: O, content_type: Option<&str>, body: &[u8]) -> Result<Self, O::Refusal> {
        let given =
            body::read(content_type, body).map_err(|(fault, message)| O::unreadable(fault, message))?;
        let (parameters, violations) = reading::read(operation.input_shape().0, given)
            .map_err(|mismatch| O::unreadable(Fault::Serialization, mismatch.to_string()))?;
        Ok(Self { operation, parameters, violations })
    }

    /// Returns the operation that is called.
    pub fn operation(&self) -> O {
        self.operation
    }

    /// Returns the parameters under their names on the wire: known members that were sent, nulls
    /// dropped, timestamps as epoch seconds.
    pub fn parameters(&self) -> &Value {
        &self.parameters
    }

    /// Lists the constraints of the service model that the parameters break.
    pub fn violations(&self) -> &Violations {
        &self.violations
    }

    /// Refuses a call whose parameters break the model's constraints.
    ///
    /// # Errors
    ///
    /// The service's refusal, [`Operation::invalid`], with every broken constraint.
    pub fn check(&self) -> Result<(), O::Refusal> {
        if self.violations.is_empty() { Ok(()) } else { Err(self.operation.invalid(&self.violations)) }
    }

    /// Returns the typed input.
    ///
    /// # Errors
    ///
    /// As for [`Self::check`]; [`Fault::OtherOperation`] when `I` is the input of another operation.
    pub fn input<I: Input<Operation = O>>(&self) -> Result<I, O::Refusal> {
        if I::OPERATION != self.operation {
            let message = "The request was taken for another operation.";
            return Err(O::unreadable(Fault::OtherOperation, message.to_owned()));
        }
        self.check()?;
        I::deserialize(&self.parameters)
            .map_err(|error| O::unreadable(Fault::Serialization, error.to_string()))
    }

    /// Renders the record's `requestParameters`, without the members that no record holds; absent when nothing
    /// is left.
    pub fn request_parameters(&self) -> Option<Value> {
        let mut shown = self.parameters.as_object().cloned().unwrap_or_default();
        shown.retain(|name, _| !O::UNRECORDED.contains(&name.as_str()));
        casing::recorded(self.operation.input_shape().0, &Value::Object(shown), Timestamp::recorded)
    }
}

impl<O: fmt::Debug> fmt::Debug for Request<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation).finish_non_exhaustive()
    }
}
