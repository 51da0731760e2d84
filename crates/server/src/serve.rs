//! The one way of a request: recognise, identify, serve, record, answer.
//!
//! ```text
//! head ─► recognise ─► CloudTrail ┐
//!                      IAM, STS   ├─► answer ─► record ─► durable ─► client
//!                      S3         ┘
//! ```
//!
//! The client sees an answer only after the event of its call is synced to the journal. A call that
//! can't be recorded is refused before it is served where that is known, and answered with 503 where it
//! shows only afterwards.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use cairn_access::Caller;
use cairn_capture::{Owners, ServiceCall, Tls};
use cairn_catalog::Catalog;
use cairn_control::Control;
use cairn_delivery::SigningKeys;
use cairn_event::{AccountId, Clock, Ids, Region};
use cairn_iam::Iam;
use cairn_intake::Intake;
use cairn_organizations::Organizations;
use cairn_projection::Source;
use cairn_sts::Sts;
use cairn_tlog::Tlog;
use cairn_wire::json11;
use cairn_wire::recognise::{Call, Protocol, Service};
use http::{Request, Response, Version};
use hyper::body::Incoming;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::answer::{self, AnswerBody, Answered, RequestIds};
use crate::authenticate::{Authentication, Authenticator};
use crate::console::{self, Console};
use crate::early_answer::Leave;
use crate::gateway::{Gateway, Sent};
use crate::head::Head;
use crate::incoming;
use crate::object_service::ObjectService;
use crate::outside::Outside;
use crate::probes::Probes;
use crate::promises::Promises;
use crate::recognition::{Recogniser, reads_form};
use crate::recorder::Recorder;
use crate::refuse;
use crate::service_keys::ServiceKeys;
use crate::sources::Sources;
use crate::sts::WEB_IDENTITY;
use crate::telemetry;
use crate::turns::LongWork;

/// Serves requests. Shared by all connections.
#[derive(Debug)]
pub(crate) struct Front {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) control: Control,
    pub(crate) iam: Iam,
    pub(crate) keys: Arc<ServiceKeys>,
    pub(crate) organizations: Organizations,
    pub(crate) signing_keys: Arc<SigningKeys>,
    pub(crate) sts: Sts,
    pub(crate) objects: ObjectService,
    pub(crate) authenticator: Authenticator,
    pub(crate) recogniser: Recogniser,
    pub(crate) recorder: Recorder,
    pub(crate) gateway: Gateway,
    pub(crate) sources: Arc<Sources>,
    pub(crate) console: Console,
    pub(crate) probes: Probes,
    pub(crate) intake: Arc<Intake>,
    /// What the gateway owes to the record.
    pub(crate) promises: Arc<Promises>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    /// The account and Region that calls belong to when nobody can be told from them.
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) tasks: TaskTracker,
    pub(crate) source: Source,
    pub(crate) long_work: LongWork,
    /// Where buckets are that the settings place elsewhere.
    pub(crate) outside: Arc<Outside>,
    /// The transparency logs of trails; none where they are switched off.
    pub(crate) tlog: Option<Arc<Tlog>>,
    /// Ends answers that would go on for ever.
    pub(crate) stop: CancellationToken,
}

/// A request on its way through the server.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) head: Head,
    pub(crate) version: Version,
    pub(crate) peer: SocketAddr,
    /// The connection's encryption; none in the clear.
    pub(crate) tls: Option<Arc<Tls>>,
    pub(crate) ids: RequestIds,
    /// Tells when nobody waits for the answer any more.
    pub(crate) gone: CancellationToken,
}

/// Who calls, and where.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) caller: Caller,
    /// The account that acts; the server's own for callers without one.
    pub(crate) account: AccountId,
    /// The Region in the signature's scope; the server's own without one.
    pub(crate) region: Region,
}

/// A served call: the answer and all that its record needs.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) answered: Answered,
    pub(crate) who: Who,
    /// The request's body, where it was small enough to keep.
    pub(crate) received: Option<Bytes>,
    /// How long the request's body was.
    pub(crate) received_bytes: u64,
    /// Who owns the bucket, role or keys that the call is about.
    pub(crate) owners: Owners,
    /// The revision to route the event by, when it is not the newest.
    pub(crate) under: Option<u64>,
}

