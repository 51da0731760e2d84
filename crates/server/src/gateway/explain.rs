//! What a recorded exchange would be recorded as: the way of a forwarded call, with nobody to forward it to.
//!
//! Exchanges are explained in the order in which they were recorded: what one teaches about keys, a later one
//! shows.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use aws_lc_rs::hmac;
use cairn_access::Caller;
use cairn_capture::{Captured, Exchange, Keep, Request, Response, ServiceCall, record, request_id};
use cairn_event::{AccountId, Clock, Region};
use cairn_identities::actor::{Evidence, MEMBER, actor};
use cairn_identities::directory::{Directory, DirectoryFile, FileError};
use cairn_identities::{Identified, Identities, Lesson, Realm, Sighting, Signatures, Verdict, teaches};
use cairn_operations::{OperationId, Table};
use cairn_wire::recognise::Protocol;
use cairn_wire::s3::Resolver;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde_json::{Map, Value};

use super::claim::{claim, region};
use super::identity::{Callers, is_believed, is_object, upstream_verdict};
use super::upload;
use crate::config::{Config, Recorded};
use crate::head::Head;
use crate::recognition::{OperationsFileError, Recogniser, Recognition, open_operations};

/// Says what exchanges become. Remembers what they teach about keys.
#[derive(Debug)]
pub struct Explainer {
    recogniser: Recogniser,
    identities: Identities,
    credential_ids: hmac::Key,
    account: AccountId,
    region: Region,
    actors: Recorded,
    clock: Arc<dyn Clock>,
}

/// What was seen of one call.
#[derive(Debug, Clone, Default)]
pub struct SeenExchange {
    /// The method, upper case.
    pub method: String,
    /// The path and query as sent.
    pub target: String,
    /// The headers in the order sent.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: SeenBody,
    /// What was answered; none where nobody saw that.
    pub answer: Option<SeenAnswer>,
    /// The client's address.
    pub peer: Option<IpAddr>,
    /// When it was received.
    pub at: Option<Timestamp>,
}

/// What was seen of an answer.
#[derive(Debug, Clone, Default)]
pub struct SeenAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: SeenBody,
}

/// What was seen of a body.
#[derive(Debug, Clone, Default)]
pub struct SeenBody {
    /// As much as there is.
    pub bytes: Vec<u8>,
    /// How long it was.
    pub length: u64,
    /// Whether that is more than there is.
    pub cut: bool,
}

/// What an exchange is, by which rule, and the event it becomes.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The service, by its name in the table of operations.
    pub service: Option<String>,
    /// The operation, as SDKs call it.
    pub operation: Option<String>,
    /// What in the request decided.
    pub rule: &'static str,
    /// What told operations apart that fit equally well.
    pub tie_break: Option<&'static str>,
    /// How the request speaks.
    pub protocol: &'static str,
    /// `service:operation` of the others that fit as well, when nothing but a convention told them apart.
    pub ties: Vec<String>,
    /// The event, as the journal would hold it.
    pub event: Vec<u8>,
}

