//! How long it takes to recognise typical requests.

#![expect(clippy::print_stdout, reason = "an example that prints")]

use std::hint::black_box;
use std::time::Instant;

use cairn_operations::{Headers, Sight, Table, recognise};

/// A request by method, target, signing name, `X-Amz-Target` and form.
type Request = (&'static str, &'static str, &'static str, &'static str, &'static str);

const REQUESTS: [(&str, Request); 3] = [
    ("REST-JSON", ("GET", "/2015-03-31/functions/orders/versions?MaxItems=10", "lambda", "", "")),
    ("query", ("POST", "/", "sns", "", "Action=Publish&Version=2010-03-31&TopicArn=arn&Message=hello")),
    ("JSON", ("POST", "/", "dynamodb", "DynamoDB_20120810.GetItem", "")),
];

struct Sent(Vec<(&'static str, String)>);

impl Headers for Sent {
    fn header(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| *given == name).map(|(_, value)| value.as_str())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let table = Table::built_in();
    for (protocol, request) in REQUESTS {
        let (method, target, _, _, form) = request;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let sent = headers(request);
        let sight = || Sight::of(method, path, query, &sent, form.as_bytes());
        let found = recognise(&table, &sight().seen());
        let name = found.operation.and_then(|id| table.operation(id)).map(|operation| &operation.name);
        let whole = fastest(|| recognise(&table, &sight().seen()));
        let sighted = sight();
        let seen = sighted.seen();
        let alone = fastest(|| recognise(&table, black_box(&seen)));
        let name = name.ok_or("nothing was recognised")?;
        println!("{protocol}: {name} in {whole} ns, {alone} of them in the table");
    }
    Ok(())
}

fn headers((_, _, service, amz_target, form): Request) -> Sent {
    let scope = format!("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261125/us-east-1/{service}");
    let mut headers = vec![
        ("host", "localhost:4566".to_owned()),
        ("user-agent", "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python#3.11".to_owned()),
        ("x-amz-date", "20261125T120000Z".to_owned()),
        ("authorization", format!("{scope}/aws4_request, SignedHeaders=host;x-amz-date, Signature=0")),
    ];
    if !amz_target.is_empty() {
        headers.push(("x-amz-target", amz_target.to_owned()));
    }
    if !form.is_empty() {
        headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
    }
    Sent(headers)
}

/// Returns the nanoseconds of one call in the fastest of many rounds: others use the machine too.
fn fastest<T>(call: impl Fn() -> T) -> u128 {
    const ROUNDS: u32 = 300;
    const CALLS: u32 = 1000;
    let rounds = (0..ROUNDS).map(|_| {
        let begin = Instant::now();
        for _ in 0..CALLS {
            black_box(call());
        }
        begin.elapsed().as_nanos() / u128::from(CALLS)
    });
    rounds.min().unwrap_or_default()
}
