//! From what is seen of a request to the operation that it calls.
//!
//! The name in the credential scope decides on the service, because it is signed; the protocol shows in the
//! request's own form, and says where the operation's name is:
//!
//! | the request has | the operation is |
//! | --- | --- |
//! | `X-Amz-Target` | what follows its last dot |
//! | `Smithy-Protocol: rpc-v2-cbor` | the end of the path |
//! | `Action`, in the query or in a form | that |
//! | none of them | whose route it is |
//!
//! Each of them counts only where its protocol has it ([`Seen::in_place`]).
//!
//! Services that share a name are told apart by target, version and route. What several of them know alike is
//! a tie: hints that a client can make up break it, then an order of our own, and then it is named as a tie.

use cairn_wire::recognise::Protocol;

use crate::hints::Hints;
use crate::routes::{Routes, rest_protocol};
use crate::{FITTING_MAX, Fitting, OperationId, Recognised, Rule, Seen, Service, Table, TieBreak};

/// Names under which S3 is signed for; other services that share them have paths of their own.
const S3_NAMES: [&str; 4] = ["s3", "s3-object-lambda", "s3-outposts", "s3express"];

/// Where S3 Control's paths begin.
const S3_CONTROL_PATH: &str = "/v20180820/";

/// Versions of query services that clients speak and models no longer have.
const OLD_VERSIONS: [(&str, &str); 3] =
    [("cloudwatch", "2010-08-01"), ("sqs", "2011-10-01"), ("sqs", "2012-11-05")];
/// The service whose clients name whichever of dozens of versions they were written for.
const OF_ANY_VERSION: &str = "ec2";

/// Recognises a request. Never fails, and allocates nothing once the routes of its signing name are compiled.
pub fn recognise(table: &Table, seen: &Seen<'_>) -> Recognised {
    let seen = &seen.in_place();
    match seen.signing_name {
        Some(signing_name) => signed(table, seen, signing_name),
        None => unsigned(table, seen),
    }
}

fn signed(table: &Table, seen: &Seen<'_>, signing_name: &str) -> Recognised {
    if S3_NAMES.contains(&signing_name) {
        return s3_family(table, seen, signing_name);
    }
    let Some(name) = table.directory().name(signing_name) else {
        return by_what_it_says(table, seen).unwrap_or_else(|| Recognised::unknown(spoken(seen)));
    };
    let of_name = |service: &u16| name.services.contains(service);
    if let Some(found) = by_target(table, seen, of_name) {
        return found;
    }
    let found = by_action(table, seen, &name.services).or_else(|| by_route(table, seen, name.routes(table)));
    found.unwrap_or_else(|| {
        let services = name.services.iter().filter_map(|index| table.services().get(usize::from(*index)));
        let rest = services.map(|service| service.protocol).find(|protocol| protocol.is_rest());
        Recognised::unknown(match (spoken(seen), rest) {
            (Protocol::RestJson, Some(rest)) => rest_protocol(rest),
            (spoken, _) => spoken,
        })
    })
}

/// S3's resolver knows buckets, keys and sub-resources; what shares its names has paths of its own.
fn s3_family(table: &Table, seen: &Seen<'_>, signing_name: &str) -> Recognised {
    let directory = table.directory();
    let control = seen.path.starts_with(S3_CONTROL_PATH);
    let name = directory.name(if control { "s3" } else { signing_name });
    let routed = name.and_then(|name| by_route(table, seen, name.routes(table)));
    let object_lambda = || {
        let answer = signing_name == "s3-object-lambda" && seen.path == "/WriteGetObjectResponse";
        let id = table.find("s3", "WriteGetObjectResponse").filter(|_| answer)?;
        Some(settle(table, seen, fitting([id]), Rule::Route, Protocol::RestXml))
    };
    // S3 has no POST to `/`, and there are stores that serve IAM and STS there whatever was signed for.
    let stores_own = || by_version(table, seen).filter(|_| signing_name == "s3" && seen.method == "POST");
    routed
        .or_else(object_lambda)
        .or_else(stores_own)
        .unwrap_or_else(|| if control { Recognised::unknown(Protocol::RestXml) } else { s3() })
}