/// Exchanges can't be explained as the settings say.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The table of operations can't be used.
    #[error(transparent)]
    Operations(#[from] OperationsFileError),
    /// The directory of keys can't be used.
    #[error(transparent)]
    Directory(#[from] FileError),
}

impl Explainer {
    /// Takes table, directory, account and names from the settings.
    ///
    /// # Errors
    /// A file that the settings name can't be used.
    pub fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, ExplainError> {
        let directory = match &config.directory_file {
            Some(path) => DirectoryFile::new(path, config.account).read()?,
            None => Directory::default(),
        };
        Ok(Self {
            recogniser: Recogniser {
                table: open_operations(config.operations_file.as_deref())?,
                resolver: Resolver::new(config.base_domains.iter().cloned()),
                cloudfront_names: config.cloudfront_names,
                table_keys: Arc::default(),
            },
            identities: Identities::new(directory, config.account_hints, Arc::clone(&clock)),
            // Tokens are told apart within one run.
            credential_ids: hmac::Key::new(hmac::HMAC_SHA256, b"explained"),
            account: config.account,
            region: config.region.clone(),
            actors: config.actors,
            clock,
        })
    }

    /// Explains an exchange.
    pub fn explain(&self, seen: &SeenExchange) -> Explanation {
        let head = head_of(seen);
        let recognition = self.recogniser.recognise(&head, &seen.body.bytes);
        let call = self.recogniser.forwarded(&head, &recognition);
        let event = self.event(seen, &head, &call, &recognition);
        let (service, operation) = self.named(&call, &recognition);
        let found = &recognition.found;
        Explanation {
            service,
            operation,
            rule: found.rule.name(),
            tie_break: found.tie_break.map(cairn_operations::TieBreak::name),
            protocol: protocol_name(found.protocol),
            ties: found.ties.as_slice().iter().filter_map(|id| self.name(*id)).collect(),
            event,
        }
    }

    fn named(&self, call: &ServiceCall, recognition: &Recognition) -> (Option<String>, Option<String>) {
        let table = &self.recogniser.table;
        let id = match call {
            ServiceCall::Modelled(call) => Some(call.operation),
            _ => recognition.found.operation,
        };
        match (call, id.and_then(|id| table.service(id).zip(table.operation(id)))) {
            (ServiceCall::S3(call), None) => (Some("s3".to_owned()), call.operation.map(str::to_owned)),
            (_, Some((service, operation))) => (Some(service.name.clone()), Some(operation.name.clone())),
            (_, None) => (None, None),
        }
    }

    fn name(&self, id: OperationId) -> Option<String> {
        let table: &Table = &self.recogniser.table;
        Some(format!("{}:{}", table.service(id)?.name, table.operation(id)?.name))
    }

    fn event(
        &self,
        seen: &SeenExchange,
        head: &Head,
        call: &ServiceCall,
        recognition: &Recognition,
    ) -> Vec<u8> {
        let policy = Callers::body_policy(call);
        let completed =
            seen.at.or_else(|| answered_at(seen.answer.as_ref()?)).unwrap_or_else(|| self.clock.now());
        // A request alone is shown as one that went well, and nothing is told of its answer.
        let answer = seen.answer.clone().unwrap_or(SeenAnswer { status: 200, ..SeenAnswer::default() });
        let (headers, answered) = (head.pairs(), pairs(&answer.headers));
        let response = Response {
            status: answer.status,
            headers: &answered,
            body: kept(&answer.body, policy.response, answer.status),
            body_bytes: answer.body.length,
        };
        let body = kept(&seen.body, policy.request, Response::UNSEEN);
        let mut sender = self.sender(head, call, body);
        if let (200..=299, Captured::Whole(bytes)) = (response.status, response.body) {
            sender.told_by(call.event_name(), bytes);
        }
        let verdict = match seen.answer {
            // Nobody here has the key's secret: the answer alone tells.
            Some(_) => upstream_verdict(&sender, call, (head, completed), &response),
            None => Verdict::Undecided,
        };
        let caller = sender.caller(verdict);
        let given = request_id(&response, recognition.call.protocol);
        let remarks = self.remarks(head, call, &sender, (&caller, verdict), seen, given.is_some());
        let region = region(head).and_then(|region| region.parse().ok());
        let region = region.as_ref().unwrap_or(&self.region);
        let mut event = record(
            &Exchange {
                request: Request {
                    method: &head.method,
                    path: &head.path,
                    query: &head.query,
                    headers: &headers,
                    body,
                    body_bytes: seen.body.length,
                },
                response,
                caller: &caller,
                account_alias: None,
                region,
                recipient: self.account,
                resource_owner: Some(self.account),
                peer: Some(seen.peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))),
                tls: None,
                request_id: given.as_deref().unwrap_or(REQUEST_ID),
                event_id: EVENT_ID,
                remarks: &remarks,
                completed,
            },
            call,
        );
        if seen.answer.is_none() {
            event.response_elements = None;
        }
        self.learn(head, call, &sender, verdict, (body, response, region));
        event.to_bytes()
    }

    fn sender(&self, head: &Head, call: &ServiceCall, body: Captured<'_>) -> Identified {
        let form = match body {
            Captured::Whole(form) if head.is_form() => Some(form),
            Captured::Whole(_) | Captured::Nothing | Captured::Cut => None,
        };
        let in_form = match body {
            Captured::Whole(body) => upload::claim_of(head, call, body),
            Captured::Nothing | Captured::Cut => None,
        };
        self.identities.identify(&Sighting {
            realm: Realm { account: self.account, signatures: Signatures::Checked },
            upstream: "",
            claim: &in_form.unwrap_or_else(|| claim(head, &self.credential_ids)),
            event_source: call.event_source(),
            operation: call.event_name(),
            form,
            scope: None,
        })
    }

    fn remarks(
        &self,
        head: &Head,
        call: &ServiceCall,
        sender: &Identified,
        (caller, verdict): (&Caller, Verdict),
        seen: &SeenExchange,
        has_id: bool,
    ) -> Map<String, Value> {
        let mut remarks = Map::new();
        if let Some(account) = sender.account_hint() {
            remarks.insert("accountIdFromKey".to_owned(), Value::from(account.as_str()));
        }
        if seen.answer.is_none() {
            remarks.insert("outcome".to_owned(), Value::from("unknown"));
        } else if !has_id {
            remarks.insert("requestIdBy".to_owned(), Value::from("Cairn"));
        }
        if self.actors == Recorded::Yes {
            let person = sender.person().filter(|_| is_believed(verdict));
            let identity = caller.user_identity(call.event_source());
            let told = actor(&Evidence {
                user_agent: head.header("user-agent"),
                identity: Some(&identity),
                tags: person.map(|person| &person.tags),
                assumed_by: person.map(|person| person.assumed_by.as_slice()).unwrap_or_default(),
                ..Evidence::default()
            });
            remarks.extend(told.map(|told| (MEMBER.to_owned(), told)));
        }
        remarks
    }

    fn learn(
        &self,
        head: &Head,
        call: &ServiceCall,
        caller: &Identified,
        verdict: Verdict,
        (body, response, region): (Captured<'_>, Response<'_>, &Region),
    ) {
        let good = (200..=299).contains(&response.status) && is_believed(verdict);
        let (Captured::Whole(answer), true) = (response.body, good) else { return };
        let place = (self.account, region);
        self.recogniser.table_keys.learn(call, place, answer);
        if is_object(&response) || !teaches(call.event_source(), call.event_name()) {
            return;
        }
        let request: &[u8] = match body {
            Captured::Whole(request) => request,
            Captured::Nothing => b"",
            Captured::Cut => return,
        };
        self.identities.learn(&Lesson {
            realm: caller.realm(),
            event_source: call.event_source(),
            operation: call.event_name(),
            method: &head.method,
            path: &head.path,
            query: &head.query,
            request,
            answer,
            caller,
            at: self.clock.now(),
        });
    }
}

