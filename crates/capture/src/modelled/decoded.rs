//! What a call asked and was answered, under the names of its model.

use std::fmt;

use serde_json::{Map, Value};

/// Members of request and answer under the model's names and with the model's types, before anything is
/// recased or hidden: it may hold secrets, so nothing of it may enter a record unchosen.
///
/// Times are as on the wire (a number of seconds, or text), blobs are base64.
#[derive(Default)]
pub(crate) struct Decoded {
    /// The request's; empty when there were none, or they cannot be read.
    pub(crate) request: Map<String, Value>,
    /// The answer's; empty when the call failed, or its answer was not kept or cannot be read.
    pub(crate) answer: Map<String, Value>,
    /// Whether the call failed.
    pub(crate) failed: bool,
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded").field("failed", &self.failed).finish_non_exhaustive()
    }
}
