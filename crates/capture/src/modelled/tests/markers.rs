//! A marker in every member that its model holds to be secret, of every operation and in every protocol that its
//! service speaks, never reaches a record: not from a request, not from an answer, and not from an error that
//! repeats the request.

use std::collections::BTreeSet;
use std::sync::Arc;

use cairn_operations::{Kind, Member, OperationId, ServiceModel, Shape, Table};
use cairn_wire::query::Operation as _;
use cairn_wire::recognise::Protocol;
use cairn_wire::{iam, kms};

use super::super::decoded::Decoded;
use super::super::rendering::Rendering;
use super::super::style::Style;
use super::secrets::{Marks, TRACES, marked};
use super::{Sent, each_operation, encoder, exchanged, protocols, recorded};
use crate::ServiceCall;
use crate::modelled::ModelledCall;

#[test]
fn markers_in_secrets_reach_no_record() {
    let found = each_operation(&Table::built_in(), check, Found::merge, Found::default);
    println!(
        "{} operations with secrets, {} ways to them in {} messages, {} markers",
        found.operations.len(),
        found.members,
        found.messages,
        found.markers
    );
    let shown: Vec<&String> = found.leaks.iter().take(20).collect();
    assert!(found.leaks.is_empty(), "{} leaks, among them {shown:#?}", found.leaks.len());
    assert_eq!(found.operations.len(), 2864, "the operations of the table that have secrets");
    assert!(found.members > 64_000 && found.messages > 20_000);
}

#[derive(Debug, Default)]
struct Found {
    operations: BTreeSet<OperationId>,
    /// Ways to secrets, each in one protocol only.
    members: usize,
    messages: usize,
    markers: usize,
    leaks: Vec<String>,
}

impl Found {
    fn merge(mut self, other: Self) -> Self {
        self.operations.extend(other.operations);
        self.members += other.members;
        self.messages += other.messages;
        self.markers += other.markers;
        self.leaks.extend(other.leaks);
        self
    }

    fn look(&mut self, call: &ModelledCall, what: &str, text: &str) {
        self.messages += 1;
        if let Some(trace) = TRACES.iter().find(|trace| text.contains(**trace)) {
            let service = &call.table.service(call.operation).unwrap().name;
            let around = text.find(trace).unwrap().saturating_sub(200);
            let around: String = text.chars().skip(around).take(300).collect();
            self.leaks.push(format!("{service} {} {:?} {what}: {around}", call.event_name, call.protocol));
        }
    }
}

/// How many secrets of a request an error repeats.
const REPEATED: usize = 12;

fn check(call: &ModelledCall) -> Found {
    let mut found = Found::default();
    let shapes = call.shapes();
    let operation = call.table.operation(call.operation).unwrap();
    let (mut asked, mut answered) = (Marks::default(), Marks::default());
    let given = marked(&shapes, operation.input, call.protocol, &mut asked);
    let told = marked(&shapes, operation.output, call.protocol, &mut answered);
    if asked.members + answered.members == 0 {
        return found;
    }
    found.operations.insert(call.operation);
    // Ways are not counted again in the other protocols of a service.
    if protocols(call.table.service(call.operation).unwrap()).first() == Some(&call.protocol) {
        found.members += asked.members + answered.members;
    }
    found.markers += asked.texts.len() + answered.texts.len();
    let request = encoder::request(&shapes, operation, call.protocol, &given);
    let answer = encoder::answer(&shapes, operation, call.protocol, &told);
    let record = recorded(call, &request, 200, &answer);
    found.look(call, "record", &String::from_utf8_lossy(&record.to_bytes()));
    // Before limits leave anything out.
    found.look(call, "request", &format!("{:?}", record.request_parameters));
    found.look(call, "answer", &format!("{:?}", record.response_elements));
    // What is not recorded of a reading would not hold them either.
    found.look(call, "answer of a reading", &answer_of_reading(call, &request, &answer));
    if !asked.texts.is_empty() {
        let step = asked.texts.len().div_ceil(REPEATED);
        let repeated: Vec<&str> = asked.texts.iter().step_by(step).map(String::as_str).collect();
        let message = format!("Value '{}' failed", repeated.join("' or '"));
        let record = recorded(call, &request, 400, &error(call.protocol, &message));
        assert!(record.error_message.is_some(), "{} {:?}", call.event_name, call.protocol);
        found.look(call, "error", &format!("{:?}", record.error_message));
    }
    found
}

