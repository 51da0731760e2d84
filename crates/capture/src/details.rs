//! The part of a record that differs from service to service.

use cairn_event::{Category, Resource};
use serde_json::{Map, Value};

/// What a service's own rules say about a call.
#[derive(Debug)]
pub(crate) struct Details {
    pub(crate) request_parameters: Option<Value>,
    pub(crate) response_elements: Option<Value>,
    pub(crate) additional: Map<String, Value>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) read_only: bool,
    pub(crate) category: Category,
}

impl Details {
    /// Begins with what most management calls have: nothing.
    pub(crate) fn management(read_only: bool) -> Self {
        Self {
            request_parameters: None,
            response_elements: None,
            additional: Map::new(),
            resources: Vec::new(),
            read_only,
            category: Category::Management,
        }
    }
}

/// Returns an object, or nothing when it has no members.
pub(crate) fn unless_empty(members: Map<String, Value>) -> Option<Value> {
    (!members.is_empty()).then_some(Value::Object(members))
}
