//! `/_cairn/import/begin` and `/_cairn/import/end`: many requests that are one import, on record twice.
//!
//! An import begins with `{"format", "places", "documents"}`, and is answered the `importId` that the requests of
//! [`import`](super::import) then name, and how many seconds of silence end it. It ends with `{"importId", "outcome",
//! "documents"}`, answered by the counts of all its requests. Both are recorded as `ImportEvents`. Where nobody ends
//! it, the server does.

use cairn_event::{Record, ServiceEvent};
use cairn_intake::{Draft, IntakeError};
use cairn_sources::{Ending, Import, ImportError, Importer, Opening, SILENCE_MAX, Tally};
use hyper::body::Incoming;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Sources;
use super::import::{EVENT, Format, PERMISSION};
use crate::answer::Answered;
use crate::page::{Asked, Page, Refused};
use crate::serve::{Arrival, Front};

const PAGE: Page = Page { event: EVENT, body_bytes_max: 64 << 10 };

/// Whose `eventSource` the records have.
const SERVICE: &str = "cloudtrail.amazonaws.com";

/// What an import is told to end with.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct End {
    import_id: String,
    outcome: String,
    /// How many documents were read.
    documents: Option<u64>,
}

impl Front {
    /// Opens an import. It is forgotten where its beginning is not on record: nobody was told its id.
    pub(crate) async fn begin_import(&self, arrival: &Arrival, body: Incoming) -> Answered {
        let mut opened = None;
        let answer = async |asked: &mut Asked<'_>| {
            self.permit(asked, &[PERMISSION])?;
            let opening: Opening = read(&asked.body)?;
            if Format::named(&opening.format).is_none() {
                return Err(Refused::misunderstood("format access-log or cloudtrail is needed."));
            }
            let (id, by) = (asked.arrival.ids.event.clone(), self.importer(asked));
            let begun = self.sources.imports.begin(id.clone(), by, opening, asked.at).await?;
            opened = Some(id.clone());
            let mut remark = about(&begun);
            remark.insert("stage".to_owned(), json!("begun"));
            remark.insert("documents".to_owned(), json!(begun.opening.documents));
            asked.remark("import", Value::Object(remark));
            Ok(json!({ "importId": id, "silenceSeconds": SILENCE_MAX.as_secs() }).to_string().into_bytes())
        };
        let answered = self.page(&PAGE, (arrival, body), answer).await;
        if let Some(id) = opened
            && !answered.status().is_success()
        {
            self.sources.forget(&id, self.clock.now()).await;
        }
        answered
    }

    /// Ends an import. It is forgotten once its end is on record.
    pub(crate) async fn end_import(&self, arrival: &Arrival, body: Incoming) -> Answered {
        let mut ended = None;
        let answer = async |asked: &mut Asked<'_>| {
            let End { import_id, outcome, documents } = read(&asked.body)?;
            let ending = Ending::told(&outcome)
                .ok_or_else(|| Refused::misunderstood("outcome complete, stopped or failed is needed."))?;
            let by = self.importer(asked);
            let import = self.sources.imports.end(&import_id, &by, ending, asked.at).await?;
            let mut remark = told(&import, asked.at);
            remark.extend(documents.map(|documents| ("documents".to_owned(), json!(documents))));
            asked.remark("import", Value::Object(remark));
            ended = Some(import_id);
            Ok::<_, Refused>(Value::Object(counts(&import.tally)).to_string().into_bytes())
        };
        let answered = self.page(&PAGE, (arrival, body), answer).await;
        if let Some(id) = ended
            && answered.status().is_success()
        {
            self.sources.forget(&id, self.clock.now()).await;
        }
        answered
    }

    /// Says whose an import is that this caller begins or goes on with.
    pub(super) fn importer(&self, asked: &Asked<'_>) -> Importer {
        let identity = asked.who.caller.user_identity(SERVICE);
        let peer = asked.arrival.peer.ip();
        Importer {
            account: asked.who.account,
            region: asked.who.region.clone(),
            arn: identity.arn,
            access_key_id: identity.access_key_id,
            address: self.recorder.people.proxies.client(peer, &asked.arrival.head).to_string(),
        }
    }
}

