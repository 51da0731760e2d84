//! What an encoder wrote is read back, for every operation and protocol.

use cairn_operations::Table;
use cairn_wire::recognise::Protocol;
use serde_json::{Map, Value};

use super::super::decoded::{Decoded, structure};
use super::sample::{Draw, drawn};
use super::{each_operation, encoder, exchanged};
use crate::modelled::ModelledCall;

#[test]
fn fuzz_every_request_and_answer_is_read_back() {
    let table = Table::built_in();
    let (messages, members, failures) = each_operation(&table, check, merge, Tally::default);
    println!("{messages} messages with {members} members at the top");
    let shown: Vec<&String> = failures.iter().take(20).collect();
    assert!(failures.is_empty(), "{} failed, among them {shown:#?}", failures.len());
    assert!(messages > 65_000 && members > 145_000);
}

/// How many values are tried for each message: one, and more where other tests mutate longer too.
fn values() -> u64 {
    if std::env::var_os("CAIRN_FUZZ_ITERATIONS").is_some() { 8 } else { 1 }
}

/// Operations with two members of one name on the wire; so have those that call one `Action`, in a form.
const TWINS: [&str; 2] = ["GetBucketNotification", "PutBucketNotification"];

type Tally = (usize, usize, Vec<String>);

fn merge(a: Tally, b: Tally) -> Tally {
    (a.0 + b.0, a.1 + b.1, a.2.into_iter().chain(b.2).collect())
}

fn check(call: &ModelledCall) -> Tally {
    (0..values()).map(|seed| check_one(call, seed)).fold(Tally::default(), merge)
}

fn check_one(call: &ModelledCall, seed: u64) -> Tally {
    let shapes = call.shapes();
    let operation = call.table.operation(call.operation).unwrap();
    let takes_action = structure(&shapes, operation.input)
        .is_some_and(|(members, _)| members.iter().any(|member| member.on_wire() == "Action"));
    if TWINS.contains(&operation.name.as_str()) || takes_action && call.protocol == Protocol::Query {
        return Tally::default();
    }
    let number = u64::from(call.operation.service) << 16 | u64::from(call.operation.operation);
    let mut draw = Draw::new(seed << 32 | number);
    let asked = drawn(&shapes, operation.input, call.protocol, &mut draw);
    let answered = drawn(&shapes, operation.output, call.protocol, &mut draw);
    let request = encoder::request(&shapes, operation, call.protocol, &asked);
    let answer = encoder::answer(&shapes, operation, call.protocol, &answered);
    let decoded = exchanged(&request, 200, &answer, |exchange| Decoded::of(exchange, call, &shapes, false));
    let mut failures = Vec::new();
    let differs = |expected: &Map<String, Value>, found: &Map<String, Value>, sent: &[u8]| {
        let (expected, found) = (Value::Object(expected.clone()), Value::Object(found.clone()));
        let service = &call.table.service(call.operation).unwrap().name;
        (expected != found).then(|| {
            let sent = String::from_utf8_lossy(sent);
            format!(
                "{service} {} {:?}: {expected}\n  became {found}\n  {} {sent}",
                operation.name, call.protocol, request.query
            )
        })
    };
    failures.extend(differs(&asked, &decoded.request, &request.body));
    let mut found = decoded.answer;
    found.retain(|name, _| answered.contains_key(name));
    failures.extend(differs(&answered, &found, &answer.body));
    (2, asked.len() + answered.len(), failures)
}
