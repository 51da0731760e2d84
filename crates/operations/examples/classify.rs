//! Recognises requests: JSON lines in, JSON lines out.
//!
//! A line is `{"method", "target", "headers": [[name, value]…], "body"}`; the answer to it is
//! `{"rule", "service", "operation", "event_source", "event_name", "tie_break", "ties": [[service, operation]…]}`.
//! `classify --time` prints how long the recognition of three typical requests takes instead.

#![expect(clippy::print_stdout, reason = "an example that prints")]

use std::io::{BufRead, BufWriter, Write};
use std::sync::Arc;

use cairn_operations::{
    Headers, OperationId, Rule, Sight, Table, event_name, event_source, recognise, s3_operation,
};
use cairn_wire::s3::{Resolver, Seen};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize)]
struct Line {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
}

impl Headers for Line {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let table = Table::built_in();
    if std::env::args().any(|argument| argument == "--time") {
        return time(&table);
    }
    let resolver = Resolver::default();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line: Line = serde_json::from_str(&line?)?;
        serde_json::to_writer(&mut out, &classify(&table, &resolver, &line))?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

fn classify(table: &Arc<Table>, resolver: &Resolver, line: &Line) -> serde_json::Value {
    let (path, query) = line.target.split_once('?').unwrap_or((&line.target, ""));
    let sight = Sight::of(&line.method, path, query, line, line.body.as_bytes());
    let found = recognise(table, &sight.seen());
    let mut recorded = None;
    let id = if found.rule == Rule::S3 {
        let host = line.header("host").unwrap_or_default();
        let copies = line.header("x-amz-copy-source").is_some();
        let call = resolver.resolve(&Seen { method: &line.method, path, query, host, copies });
        recorded = Some(call.event_name);
        call.operation.and_then(|operation| s3_operation(table, sight.signing_name(), operation))
    } else {
        found.operation
    };
    let names = |id: OperationId| Some((table.service(id)?, table.operation(id)?));
    let named = id.and_then(names);
    let ties = found.ties.as_slice().iter().filter_map(|id| names(*id));
    json!({
        "rule": found.rule.name(),
        "service": named.map(|(service, _)| &service.name),
        "operation": named.map(|(_, operation)| &operation.name),
        "event_source": named.map(|(service, _)| event_source(service)),
        "event_name": recorded.map(Into::into).or_else(|| Some(event_name(named?.0, named?.1))),
        "tie_break": found.tie_break.map(|broken| broken.name()),
        "ties": ties.map(|(service, operation)| json!([service.name, operation.name])).collect::<Vec<_>>(),
    })
}

/// Prints nanoseconds for each recognition.
fn time(table: &Arc<Table>) -> Result<(), Box<dyn std::error::Error>> {
    const SCOPE: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261125/us-east-1/";
    let requests = [
        ("rest-json", "GET", "/2015-03-31/functions/orders/versions?MaxItems=10", "lambda", "", ""),
        ("query", "POST", "/", "sns", "", "Action=Publish&Version=2010-03-31&TopicArn=arn&Message=hello"),
        ("json", "POST", "/", "dynamodb", "DynamoDB_20120810.GetItem", "{}"),
    ];
    for (name, method, target, service, amz_target, body) in requests {
        let mut headers = vec![
            ("host".to_owned(), "localhost:4566".to_owned()),
            (
                "user-agent".to_owned(),
                "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python".to_owned(),
            ),
            ("x-amz-date".to_owned(), "20261125T120000Z".to_owned()),
            (
                "authorization".to_owned(),
                format!("{SCOPE}{service}/aws4_request, SignedHeaders=host, Signature=0"),
            ),
        ];
        if !amz_target.is_empty() {
            headers.push(("x-amz-target".to_owned(), amz_target.to_owned()));
        }
        if body.starts_with("Action") {
            headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
        }
        let line =
            Line { method: method.to_owned(), target: target.to_owned(), headers, body: body.to_owned() };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let once = || recognise(table, &Sight::of(method, path, query, &line, body.as_bytes()).seen());
        let found = once().operation.and_then(|id| table.operation(id)).ok_or("nothing was recognised")?;
        let whole = fastest(|| {
            std::hint::black_box(once());
        });
        let sight = Sight::of(method, path, query, &line, body.as_bytes());
        let seen = sight.seen();
        let alone = fastest(|| {
            std::hint::black_box(recognise(table, std::hint::black_box(&seen)));
        });
        println!("{name}: {} in {whole} ns, {alone} of them in the table", found.name);
    }
    Ok(())
}

/// Returns the nanoseconds of one call in the fastest of many rounds: others use the machine too.
fn fastest(call: impl Fn()) -> u128 {
    const ROUNDS: u32 = 300;
    const CALLS: u32 = 1000;
    let rounds = (0..ROUNDS).map(|_| {
        let begin = std::time::Instant::now();
        (0..CALLS).for_each(|_| call());
        begin.elapsed().as_nanos() / u128::from(CALLS)
    });
    rounds.min().unwrap_or_default()
}
