//! What is known of the operations of a query service, and how a typed input names its operation.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::shape::Shape;

/// The operations of one service. Implemented by the generated enumeration of each.
pub trait Operation: Debug + Copy + PartialEq + 'static {
    /// Every operation, in alphabetical order.
    const ALL: &'static [Self];
    /// The version of the API, which each call names.
    const VERSION: &'static str;
    /// The namespace of the service's answers.
    const NAMESPACE: &'static str;

    /// Returns what is known of the operation.
    fn model(self) -> &'static OperationModel;

    /// Returns the name, as in `Action` and in the record's `eventName`.
    fn name(self) -> &'static str {
        self.model().name
    }

    /// Finds the operation of that name.
    fn find(name: &str) -> Option<Self> {
        let found = Self::ALL.binary_search_by(|operation| operation.name().cmp(name));
        found.ok().and_then(|at| Self::ALL.get(at)).copied()
    }
}

/// A row of a generated table.
#[derive(Debug)]
pub struct OperationModel {
    pub(crate) name: &'static str,
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
