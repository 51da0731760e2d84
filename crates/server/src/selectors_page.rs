//! `POST /_cairn/selectors/preview`: which recent events selectors would take, before a trail has them.
//!
//! Asked as PutEventSelectors is, without `TrailName`, and refused as it is where selectors break a rule; `MaxResults`
//! (0 to 50; 10) says how many events are wanted of those that match and of those that don't. Signed for service
//! `cloudtrail`, permitted as LookupEvents is, and recorded as `PreviewEventSelectors`.
//!
//! Looked at are the newest events of the caller's account and Region in the journal, until there are
//! [`PREVIEW_EVENTS_MAX`] of them, [`POSITIONS_MAX`] entries were read or [`LOOKING_MAX`] is over. So data events are
//! among them as far as some trail wants them already: others are not kept anywhere.

use std::time::Duration;

use cairn_control::{PREVIEW_EVENTS_MAX, Preview, PreviewAsk};
use cairn_projection::{Batch, BatchError};
use cairn_wire::json11::{self, CONTENT_TYPE, Request};
use cairn_wire::{ErrorCode, Operation};
use hyper::body::Incoming;
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::answer::Answered;
use crate::page::{Asked, Page, Refused};
use crate::serve::{Arrival, Front};

/// The page's path.
pub(crate) const PREVIEW: &str = "/_cairn/selectors/preview";

const PAGE: Page = Page { event: "PreviewEventSelectors", body_bytes_max: json11::BODY_BYTES_MAX };

/// How far back is looked, in entries of the journal, of all accounts.
const POSITIONS_MAX: u64 = 1 << 17;

/// How many of them are read at once, the newest last.
const STEP: u64 = 1 << 11;

/// The most journal bytes read at once.
const READ_BYTES_MAX: usize = 4 << 20;

/// How long is looked: a preview is asked for while somebody types.
const LOOKING_MAX: Duration = Duration::from_millis(500);

/// The longest that selectors are in the record of a preview, in bytes of JSON.
const REMARK_BYTES_MAX: usize = 8 << 10;

const _: () = assert!(PREVIEW_EVENTS_MAX <= POSITIONS_MAX, "each event has a position");

impl Front {
    /// Says which recent events selectors would take.
    pub(crate) async fn preview_selectors(&self, arrival: &Arrival, body: Incoming) -> Answered {
        self.page(&PAGE, (arrival, body), async |asked| self.preview(asked).await).await
    }

    async fn preview(&self, asked: &mut Asked<'_>) -> Result<Vec<u8>, Refused> {
        let caller = self.caller_of_cloudtrail(asked.arrival, &asked.who);
        self.permit(asked, &["cloudtrail:LookupEvents"])?;
        let (max_results, body) = as_put_event_selectors(&asked.body)?;
        let request = Request::decode(Operation::PutEventSelectors, Some(CONTENT_TYPE), &body);
        let request = request.map_err(|refusal| Refused::Told(refusal.code, refusal.message))?;
        if let Some(Value::Object(mut selectors)) = request.request_parameters() {
            selectors.remove("trailName");
            let selectors = Value::Object(selectors);
            if selectors.to_string().len() <= REMARK_BYTES_MAX {
                asked.remark("selectors", selectors);
            }
        }
        let request = request.input().map_err(|refusal| Refused::Told(refusal.code, refusal.message))?;
        let ask = PreviewAsk::new(caller, &request, max_results)?;
        let seen = self.look_back(Preview::new(ask)).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "selectors not previewed");
            Refused::internal()
        })?;
        Ok(json11::success_body(&seen.answer(asked.at)))
    }

    /// Shows the journal's newest entries to a preview, newest first.
    async fn look_back(&self, mut preview: Preview) -> Result<Preview, BatchError> {
        let begun = Instant::now();
        let mut end = self.source.tail();
        let oldest = self.source.reader().head().max(end.saturating_sub(POSITIONS_MAX));
        while end > oldest && !preview.is_full() && begun.elapsed() < LOOKING_MAX {
            let begin = end.saturating_sub(STEP).max(oldest);
            let batches = match self.read_between(begin, end).await {
                // Trimmed meanwhile: there is nothing older.
                Err(error) if error.given_up_before().is_some() => break,
                read => read?,
            };
            let looking = tokio::task::spawn_blocking(move || {
                let records = batches.iter().rev().flat_map(|batch| batch.iter().rev());
                for record in records.filter(|record| record.position < end) {
                    preview.look_at(record.position, &record.entry);
                }
                preview
            });
            preview = looking.await.map_err(BatchError::Thread)?;
            end = begin;
        }
        Ok(preview)
    }

    /// Reads a part of the journal, and perhaps something after it.
    async fn read_between(&self, begin: u64, end: u64) -> Result<Vec<Batch>, BatchError> {
        let (mut next, mut batches) = (begin, Vec::new());
        while next < end {
            let Some(batch) = self.source.read(next, READ_BYTES_MAX).await? else { break };
            next = batch.last().map_or(end, |record| record.position + 1);
            batches.push(batch);
        }
        Ok(batches)
    }
}

/// Makes a body of PutEventSelectors of one of a preview, and says how many events are to be shown.
fn as_put_event_selectors(body: &[u8]) -> Result<(Option<i64>, Vec<u8>), Refused> {
    let mistyped = |message: &str| Refused::Told(ErrorCode::SerializationException, message.to_owned());
    let mut members: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_unread| mistyped("The request body must be a JSON object."))?;
    let max_results = match members.remove("MaxResults") {
        None | Some(Value::Null) => None,
        Some(count) => Some(count.as_i64().ok_or_else(|| mistyped("MaxResults is a whole number."))?),
    };
    members.insert("TrailName".to_owned(), Value::from("preview"));
    Ok((max_results, Value::Object(members).to_string().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_asked_as_selectors_are_put() {
        let ask = |body: &str| {
            let (max_results, body) = as_put_event_selectors(body.as_bytes()).ok()?;
            Some((max_results, String::from_utf8(body).unwrap()))
        };
        let put = |max_results, body: &str| Some((max_results, body.to_owned()));
        for (body, expected) in [
            (r#"{}"#, put(None, r#"{"TrailName":"preview"}"#)),
            (
                r#"{"EventSelectors":[],"MaxResults":3,"TrailName":"other"}"#,
                put(Some(3), r#"{"EventSelectors":[],"TrailName":"preview"}"#),
            ),
            (r#"{"MaxResults":null}"#, put(None, r#"{"TrailName":"preview"}"#)),
            (r#"{"MaxResults":1.5}"#, None),
            (r#"{"MaxResults":"3"}"#, None),
            ("[]", None),
            ("", None),
            ("{", None),
        ] {
            assert_eq!(ask(body), expected, "{body}");
        }
    }
}
