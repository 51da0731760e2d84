//! What is asked of the server, page by page and with patience where it throttles.

use std::future::Future;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use serde_json::{Value, json};

use super::told::Told;
use crate::client::{CallError, Client};
use crate::organization::Ids;

/// The most events of one page.
const PAGE_EVENTS_MAX: usize = 50;

/// The most pages of one list: a server that always has another would be followed for ever.
const PAGES_MAX: usize = 2_000;

/// How long to wait when the server throttles, and how often.
const THROTTLED: (Duration, u32) = (Duration::from_millis(500), 20);

/// Where the events of an organization are looked up.
const ORGANIZATION_PAGE: &str = "/_cairn/organization/events";

/// Which Insights events are wanted.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// The API action.
    pub(super) name: Option<String>,
    /// `<service>.amazonaws.com`.
    pub(super) source: Option<String>,
    /// From and to, seconds since 1970.
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
    /// The most that is wanted.
    pub(super) max: usize,
}

impl Wanted {
    /// Returns what the server is asked for: it takes one condition.
    fn attribute(&self) -> Option<(&'static str, &str)> {
        let (name, source) = (self.name.as_deref(), self.source.as_deref());
        name.map(|name| ("EventName", name)).or_else(|| source.map(|source| ("EventSource", source)))
    }

    /// Checks all conditions.
    fn holds(&self, told: &Told) -> bool {
        self.name.as_ref().is_none_or(|name| *name == told.name)
            && self.source.as_ref().is_none_or(|source| *source == told.source)
    }
}

/// A trail, as far as insights are concerned.
#[derive(Debug, Clone)]
pub(super) struct Trail {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) owner: Owner,
    /// Whether it looks for insights.
    pub(super) has_insights: bool,
    /// Where it was made; tags are changed there alone.
    pub(super) home: String,
}

/// Whose a trail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Account,
    Organization,
}

impl Trail {
    /// Returns what names the trail wherever it is asked for: only the ARN names an organization's.
    pub(super) fn shown(&self) -> &str {
        match self.owner {
            Owner::Account => &self.name,
            Owner::Organization => &self.arn,
        }
    }

    /// Tells whether a refusal means that the caller's account is a member of the organization whose trail it is:
    /// members are told nothing of it.
    pub(super) fn is_others(&self, refusal: &CallError) -> bool {
        self.owner == Owner::Organization
            && matches!(refusal, CallError::Refused { status, .. } if status.is_client_error())
    }
}

/// Looks up insights of management events, the newest first.
pub(super) async fn of_management(
    client: &Client,
    wanted: &Wanted,
    part: Option<&Ids>,
) -> anyhow::Result<Vec<Told>> {
    let mut input = json!({ "EventCategory": "insight" });
    if let Some((attribute, value)) = wanted.attribute() {
        input["LookupAttributes"] = json!([{ "AttributeKey": attribute, "AttributeValue": value }]);
    }
    if let Some(part) = part {
        part.ask(&mut input);
    }
    let asked = |input: Value| async move {
        match part {
            None => client.call("LookupEvents", &input).await,
            Some(_) => {
                let answer = client.ask_page(ORGANIZATION_PAGE, "", Bytes::from(input.to_string())).await?;
                serde_json::from_slice(&answer).map_err(|error| {
                    CallError::Unmakeable(anyhow::Error::new(error).context("read the answer"))
                })
            }
        }
    };
    pages(input, wanted, asked).await.context("look insights up")
}

/// Lists insights of the data events that a trail selects, the newest first.
pub(super) async fn of_data(client: &Client, trail: &Trail, wanted: &Wanted) -> anyhow::Result<Vec<Told>> {
    let mut input = json!({ "InsightSource": trail.arn, "DataType": "InsightsEvents" });
    if let Some((attribute, value)) = wanted.attribute() {
        input["Dimensions"] = json!({ attribute: value });
    }
    let asked = |input: Value| async move { client.call("ListInsightsData", &input).await };
    match pages(input, wanted, asked).await {
        Err(error) if trail.is_others(&error) => Ok(Vec::new()),
        told => told.with_context(|| format!("list the insights of trail {}", trail.shown())),
    }
}

/// Describes the trails.
pub(super) async fn trails(client: &Client) -> anyhow::Result<Vec<Trail>> {
    let nothing = json!({});
    let answer = patiently(|| client.call("DescribeTrails", &nothing)).await.context("list trails")?;
    let listed = answer.get("trailList").and_then(Value::as_array);
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let is = |of: &Value, name: &str| of.get(name).and_then(Value::as_bool).unwrap_or_default();
    Ok(listed
        .into_iter()
        .flatten()
        .map(|trail| Trail {
            name: text(trail, "Name"),
            arn: text(trail, "TrailARN"),
            owner: if is(trail, "IsOrganizationTrail") { Owner::Organization } else { Owner::Account },
            has_insights: is(trail, "HasInsightSelectors"),
            home: text(trail, "HomeRegion"),
        })
        .collect())
}

/// Asks again for a while where the server throttles.
pub(super) async fn patiently<A, F>(ask: impl Fn() -> F) -> Result<A, CallError>
where
    F: Future<Output = Result<A, CallError>>,
{
    let (pause, tries) = THROTTLED;
    for _ in 1..tries {
        match ask().await {
            Err(CallError::Refused { code, .. }) if code == "ThrottlingException" => {
                tokio::time::sleep(pause).await;
            }
            done => return done,
        }
    }
    ask().await
}

async fn pages<F>(input: Value, wanted: &Wanted, ask: impl Fn(Value) -> F) -> Result<Vec<Told>, CallError>
where
    F: Future<Output = Result<Value, CallError>>,
{
    let (mut input, mut told) = (input, Vec::new());
    input["MaxResults"] = json!(PAGE_EVENTS_MAX);
    for (name, at) in [("StartTime", wanted.from), ("EndTime", wanted.to)] {
        if let Some(at) = at {
            input[name] = json!(at);
        }
    }
    for _ in 0..PAGES_MAX {
        let page = patiently(|| ask(input.clone())).await?;
        let events = page.get("Events").and_then(Value::as_array);
        let records = events.into_iter().flatten().filter_map(|event| event.get("CloudTrailEvent")?.as_str());
        told.extend(records.filter_map(Told::parse).filter(|told| wanted.holds(told)));
        match page.get("NextToken").and_then(Value::as_str) {
            Some(token) if told.len() < wanted.max => input["NextToken"] = json!(token),
            _ => break,
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests;
