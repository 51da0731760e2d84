//! Mutated messages of every protocol: always read or left, never a panic, never deeper than what is written.

use cairn_event::RECORD_BYTES_MAX;
use cairn_operations::Table;
use cairn_wire::recognise::Protocol;

use super::sample::{Draw, drawn};
use super::{Sent, encoder, recorded};
use crate::modelled::ModelledCall;

#[path = "../../../../event/tests/fuzz/mutator.rs"]
mod mutator;

use mutator::{Dice, iterations};

const PIECES: &[&str] = &[
    "<",
    "</",
    "/>",
    "<a>",
    "<member>",
    "<entry>",
    "<key>",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&#0;",
    "xsi:",
    ".",
    ".1",
    ".member.1",
    ".entry.1.key",
    ".99999999999999999999",
    "=",
    "&",
    "%",
    "%ff",
    "+",
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "true",
    "1e999",
    "-0",
    "[[[[[[[[",
    "\u{9f}",
    "\u{bf}",
    "\u{ff}",
    "\u{c1}",
    "\u{f9}\u{7c}",
    "\u{0}",
    "/",
    "//",
    "?",
    "{x+}",
    "\u{e9}",
];

/// A round makes two messages before it mutates them, which takes its time.
const ROUNDS_MAX: usize = 1_000_000;

#[test]
fn fuzz_modelled_messages() {
    let table = Table::built_in();
    let calls = [
        ("dynamodb", "TransactWriteItems", Protocol::Json),
        ("cloudwatch", "PutMetricData", Protocol::Cbor),
        ("rds", "CreateDBInstance", Protocol::Query),
        ("ec2", "RunInstances", Protocol::Ec2Query),
        ("lambda", "CreateFunction", Protocol::RestJson),
        ("cloudfront", "CreateDistribution", Protocol::RestXml),
        ("wafv2", "CreateWebACL", Protocol::Json),
        ("quicksight", "CreateDashboard", Protocol::RestJson),
    ];
    let mut dice = Dice::new();
    let (mut asked, mut answered) = (0, 0);
    for round in 0..iterations(3_000).min(ROUNDS_MAX) {
        let (service, operation, protocol) = calls[dice.roll(calls.len())];
        let id = table.find(service, operation).unwrap();
        let call = ModelledCall::new(&table, id, protocol).unwrap();
        let (shapes, known) = (call.shapes(), table.operation(id).unwrap());
        let mut draw = Draw::new(u64::try_from(round).unwrap());
        let given = drawn(&shapes, known.input, protocol, &mut draw);
        let request = mutated(&encoder::request(&shapes, known, protocol, &given), &mut dice);
        let told = drawn(&shapes, known.output, protocol, &mut draw);
        let answer = mutated(&encoder::answer(&shapes, known, protocol, &told), &mut dice);
        let status = [200, 200, 400, 503, 0][dice.roll(5)];
        let record = recorded(&call, &request, status, &answer);
        let bytes = record.to_bytes();
        assert!(bytes.len() <= RECORD_BYTES_MAX);
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap();
        assert_eq!(record.error_code.is_some(), status >= 300);
        asked += usize::from(record.request_parameters.is_some());
        answered += usize::from(record.response_elements.is_some());
    }
    println!("{asked} requests and {answered} answers were still read");
    assert!(asked > 0 && answered > 0);
}

fn mutated(sent: &Sent, dice: &mut Dice) -> Sent {
    let mut mutant = |bytes: &[u8]| dice.mutant(&[bytes.to_vec()], PIECES);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (path, query) = (text(mutant(sent.path.as_bytes())), text(mutant(sent.query.as_bytes())));
    let headers = sent.headers.iter().map(|(name, value)| (name.clone(), mutant(value))).collect();
    let mut headers: Vec<(String, Vec<u8>)> = headers;
    let body = mutant(&sent.body);
    if dice.roll(20) == 0 {
        headers.push(("Content-Encoding".to_owned(), b"gzip".to_vec()));
    }
    Sent { path, query, headers, body, length: 0 }
}
