//! The record of an exchange.

use cairn_access::{Principal, SessionMaker, Trust};
use cairn_event::{Category, EventTime, Record, Region, TlsDetails, UserIdentity};
use cairn_wire::read_only::read_only;
use cairn_wire::recognise::UNKNOWN_OPERATION;
use serde_json::Value;

use crate::details::{Details, unless_empty};
use crate::error::{Failure, failure};
use crate::{Captured, Exchange, Response, ServiceCall, Tls, cloudtrail, iam, kms, modelled, s3, sts};

/// Renders the record of an exchange.
pub fn record(exchange: &Exchange<'_>, call: &ServiceCall) -> Record {
    let seen = exchange;
    let exchange = &believed(exchange);
    let failure = failure(call, &exchange.request, &exchange.response);
    let mut details = details(exchange, call, failure.as_ref());
    let trust = exchange.caller.trust();
    if trust != Trust::Verified {
        details.additional.insert("identityBasis".to_owned(), Value::from(trust.as_str()));
    }
    for (name, value) in exchange.remarks {
        details.additional.insert(name.clone(), value.clone());
    }
    let (error_code, error_message) = match failure {
        // Neither success nor failure is claimed of an answer that nobody saw.
        Some(_) if seen.response.status == Response::UNSEEN => (None, None),
        Some(Failure { code, message }) => {
            (Some(code), message.map(|message| modelled::without_secrets(&message, seen, call)))
        }
        None => (None, None),
    };
    let service = match exchange.caller.principal() {
        Principal::Service(name) => Some(name.as_str()),
        Principal::Root { .. }
        | Principal::User { .. }
        | Principal::Session(_)
        | Principal::FederatedUser(_)
        | Principal::WebIdentity(_)
        | Principal::Anonymous => None,
    };
    let event_source = call.event_source();
    let session = exchange.caller.session();
    let from_console = session.is_some_and(|session| session.maker == SessionMaker::Console);
    Record {
        event_version: Record::VERSION,
        user_identity: user_identity(exchange, event_source),
        event_time: EventTime::of(exchange.completed),
        event_source: event_source.to_owned(),
        event_name: call.event_name().to_owned(),
        aws_region: aws_region(call, exchange.region),
        source_ip_address: source_ip_address(exchange, service),
        user_agent: user_agent(exchange, call, service),
        error_code,
        error_message,
        request_parameters: details.request_parameters,
        response_elements: details.response_elements,
        additional_event_data: unless_empty(details.additional),
        request_id: Some(exchange.request_id.to_owned()),
        event_id: exchange.event_id.to_owned(),
        read_only: Some(details.read_only),
        resources: details.resources,
        event_type: "AwsApiCall",
        api_version: match call {
            ServiceCall::Modelled(call) => call.api_version().map(str::to_owned),
            _ => None,
        },
        management_event: Some(details.category == Category::Management),
        recipient_account_id: Some(exchange.recipient),
        shared_event_id: None,
        vpc_endpoint_id: None,
        service_event_details: None,
        event_category: details.category,
        // The console is no client: what it spoke to the API is nobody's connection.
        tls_details: if service.is_some() || from_console { None } else { tls_details(exchange) },
        session_credential_from_console: from_console.then_some("true"),
    }
}

/// Takes away the body of a request whose signature was refused: nobody vouches for it, and anybody can
/// send it.
fn believed<'a>(exchange: &Exchange<'a>) -> Exchange<'a> {
    let mut exchange = exchange.clone();
    if exchange.caller.trust() == Trust::Rejected {
        exchange.request.body = Captured::Nothing;
    }
    exchange
}

fn details(exchange: &Exchange<'_>, call: &ServiceCall, failure: Option<&Failure>) -> Details {
    match call {
        ServiceCall::S3(call) => s3::details(exchange, call, failure),
        ServiceCall::CloudTrail(operation) => cloudtrail::details(exchange, *operation, failure),
        ServiceCall::Iam(operation) => iam::details(exchange, *operation, failure),
        ServiceCall::Kms(call) => kms::details(exchange, call, failure),
        ServiceCall::Sts(action) => sts::details(exchange, action, failure),
        ServiceCall::Modelled(call) => modelled::details(exchange, call, failure),
        ServiceCall::Other { event_source, event_name, .. } => other(exchange, event_source, event_name),
    }
}

