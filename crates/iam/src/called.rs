//! What came of a call, and how it is put together.

use cairn_catalog::Revision;
use cairn_wire::iam::Operation;
use cairn_wire::query::{Input, Request};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::page::Paging;
use crate::{BegunReport, Refusal};

/// What came of a call.
#[derive(Debug)]
pub struct Called {
    /// The operation's output under the names of the service model; empty for operations that answer nothing.
    pub answer: Value,
    /// The first revision in which somebody signs in with something else, where the call was about that.
    pub signs_in_anew: Option<Revision>,
    /// The credential report that the call began.
    pub report: Option<BegunReport>,
}

pub(crate) fn input<I: Input<Operation = Operation>>(request: &Request<Operation>) -> Result<I, Refusal> {
    Ok(request.input()?)
}

pub(crate) fn paging(marker: &Option<String>, max_items: Option<i32>) -> Paging<'_> {
    Paging { marker: marker.as_deref(), max_items }
}

pub(crate) fn answer(outcome: Result<impl Serialize, Refusal>) -> Result<Value, Refusal> {
    serde_json::to_value(outcome?).map_err(|error| Refusal::Internal(Box::new(error)))
}

pub(crate) fn done(outcome: Result<(), Refusal>) -> Result<Value, Refusal> {
    outcome.map(|()| nothing())
}

/// Answers a call that changed what somebody signs in with.
pub(crate) fn changed(outcome: Result<(impl Serialize, Revision), Refusal>) -> Result<Called, Refusal> {
    let (output, revision) = outcome?;
    let answer = match answer(Ok(output))? {
        Value::Null => nothing(),
        answer => answer,
    };
    Ok(Called { answer, signs_in_anew: Some(revision), report: None })
}

fn nothing() -> Value {
    Value::Object(Map::new())
}