/// The services that Cairn has rules of its own for are recorded by those when somebody else serves them.
#[test]
fn markers_in_secrets_of_built_in_services_reach_no_record() {
    let table = Table::built_in();
    let mut found = Found::default();
    for (service, protocol) in [("iam", Protocol::Query), ("kms", Protocol::Json), ("sts", Protocol::Query)] {
        let known = table.services().iter().find(|known| known.name == service).unwrap();
        for operation in &known.operations {
            let name = operation.name.as_str();
            let own = match service {
                "iam" => iam::Operation::find(name).map(ServiceCall::Iam),
                "kms" => kms::Operation::find(name).map(|operation| ServiceCall::Kms(operation.into())),
                _ => Some(ServiceCall::Sts(name.to_owned())),
            };
            let Some(own) = own else { continue };
            let id = table.find(service, name).unwrap();
            let call = ModelledCall::new(&table, id, protocol).unwrap();
            let (shapes, mut marks) = (call.shapes(), Marks::default());
            let given = marked(&shapes, operation.input, protocol, &mut marks);
            let request = encoder::request(&shapes, operation, protocol, &given);
            let refusal = error(protocol, &format!("Values {} failed", marks.texts.join(" and ")));
            let told = marked(&shapes, operation.output, protocol, &mut marks);
            let answer = encoder::answer(&shapes, operation, protocol, &told);
            for (status, answer) in [(200, answer), (400, refusal)] {
                let record = exchanged(&request, status, &answer, |exchange| crate::record(exchange, &own));
                found.look(&call, "record", &format!("{record:?}"));
                found.look(&call, "bytes", &String::from_utf8_lossy(&record.to_bytes()));
            }
            found.markers += marks.texts.len();
        }
    }
    println!("{} messages of built-in services, {} markers", found.messages, found.markers);
    assert!(found.leaks.is_empty(), "{:#?}", found.leaks);
    assert!(found.markers > 10);
}

fn answer_of_reading(call: &ModelledCall, request: &Sent, answer: &Sent) -> String {
    let shapes = call.shapes();
    let operation = call.table.operation(call.operation).unwrap();
    let decoded = exchanged(request, 200, answer, |exchange| Decoded::of(exchange, call, &shapes, false));
    let style = Style::of(&call.event_source, call.protocol);
    let mut shown = Rendering { shapes: &shapes, style }.message(operation.output, &decoded.answer);
    shown.iter_mut().for_each(cairn_event::redact);
    format!("{shown:?}")
}

fn error(protocol: Protocol, message: &str) -> Sent {
    let xml = message.replace('&', "&amp;").replace('<', "&lt;");
    let document = serde_json::json!({"__type": "ValidationException", "message": message});
    let body = match protocol {
        Protocol::Json | Protocol::RestJson => document.to_string().into_bytes(),
        Protocol::Cbor => {
            let mut body = Vec::new();
            ciborium::into_writer(&document, &mut body).unwrap();
            body
        }
        Protocol::Query | Protocol::RestXml => {
            format!("<ErrorResponse><Error><Code>C</Code><Message>{xml}</Message></Error></ErrorResponse>")
                .into()
        }
        Protocol::Ec2Query => format!(
            "<Response><Errors><Error><Code>C</Code><Message>{xml}</Message></Error></Errors></Response>"
        )
        .into(),
    };
    Sent { body, ..Sent::default() }
}

/// The search finds what there is to find: without the marks of the models, markers are in records.
#[test]
fn markers_are_found_where_nothing_is_secret() {
    let names =
        ["autoscaling", "cognito-idp", "ec2", "gamelift", "lambda", "cloudfront", "ssm", "workspaces"];
    let built_in = Table::built_in();
    let models = names.map(|name| {
        let service = built_in.services().iter().find(|service| service.name == name).unwrap().clone();
        let mut shapes =
            (*built_in.shapes(built_in.find(name, &service.operations[0].name).unwrap())).clone();
        shapes.shapes.iter_mut().for_each(expose);
        ServiceModel { service, shapes }
    });
    let table = Arc::new(Table::open(&Table::pack("exposed", models.to_vec()).unwrap()).unwrap());
    let (mut asked, mut leaked) = (0, BTreeSet::new());
    for service in table.services() {
        for operation in &service.operations {
            let id = table.find(&service.name, &operation.name).unwrap();
            for protocol in protocols(service) {
                // Marked by the true shapes, recorded by the exposed ones.
                let known = built_in.find(&service.name, &operation.name).unwrap();
                let mut marks = Marks::default();
                let given = marked(&built_in.shapes(known), operation.input, *protocol, &mut marks);
                let call = ModelledCall::new(&table, id, *protocol).unwrap();
                let request = encoder::request(&table.shapes(id), operation, *protocol, &given);
                let record = recorded(&call, &request, 200, &Sent::default());
                let shown = format!("{:?}", record.request_parameters);
                asked += usize::from(!marks.texts.is_empty());
                if TRACES.iter().any(|trace| shown.contains(trace)) {
                    leaked.insert((service.name.clone(), *protocol as u8, operation.name.clone()));
                }
            }
        }
    }
    println!("{} of {asked} requests with markers show them when nothing is secret", leaked.len());
    assert!(leaked.len() * 10 > asked * 7);
    let protocols: BTreeSet<u8> = leaked.iter().map(|(_, protocol, _)| *protocol).collect();
    assert_eq!(protocols.len(), 6, "in every protocol");
}

fn expose(shape: &mut Shape) {
    shape.sensitive = false;
    if let Kind::Structure { members, .. } = &mut shape.kind {
        members.iter_mut().for_each(|member: &mut Member| member.sensitive = false);
    }
    if shape.kind == Kind::Blob {
        shape.kind = Kind::Text;
    }
}
