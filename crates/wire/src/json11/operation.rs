//! What is known of the operations of a service that speaks AWS JSON 1.1, and how a typed input names its operation.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::constraint::Violations;
use crate::shape::Shape;

/// The operations of one service, and how it refuses what none of them can take.
pub trait Operation: Debug + Copy + PartialEq + 'static {
    /// A refusal of the service.
    type Refusal;
    /// Members at the top of requests and answers that no record holds.
    const UNRECORDED: &'static [&'static str] = &[];

    /// Returns the shape of the operation's parameters.
    fn input_shape(self) -> InputShape;

    /// Refuses a request that can't be read.
    fn unreadable(fault: Fault, message: String) -> Self::Refusal;

    /// Refuses parameters that break constraints of the model.
    fn invalid(self, violations: &Violations) -> Self::Refusal;
}

/// The shape of an operation's parameters.
#[derive(Debug, Clone, Copy)]
pub struct InputShape(pub(crate) &'static Shape);

/// Why a request ends before an operation takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is of another content type.
    ContentType,
    /// The body is too long.
    TooLarge,
    /// The body is no JSON object, is nested too deeply, or holds a value of the wrong type.
    Serialization,
    /// It was taken for another operation: something is wrong here.
    OtherOperation,
}

/// A row of a generated table.
#[derive(Debug)]
pub(crate) struct OperationModel<E: 'static> {
    pub(crate) name: &'static str,
    pub(crate) errors: &'static [E],
    pub(crate) input: &'static Shape,
    pub(crate) output: &'static Shape,
}

/// A typed request. Implemented by the request structure of each operation.
pub trait Input: DeserializeOwned {
    /// The operations of its service.
    type Operation: Operation;
    /// The operation that takes it.
    const OPERATION: Self::Operation;
    /// What the operation answers.
    type Output: Serialize;
}