/// Reads when an answer was made, which it says itself.
fn answered_at(answer: &SeenAnswer) -> Option<Timestamp> {
    let (_, date) = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("date"))?;
    DateTimeParser::new().parse_timestamp(std::str::from_utf8(date).ok()?.trim()).ok()
}

fn head_of(seen: &SeenExchange) -> Head {
    let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
    let headers = seen.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    Head {
        method: seen.method.clone(),
        path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
        query: query.to_owned(),
        headers: headers.collect(),
        session: None,
    }
}

fn pairs(headers: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect()
}

/// Shows as much of a body as the gateway would have kept.
fn kept(body: &SeenBody, keep: Keep, status: u16) -> Captured<'_> {
    let bytes_max = match keep {
        Keep::Always { bytes_max } => bytes_max,
        Keep::OnError { bytes_max } if status >= 300 => bytes_max,
        Keep::Nothing | Keep::OnError { .. } => return Captured::Nothing,
    };
    if body.cut || body.bytes.len() > bytes_max { Captured::Cut } else { Captured::Whole(&body.bytes) }
}

fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Json => "json",
        Protocol::Cbor => "rpc-v2-cbor",
        Protocol::Query => "query",
        Protocol::Ec2Query => "ec2",
        Protocol::RestXml => "rest-xml",
        Protocol::RestJson => "rest-json",
    }
}

/// Stands for ids that only a call of its own is given.
const EVENT_ID: &str = "00000000-0000-0000-0000-000000000000";
const REQUEST_ID: &str = "0000000000000000";
