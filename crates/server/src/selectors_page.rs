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
use cairn_projection::BatchError;
use cairn_wire::json11::{self, CONTENT_TYPE, Request};
use cairn_wire::{ErrorCode, Operation};
use hyper::body::Incoming;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::answer::Answered;
use crate::page::{Asked, Page, Refused};
use crate::serve::{Arrival, Front};

/// The page's path.
pub(crate) const PREVIEW: &str = "/_cairn/selectors/preview";

const PAGE: Page = Page { event: "PreviewEventSelectors", body_bytes_max: json11::BODY_BYTES_MAX };

/// How far back is looked, in entries of the journal, of all accounts.
const POSITIONS_MAX: u64 = 1 << 17;

/// How many of them are read at once, the newest last, unless they are longer than [`READ_BYTES_MAX`].
const STEP: u64 = 1 << 11;

/// The most journal bytes read at once, and held.
const READ_BYTES_MAX: usize = 4 << 20;

/// Previews at a time, of all accounts, and how long one waits for its turn.
const PREVIEWS_MAX: usize = 2;
const WAITING_MAX: Duration = Duration::from_secs(2);

static PREVIEWS: Semaphore = Semaphore::const_new(PREVIEWS_MAX);

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
        self.control.admit(&caller, Operation::LookupEvents)?;
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
        let turn = tokio::time::timeout(WAITING_MAX, PREVIEWS.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            let message = "As many previews as may are made already. Try again later.";
            return Err(Refused::Told(ErrorCode::ThrottlingException, message.to_owned()));
        };
        let seen = self.look_back(Preview::new(ask), &asked.arrival.gone).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "selectors not previewed");
            Refused::internal()
        })?;
        Ok(json11::success_body(&seen.answer(asked.at)))
    }

    /// Shows the journal's newest entries to a preview, newest first, as long as somebody waits.
    async fn look_back(&self, mut preview: Preview, gone: &CancellationToken) -> Result<Preview, BatchError> {
        let begun = Instant::now();
        let mut steps = Steps::back_from(self.source.tail(), self.source.reader().head());
        while let Some(begin) = steps.begin() {
            if preview.is_full() || gone.is_cancelled() || begun.elapsed() >= LOOKING_MAX {
                break;
            }
            let batch = match self.source.read(begin, READ_BYTES_MAX).await {
                // Trimmed meanwhile: there is nothing older.
                Err(error) if error.given_up_before().is_some() => break,
                read => read?,
            };
            let end = steps.end;
            let reached = batch.as_ref().and_then(|batch| batch.last()).map_or(end, |last| last.position + 1);
            let is_whole = steps.read(reached);
            let Some(batch) = batch.filter(|_| is_whole) else { continue };
            let looking = tokio::task::spawn_blocking(move || {
                for record in batch.iter().rev().filter(|record| record.position < end) {
                    preview.look_at(record.position, &record.entry);
                }
                preview
            });
            preview = looking.await.map_err(BatchError::Thread)?;
        }
        Ok(preview)
    }
}

/// Parts of the journal, newest first, each of which is read at once.
#[derive(Debug)]
struct Steps {
    end: u64,
    oldest: u64,
    length: u64,
}

impl Steps {
    /// Begins at the journal's tail and goes as far as a preview may.
    fn back_from(tail: u64, head: u64) -> Self {
        Self { end: tail, oldest: head.max(tail.saturating_sub(POSITIONS_MAX)), length: STEP }
    }

    /// Returns where the next part begins; none when all were read.
    fn begin(&self) -> Option<u64> {
        (self.end > self.oldest).then(|| self.end.saturating_sub(self.length).max(self.oldest))
    }

    /// Notes that the part was read as far as `reached`. Tells whether that is all of it; if not, a shorter one comes
    /// in its place.
    fn read(&mut self, reached: u64) -> bool {
        let Some(begin) = self.begin() else { return false };
        let is_whole = reached >= self.end || self.length == 1;
        if is_whole {
            self.end = begin;
            self.length = (self.length * 2).min(STEP);
        } else {
            self.length = reached.saturating_sub(begin).clamp(1, (self.length / 2).max(1));
        }
        is_whole
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
    fn parts_are_as_long_as_can_be_read_at_once() {
        for (tail, head, at_once) in
            [(10_000, 3, 16), (10_000, 0, 1), (5_000, 0, 100_000), (7, 0, 3), (7, 7, 3), (300_000, 0, 700)]
        {
            let mut steps = Steps::back_from(tail, head);
            let (mut seen, mut reads) = (tail, 0);
            while let Some(begin) = steps.begin() {
                let end = steps.end;
                reads += 1;
                // The journal gives so many entries at once, and may give some that come after.
                if steps.read(begin + at_once) {
                    assert!(end == seen && end - begin <= at_once, "{begin} to {end}");
                    seen = begin;
                }
            }
            let oldest = head.max(tail.saturating_sub(POSITIONS_MAX));
            assert_eq!(seen, oldest);
            let least = (tail - oldest).div_ceil(at_once.min(STEP));
            assert!(reads <= 4 * least + 12, "{reads} reads instead of {least}");
        }
    }

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
