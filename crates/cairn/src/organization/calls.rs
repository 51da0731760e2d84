//! Lists that Organizations answers page by page, and many questions at once.

use std::future::Future;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};

use crate::client::{CallError, Client};

/// The most questions that wait for their answers at once.
const ASKED_AT_ONCE: usize = 8;

/// The most pages of one list: a server that always has another would be followed for ever.
const PAGES_MAX: usize = 10_000;

/// Asks for a list to its end.
pub(super) async fn list(
    client: &Client,
    operation: &str,
    input: Value,
    member: &str,
) -> Result<Vec<Value>, CallError> {
    let (mut input, mut found) = (input, Vec::new());
    for _ in 0..PAGES_MAX {
        let mut page = client.organizations(operation, &input).await?;
        if let Some(Value::Array(more)) = page.get_mut(member).map(Value::take) {
            found.extend(more);
        }
        match page.get("NextToken").and_then(Value::as_str).filter(|token| !token.is_empty()) {
            Some(token) => input["NextToken"] = json!(token),
            None => break,
        }
    }
    Ok(found)
}

/// Asks the same of each, some at a time, and returns the answers in the order of the questions.
pub(super) async fn each<'a, Q, A, F>(
    questions: impl IntoIterator<Item = Q>,
    ask: impl Fn(Q) -> F + 'a,
) -> Result<Vec<A>, CallError>
where
    F: Future<Output = Result<A, CallError>>,
{
    stream::iter(questions.into_iter().map(ask)).buffered(ASKED_AT_ONCE).try_collect().await
}

/// Returns a member that is text; empty when it is absent.
pub(super) fn text(of: &Value, name: &str) -> String {
    of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