impl Sources {
    /// Ends the imports that nobody has gone on with, each with a record.
    pub(super) async fn end_silent_imports(&self) {
        let now = self.clock.now();
        let silent = match self.imports.silent(now).await {
            Ok(silent) => silent,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "imports that nobody goes on with are not ended; tried again");
                return;
            }
        };
        for import in silent {
            match self.record_end(&import, now).await {
                Ok(()) => self.forget(&import.id, now).await,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(
                        error,
                        import = import.id,
                        "the end of an import is not recorded; tried again"
                    );
                }
            }
        }
    }

    async fn record_end(&self, import: &Import, now: Timestamp) -> Result<(), IntakeError> {
        let by = &import.by;
        let mut told = told(import, now);
        let person = json!({ "arn": by.arn, "accessKeyId": by.access_key_id, "sourceIPAddress": by.address });
        told.insert("begunBy".to_owned(), person);
        let event = ServiceEvent {
            account: by.account,
            region: &by.region,
            time: now,
            event_source: SERVICE,
            event_name: EVENT,
            invoked_by: SERVICE,
            event_id: self.ids.guid(),
            resources: Vec::new(),
            details: json!({ "import": told }),
        };
        let event = Record::from(event).to_bytes();
        let (account, region) = (by.account, by.region.clone());
        let draft = Draft { account, region, origin: cairn_event::Origin::Call, event, under: None };
        self.intake.submit(draft).await.map(|_admission| ())
    }

    async fn forget(&self, id: &str, now: Timestamp) {
        if let Err(error) = self.imports.forget(id, now).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, import = id, "an import is not forgotten; an end of it will be recorded");
        }
    }
}

impl From<ImportError> for Refused {
    fn from(error: ImportError) -> Self {
        use cairn_wire::ErrorCode;
        let (code, message) = match error {
            ImportError::Unknown => (
                ErrorCode::ResourceNotFoundException,
                "No such import of this caller, Region and format is open.",
            ),
            ImportError::Busy => (ErrorCode::ConflictException, "Events of this import are on their way."),
            ImportError::TooMany => (ErrorCode::ThrottlingException, "Too many imports are open."),
            ImportError::Catalog(_) | ImportError::Cursor(_) | ImportError::Unreadable(_) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "an import can't go on");
                return Self::Unrecorded;
            }
        };
        Self::Told(code, message.to_owned())
    }
}

/// Tells what became of events, as answers and records have it.
pub(super) fn counts(tally: &Tally) -> Map<String, Value> {
    let mut counts = Map::new();
    for (name, count) in [
        ("recorded", tally.recorded),
        ("repeated", tally.repeated),
        ("notSelected", tally.not_selected),
        ("tooOld", tally.too_old),
        ("refused", tally.refused),
    ] {
        counts.insert(name.to_owned(), json!(count));
    }
    if let Some((first, last)) = tally.span {
        for (name, seconds) in [("firstEventTime", first), ("lastEventTime", last)] {
            let time = Timestamp::from_second(seconds).map(|time| json!(time.to_string()));
            counts.extend(time.map(|time| (name.to_owned(), time)));
        }
    }
    counts
}

/// Tells what an import said of itself.
fn about(import: &Import) -> Map<String, Value> {
    let mut about = Map::new();
    about.insert("importId".to_owned(), json!(import.id));
    about.insert("format".to_owned(), json!(import.opening.format));
    about.insert("places".to_owned(), json!(import.opening.places));
    about
}

/// Tells of an import that is over.
fn told(import: &Import, now: Timestamp) -> Map<String, Value> {
    let mut told = about(import);
    let begun = Timestamp::from_millisecond(import.begun_ms).unwrap_or(now);
    told.insert("stage".to_owned(), json!("ended"));
    told.insert("outcome".to_owned(), json!(import.ending.unwrap_or(Ending::Abandoned).as_str()));
    told.insert("begun".to_owned(), json!(begun.to_string()));
    told.insert("batches".to_owned(), json!(import.batches));
    told.extend(counts(&import.tally));
    told
}

fn read<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, Refused> {
    serde_json::from_slice(body)
        .map_err(|error| Refused::misunderstood(format!("The body is not understood: {error}.")))
}
