//! `POST /_cairn/history/search`, `…/summary` and `…/export`: Event history by several filters and free text.
//!
//! All three are asked for in JSON, signed for service `cloudtrail` and permitted as LookupEvents is; who looks at
//! an organization (`Organization` in the body) needs what [`organization_view`] needs. They are recorded as
//! `SearchEvents`, `SummarizeEvents` and `ExportEvents`, with what was asked in `additionalEventData`. All of them end
//! where their client hangs up; that they were asked for is recorded all the same.

use bytes::Bytes;
use cairn_control::{Caller, ExportForm, HistoryExport, Refusal, SearchAsk};
use cairn_wire::{ErrorCode, Operation, json11};
use http::{HeaderValue, header};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::answer::Answered;
use crate::incoming::StreamError;
use crate::organization_view;
use crate::page::{Asked, Page, Refused};
use crate::serve::{Arrival, Front};

/// Finds a page of events.
pub(crate) const SEARCH: &str = "/_cairn/history/search";

/// Counts events.
pub(crate) const SUMMARY: &str = "/_cairn/history/summary";

/// Hands out everything that is found.
pub(crate) const EXPORT: &str = "/_cairn/history/export";

const SEARCHING: Page = Page { event: "SearchEvents", body_bytes_max: BODY_BYTES_MAX };

const SUMMARISING: Page = Page { event: "SummarizeEvents", body_bytes_max: BODY_BYTES_MAX };

const EXPORTING: Page = Page { event: "ExportEvents", body_bytes_max: BODY_BYTES_MAX };

/// The longest body: room for every filter with some values of the usual length.
const BODY_BYTES_MAX: usize = 256 << 10;

/// Pieces of an export that wait for a slow client; the work waits with them.
const PIECES_MAX: usize = 4;

impl Front {
    /// Answers a page of a search.
    pub(crate) async fn search_history(&self, arrival: &Arrival, body: Incoming) -> Answered {
        self.page(&SEARCHING, (arrival, body), async |asked| {
            let (caller, ask) = self.understand_search(asked)?;
            let found = wanted(&asked.arrival.gone, self.control.search_events(&caller, &ask)).await?;
            Ok(json11::success_body(&found))
        })
        .await
    }

    /// Counts what a search would find.
    pub(crate) async fn summarise_history(&self, arrival: &Arrival, body: Incoming) -> Answered {
        self.page(&SUMMARISING, (arrival, body), async |asked| {
            let (caller, ask) = self.understand_search(asked)?;
            let summary = wanted(&asked.arrival.gone, self.control.summarise_events(&caller, &ask)).await?;
            Ok(json11::success_body(&summary))
        })
        .await
    }

    /// Streams what a search finds as a file.
    pub(crate) async fn export_history(&self, arrival: &Arrival, body: Incoming) -> Answered {
        self.page(&EXPORTING, (arrival, body), async |asked| {
            let form = form(&asked.arrival.head.query)?;
            let (caller, ask) = self.understand_search(asked)?;
            asked.remark("format", json!(form.extension()));
            let export = self.control.export_events(&caller, &ask, form)?;
            Ok(self.stream_export(export, form))
        })
        .await
    }

    /// Reads what is searched, if whoever asks may look events up.
    fn understand_search(&self, asked: &mut Asked<'_>) -> Result<(Caller, SearchAsk), Refused> {
        let caller = self.caller_of_cloudtrail(asked.arrival, &asked.who);
        self.control.admit(&caller, Operation::LookupEvents)?;
        self.allow(Operation::LookupEvents.name(), &Value::Null, &caller)?;
        let ask = SearchAsk::parse(&asked.body)?;
        asked.remark("search", ask.remark());
        if let Some(part) = ask.organization() {
            asked.remarks.extend(organization_view::looked_at(part));
            self.permit(asked, &organization_view::PERMISSIONS)?;
        }
        Ok((caller, ask))
    }

    /// Works as long as somebody takes the pieces.
    fn stream_export(&self, mut export: HistoryExport, form: ExportForm) -> Answered {
        let (pieces, taken) = mpsc::channel(PIECES_MAX);
        self.tasks.spawn(async move {
            loop {
                let next = tokio::select! {
                    next = export.next() => next,
                    () = pieces.closed() => return,
                };
                let piece = match next {
                    Ok(Some(piece)) => Ok(Bytes::from(piece)),
                    Ok(None) => return,
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "an export broke off");
                        Err(Box::from("the export broke off") as StreamError)
                    }
                };
                let broke = piece.is_err();
                if pieces.send(piece).await.is_err() || broke {
                    return;
                }
            }
        });
        let mut answered = self.stream_whole(form.media_type(), taken);
        if let Answered::Streams(response) = &mut answered {
            let name = format!("attachment; filename=\"event_history.{}\"", form.extension());
            if let Ok(name) = HeaderValue::from_str(&name) {
                response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
            }
        }
        answered
    }
}

/// Works as long as somebody waits for the answer.
async fn wanted<T>(
    gone: &CancellationToken,
    work: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refused> {
    tokio::select! {
        done = work => Ok(done?),
        () = gone.cancelled() => {
            Err(Refused::Told(ErrorCode::ThrottlingException, "The client did not wait for the answer.".to_owned()))
        }
    }
}

/// Reads `format=…`; JSON where none is asked for.
fn form(query: &str) -> Result<ExportForm, Refused> {
    let misunderstood = || {
        let message = "format=csv, format=json or format=ndjson is understood, once.";
        Refused::Told(ErrorCode::InvalidParameterException, message.to_owned())
    };
    match query {
        "" => Ok(ExportForm::Json),
        query => query.strip_prefix("format=").and_then(ExportForm::named).ok_or_else(misunderstood),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_ends_with_its_client() {
        let gone = CancellationToken::new();
        assert_eq!(wanted(&gone, async { Ok(1) }).await, Ok(1));
        let refused = wanted(&gone, async { Err::<(), _>(Refusal::Throttled) }).await;
        assert_eq!(refused, Err(Refused::Told(ErrorCode::ThrottlingException, "Rate exceeded".to_owned())));
        let (begun, ended) = tokio::sync::oneshot::channel::<()>();
        let work = async move {
            let _held = begun;
            std::future::pending::<Result<(), Refusal>>().await
        };
        gone.cancel();
        assert!(wanted(&gone, work).await.is_err());
        assert!(ended.await.is_err(), "the work was dropped");
    }

    #[test]
    fn one_form_is_asked_for() {
        for (query, wanted) in [
            ("", ExportForm::Json),
            ("format=csv", ExportForm::Csv),
            ("format=json", ExportForm::Json),
            ("format=ndjson", ExportForm::JsonLines),
        ] {
            assert_eq!(form(query), Ok(wanted), "{query}");
        }
        for query in ["format=", "format=xml", "csv", "format=csv&format=csv", "other=1"] {
            assert!(form(query).is_err(), "{query}");
        }
    }
}