/// Returns what S3's resolver named, for the name under which it was signed: directory buckets are listed by
/// an operation of their own.
pub fn s3_operation(table: &Table, signing_name: Option<&str>, resolved: &str) -> Option<OperationId> {
    match (signing_name, resolved) {
        (Some("s3express"), "ListBuckets") => table.find("s3", "ListDirectoryBuckets"),
        _ => table.find("s3", resolved),
    }
}

fn s3() -> Recognised {
    Recognised { rule: Rule::S3, ..Recognised::unknown(Protocol::RestXml) }
}

/// Recognises a request without a signature. What names no other service is an anonymous call of S3.
fn unsigned(table: &Table, seen: &Seen<'_>) -> Recognised {
    let found = by_what_it_says(table, seen).or_else(|| scopeless(table, seen));
    found.unwrap_or_else(|| match spoken(seen) {
        Protocol::RestJson | Protocol::RestXml => s3(),
        spoken => Recognised::unknown(spoken),
    })
}

/// Recognises a request by itself, where no signature names a service that is known.
fn by_what_it_says(table: &Table, seen: &Seen<'_>) -> Option<Recognised> {
    by_target(table, seen, |_| true).or_else(|| by_version(table, seen))
}

/// `X-Amz-Target` and the paths of CBOR hold the service's own name, which one service has, or two.
fn by_target(table: &Table, seen: &Seen<'_>, wanted: impl Fn(&u16) -> bool) -> Option<Recognised> {
    let (prefix, operation, rule, protocol) = match seen.target {
        _ if speaks_cbor(seen) => {
            let (before, operation) = seen.path.rsplit_once("/operation/")?;
            let (_, shape) = before.rsplit_once("/service/")?;
            (shape, operation, Rule::CborPath, Protocol::Cbor)
        }
        Some(target) => {
            let (prefix, operation) = target.rsplit_once('.')?;
            (prefix, operation, Rule::Target, Protocol::Json)
        }
        None => return None,
    };
    let services = table.directory().targets(prefix).filter(wanted);
    let ids = services.filter_map(|service| id(table, service, operation));
    let fitting = fitting(ids);
    (!fitting.is_empty()).then(|| settle(table, seen, fitting, rule, protocol))
}

/// `Action` names the operation; which of the services it is of shows in `Version`. Services that speak JSON
/// today spoke query once, under versions that the table need not have.
fn by_action(table: &Table, seen: &Seen<'_>, services: &[u16]) -> Option<Recognised> {
    let action = seen.action?;
    let ids = || services.iter().filter_map(|service| id(table, *service, action));
    let queried = || ids().filter(|id| of(table, *id).is_some_and(|service| !service.protocol.is_rest()));
    let version = |id: &OperationId| of(table, *id).is_some_and(|own| seen.version == Some(&own.api_version));
    let (fits, rule) = match fitting(queried().filter(version)) {
        none if none.is_empty() => (fitting(queried()), Rule::ActionOfOtherVersion),
        some => (some, Rule::Action),
    };
    let first = of(table, *fits.as_slice().first()?)?;
    let ec2 = first.protocol == crate::Protocol::Ec2;
    let protocol = if ec2 { Protocol::Ec2Query } else { Protocol::Query };
    Some(settle(table, seen, fits, rule, protocol))
}

/// Finds an action among all services, by its version.
fn by_version(table: &Table, seen: &Seen<'_>) -> Option<Recognised> {
    let (action, version) = (seen.action?, seen.version?);
    let known = |service: &Service| {
        service.api_version == version || OLD_VERSIONS.contains(&(service.name.as_str(), version))
    };
    let services = (0_u16..).zip(table.services()).filter(|(_, service)| known(service));
    let having = services.map(|(index, _)| index).filter(|index| id(table, *index, action).is_some());
    let mut places = [0; FITTING_MAX];
    let mut count = 0;
    for (place, service) in places.iter_mut().zip(having) {
        *place = service;
        count += 1;
    }
    by_action(table, seen, places.get(..count)?).or_else(|| {
        let any = table.find(OF_ANY_VERSION, action)?;
        by_action(table, seen, &[any.service])
    })
}