/// Says of a call without a name what there is to say: how it was sent, without the query.
fn other(exchange: &Exchange<'_>, event_source: &str, event_name: &str) -> Details {
    let mut details = Details::management(read_only(event_source, event_name));
    if event_name == UNKNOWN_OPERATION {
        let path: String = exchange.request.path.chars().take(PATH_CHARS_MAX).collect();
        details.additional.insert("httpMethod".to_owned(), Value::from(exchange.request.method));
        details.additional.insert("httpPath".to_owned(), Value::from(path));
    }
    details
}

/// Returns who called. A root user's name is its account's alias (reference §3.2).
fn user_identity(exchange: &Exchange<'_>, event_source: &str) -> UserIdentity {
    let mut identity = exchange.caller.user_identity(event_source);
    if identity.kind.as_deref() == Some("Root") {
        identity.user_name = exchange.account_alias.map(str::to_owned);
    }
    identity
}

/// Global services record in one Region wherever they are called.
fn aws_region(call: &ServiceCall, region: &Region) -> Region {
    let home = match call {
        ServiceCall::Modelled(call) => call.global_region(),
        ServiceCall::Iam(_) => Some("us-east-1"),
        ServiceCall::Other { event_source, .. } => {
            let service = event_source.split('.').next().unwrap_or_default();
            GLOBAL_SERVICES.contains(&service).then_some("us-east-1")
        }
        ServiceCall::S3(_) | ServiceCall::CloudTrail(_) | ServiceCall::Kms(_) | ServiceCall::Sts(_) => None,
    };
    home.and_then(|home| home.parse().ok()).unwrap_or_else(|| region.clone())
}

fn source_ip_address(exchange: &Exchange<'_>, service: Option<&str>) -> String {
    match (service, exchange.peer) {
        (Some(service), _) => service.to_owned(),
        (None, Some(peer)) => peer.to_canonical().to_string(),
        (None, None) => "AWS Internal".to_owned(),
    }
}

fn user_agent(exchange: &Exchange<'_>, call: &ServiceCall, service: Option<&str>) -> Option<String> {
    if let Some(service) = service {
        return Some(service.to_owned());
    }
    let agent = exchange.request.header("user-agent").filter(|agent| !agent.is_empty())?;
    match call {
        ServiceCall::S3(_) => Some(format!("[{agent}]")),
        // S3 Control stands behind the same front end.
        ServiceCall::Modelled(call) if call.event_source == "s3.amazonaws.com" => Some(format!("[{agent}]")),
        ServiceCall::CloudTrail(_)
        | ServiceCall::Iam(_)
        | ServiceCall::Kms(_)
        | ServiceCall::Sts(_)
        | ServiceCall::Modelled(_)
        | ServiceCall::Other { .. } => Some(agent),
    }
}

fn tls_details(exchange: &Exchange<'_>) -> Option<TlsDetails> {
    tls_of(exchange.tls, exchange.request.header("host"))
}

/// Says what is known of a connection, and which host was asked for.
pub(crate) fn tls_of(tls: Option<&Tls>, host: Option<String>) -> Option<TlsDetails> {
    let host = host.filter(|host| !host.is_empty());
    let details = match tls {
        Some(tls) => TlsDetails {
            tls_version: Some(tls.version.clone()),
            cipher_suite: Some(tls.cipher_suite.clone()),
            client_provided_host_header: host,
            key_exchange: tls.key_exchange.clone(),
        },
        None => TlsDetails { client_provided_host_header: host, ..TlsDetails::default() },
    };
    (details != TlsDetails::default()).then_some(details)
}

/// The most that is told of the path of a call without a name.
const PATH_CHARS_MAX: usize = 1024;

const GLOBAL_SERVICES: [&str; 9] =
    ["account", "ce", "cloudfront", "health", "iam", "organizations", "route53", "shield", "waf"];