impl Front {
    /// Answers one request.
    pub(crate) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: SocketAddr,
        tls: Option<Arc<Tls>>,
    ) -> Response<AnswerBody> {
        let (path, headers) = (request.uri().path(), request.headers());
        if let Some(refusal) = console::refuse_to_run(path, headers) {
            return refusal.into_response();
        }
        let fences = console::fences(path, headers);
        let response = self.respond(request, peer, tls).await;
        if fences { console::fence(response) } else { response }
    }

    /// Does so. The work goes on in a task of its own, so that a client that hangs up can't stop it halfway; it is
    /// told, and may end what only that client wanted.
    async fn respond(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: SocketAddr,
        tls: Option<Arc<Tls>>,
    ) -> Response<AnswerBody> {
        let (parts, body) = request.into_parts();
        let gone = CancellationToken::new();
        let _going = gone.clone().drop_guard();
        let (head, version, ids) = (Head::of(&parts), parts.version, self.request_ids());
        let mut arrival = Arrival { head, version, peer, tls, ids, gone };
        let leave = Leave::of(&arrival.head, parts.version);
        if console::calls(&arrival.head.path) {
            arrival = match self.open_console_call(arrival).await {
                Ok(opened) => opened,
                Err(refusal) => return leave.settle(refusal.into_response()),
            };
        }
        let body = match self.bound(&arrival, body).await {
            Ok((Some(way), body)) => return self.forward(way, arrival, (parts, body)).await,
            Ok((None, body)) => body,
            Err(refusal) => return leave.settle(refusal.into_response()),
        };
        let tasks = self.tasks.clone();
        let serving =
            tasks.spawn(async move { leave.settle(self.serve(arrival, body).await.into_response()) });
        match serving.await {
            Ok(response) => response,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "request ended abnormally");
                Answered::Whole(answer::answer(500, "text/plain", &[], "internal error\n")).into_response()
            }
        }
    }

    /// Answers a request in the clear where only TLS is served, and does nothing else about it.
    pub(crate) fn refuse_in_the_clear(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Response<AnswerBody> {
        let (parts, _unread) = request.into_parts();
        let (head, ids, gone) = (Head::of(&parts), self.request_ids(), CancellationToken::new());
        let arrival = Arrival { head, version: parts.version, peer, tls: None, ids, gone };
        let call = self.recogniser.recognise(&arrival.head, b"").call;
        let refusal: Answered = refuse::in_the_clear(&arrival, call.protocol).into();
        Leave::of(&arrival.head, parts.version).settle(refusal.into_response())
    }

    async fn serve(self: &Arc<Self>, arrival: Arrival, body: Sent) -> Answered {
        if console::leads_here(&arrival.head) {
            return console::serve_files(&arrival.head);
        }
        let body = match body {
            Sent::Streams(body) if console::has(&arrival.head.path) => {
                return self.serve_console(&arrival, body).await;
            }
            body => body,
        };
        let body = match body {
            Sent::Streams(body) if is_own(&arrival.head.path) => return self.serve_own(&arrival, body).await,
            body => body,
        };
        let call = self.recogniser.recognise(&arrival.head, b"").call;
        let read = match body {
            Sent::Streams(body) if call.service == Service::S3 && !reads_form(&arrival.head) => {
                if let Some(refusal) = self.unrecordable(&arrival, &call) {
                    return refusal;
                }
                let s3_call = self.objects.resolve(&arrival.head);
                let served = self.serve_s3(&arrival, &s3_call, body).await;
                return self.record(&arrival, &call, &ServiceCall::S3(s3_call), served).await;
            }
            Sent::Streams(body) => incoming::read_whole(&arrival, body, json11::BODY_BYTES_MAX).await,
            Sent::Whole(body) => Ok(body),
        };
        let body = match read {
            Ok(body) => body,
            Err(error) => return refuse::body(&arrival, call.protocol, error).into(),
        };
        self.serve_read(&arrival, body).await
    }

    /// Serves a call whose body is read.
    pub(crate) async fn serve_read(&self, arrival: &Arrival, body: Bytes) -> Answered {
        let recognition = self.recogniser.recognise(&arrival.head, &body);
        let call = &recognition.call;
        if let Some(refusal) = self.unrecordable(arrival, call) {
            return refusal;
        }
        let service_call = match call.service {
            // Records follow the model, as those of calls that went elsewhere do.
            Service::Organizations => self.recogniser.forwarded(&arrival.head, &recognition),
            _ => ServiceCall::of(call, || self.objects.resolve(&arrival.head)),
        };
        let (served, told) = self.serve_whole(arrival, call, &service_call, body).await;
        self.record(arrival, call, &told.unwrap_or(service_call), served).await
    }

    /// Serves a call whose body is small and read. Where serving it told more about the call than the request
    /// did, that comes beside.
    async fn serve_whole(
        &self,
        arrival: &Arrival,
        call: &Call,
        service_call: &ServiceCall,
        body: Bytes,
    ) -> (Served, Option<ServiceCall>) {
        let snapshot = self.catalog.current();
        let found = self.authenticator.authenticate(&arrival.head, Some(&body), &snapshot, self.clock.now());
        let (mut who, mut owners, mut told) = (self.who(&found), Owners::default(), None);
        let unsigned = matches!(found, Authentication::Unsigned);
        let signs_nothing = matches!(service_call, ServiceCall::Sts(action) if action == WEB_IDENTITY);
        let refusal = found.refusal().filter(|_| !(unsigned && signs_nothing));
        let (answered, under) = match (refusal, service_call) {
            (Some(refusal), _) => (refuse::signature(arrival, call.protocol, &refusal), None),
            (None, ServiceCall::CloudTrail(operation)) => {
                let (answered, under, owner) = self.serve_cloudtrail(arrival, *operation, &who, &body).await;
                owners.resource = owner;
                (answered, under)
            }
            (None, ServiceCall::Iam(operation)) => {
                (self.serve_iam(arrival, *operation, &who, &body).await, None)
            }
            (None, ServiceCall::Kms(given)) => {
                let answer = self.serve_kms(arrival, given.operation, &who, &body).await;
                owners = answer.owners;
                told = Some(ServiceCall::Kms(answer.call));
                (answer.response, None)
            }
            (None, _) if call.service == Service::Organizations => {
                self.serve_organizations(arrival, call, &who, &body).await
            }
            (None, ServiceCall::Other { .. }) if call.service == Service::Kms => {
                (crate::kms::unknown(arrival, call), None)
            }
            (None, ServiceCall::Other { .. }) if call.service == Service::Iam => {
                (crate::iam::unknown(arrival, call), None)
            }
            (None, ServiceCall::Sts(action)) => {
                let answer = self.serve_sts(arrival, action, &who, &body).await;
                who = answer.who.unwrap_or(who);
                owners.resource = answer.role_owner;
                (answer.response, None)
            }
            (None, ServiceCall::Modelled(_) | ServiceCall::Other { .. } | ServiceCall::S3(_)) => {
                telemetry::unserved(&call.event_source);
                (refuse::service(arrival, call), None)
            }
        };
        let received_bytes = body.len() as u64;
        let (received, answered) = (Some(body), answered.into());
        (Served { answered, who, received, received_bytes, owners, under }, told)
    }

    /// Makes the call's event durable, and only then lets the answer go.
    async fn record(
        &self,
        arrival: &Arrival,
        call: &Call,
        service_call: &ServiceCall,
        served: Served,
    ) -> Answered {
        telemetry::answered(&call.event_source, served.answered.status().as_u16());
        self.make_durable(arrival, (call.protocol, service_call), served, Map::new()).await
    }

    /// Records a call of one of Cairn's own pages as an event of this name, and only then lets the answer go. The
    /// event has `remarks` in its `additionalEventData`.
    pub(crate) async fn record_page(
        &self,
        arrival: &Arrival,
        event_name: &str,
        (who, remarks): (Who, Map<String, Value>),
        answered: Answered,
    ) -> Answered {
        let protocol = Protocol::Json;
        let call = ServiceCall::Other {
            event_source: "cloudtrail.amazonaws.com".to_owned(),
            event_name: event_name.to_owned(),
            protocol,
        };
        let owners = Owners::default();
        let served = Served { answered, who, received: None, received_bytes: 0, owners, under: None };
        self.make_durable(arrival, (protocol, &call), served, remarks).await
    }

    pub(crate) async fn make_durable(
        &self,
        arrival: &Arrival,
        (protocol, call): (Protocol, &ServiceCall),
        served: Served,
        remarks: Map<String, Value>,
    ) -> Answered {
        let drafts = self.recorder.drafts_of_served(arrival, call, &served, remarks);
        match self.recorder.submit(drafts).await {
            Ok(()) => served.answered,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "call served and not recorded");
                refuse::unrecorded(arrival, protocol).into()
            }
        }
    }

    /// Refuses a call up front while the journal takes nothing: no journal, no call.
    fn unrecordable(&self, arrival: &Arrival, call: &Call) -> Option<Answered> {
        let reason = self.intake.refusal()?;
        telemetry::refused("journal");
        tracing::debug!(error = &reason as &dyn std::error::Error, "call refused before it was served");
        Some(refuse::unrecorded(arrival, call.protocol).into())
    }

    /// Says who calls, and in which Region, as far as the signature tells.
    pub(crate) fn who(&self, found: &Authentication) -> Who {
        let (account, own_region) = (self.account, &self.region);
        match found {
            Authentication::Proven { caller, account, region, .. } => {
                Who { caller: caller.clone(), account: *account, region: region.clone() }
            }
            Authentication::Unsigned => Who { caller: Caller::Unsigned, account, region: own_region.clone() },
            Authentication::Refused { access_key_id, account: issued_in, region, .. } => Who {
                caller: Caller::Rejected { access_key_id: access_key_id.clone() },
                account: issued_in.unwrap_or(account),
                region: region.as_ref().unwrap_or(own_region).clone(),
            },
        }
    }

    pub(crate) fn request_ids(&self) -> RequestIds {
        let mut bytes = [0; 48];
        self.ids.fill(&mut bytes);
        let host = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
        RequestIds { request: self.ids.guid(), host, event: self.ids.guid() }
    }
}

/// Tells whether a path is one of Cairn's own, which no bucket can have.
pub(crate) fn is_own(path: &str) -> bool {
    path == "/_cairn" || path.starts_with("/_cairn/")
}