/// Operations that AWS serves to callers without a signature, with a token in a header or in the body.
fn scopeless(table: &Table, seen: &Seen<'_>) -> Option<Recognised> {
    let found = by_route(table, seen, table.directory().scopeless(table))?;
    let operation = table.operation(found.operation?)?;
    let header = |name: &str| seen.headers.header(name).unwrap_or_default();
    let bearer = header("authorization").starts_with("Bearer ");
    let token = operation.required_headers.first().is_some_and(|name| !header(name).is_empty());
    // A form upload to a bucket is a POST too, and no JSON.
    let json = seen.method == "POST" && header("content-type").starts_with("application/json");
    (bearer || token || json).then_some(found)
}

fn by_route(table: &Table, seen: &Seen<'_>, routes: &Routes) -> Option<Recognised> {
    let fitting = routes.find(table, seen);
    let protocol = rest_protocol(of(table, *fitting.as_slice().first()?)?.protocol);
    Some(settle(table, seen, fitting, Rule::Route, protocol))
}

/// Decides between operations that fit equally well.
fn settle(
    table: &Table,
    seen: &Seen<'_>,
    mut fitting: Fitting,
    rule: Rule,
    protocol: Protocol,
) -> Recognised {
    let mut tie_break = None;
    if fitting.as_slice().len() > 1 {
        let hints = Hints::of(seen);
        if fitting.narrow(|id| of(table, id).is_some_and(|own| hints.name_service(own))) {
            tie_break = Some(TieBreak::UserAgent);
        }
        if fitting.narrow(|id| table.operation(id).is_some_and(|own| hints.name_operation(own))) {
            tie_break = Some(TieBreak::OperationHint);
        }
        if fitting.narrow(|id| of(table, id).is_some_and(|own| hints.host_service(own))) {
            tie_break = Some(TieBreak::Host);
        }
    }
    let mut ties = Fitting::default();
    let chosen = fitting.as_slice().iter().copied().max_by_key(|id| preference(table, *id));
    if fitting.as_slice().len() > 1 {
        tie_break = Some(TieBreak::Default);
        fitting.as_slice().iter().filter(|id| Some(**id) != chosen).for_each(|id| ties.add(*id));
    }
    Recognised { operation: chosen, protocol, rule, tie_break, ties }
}

/// The order of services that nothing else tells apart: the one that is called like its signing name, then
/// the newest, then by name.
fn preference(table: &Table, id: OperationId) -> (bool, &str, std::cmp::Reverse<OperationId>) {
    let (like_its_name, version) =
        of(table, id).map_or((false, ""), |own| (own.name == own.signing_name, own.api_version.as_str()));
    (like_its_name, version, std::cmp::Reverse(id))
}

/// How a request speaks, by its form alone.
fn spoken(seen: &Seen<'_>) -> Protocol {
    match (seen.signing_name, seen.target, seen.action) {
        _ if speaks_cbor(seen) => Protocol::Cbor,
        (_, Some(_), _) => Protocol::Json,
        (Some("ec2"), _, Some(_)) => Protocol::Ec2Query,
        (_, _, Some(_)) => Protocol::Query,
        _ => Protocol::RestJson,
    }
}

fn speaks_cbor(seen: &Seen<'_>) -> bool {
    seen.smithy_protocol.is_some_and(|name| name.eq_ignore_ascii_case("rpc-v2-cbor"))
}

fn of(table: &Table, id: OperationId) -> Option<&Service> {
    table.service(id)
}

fn id(table: &Table, service: u16, operation: &str) -> Option<OperationId> {
    let operation = table.services().get(usize::from(service))?.index_of(operation)?;
    Some(OperationId { service, operation })
}

fn fitting(ids: impl IntoIterator<Item = OperationId>) -> Fitting {
    let mut fitting = Fitting::default();
    ids.into_iter().for_each(|id| fitting.add(id));
    fitting
}
