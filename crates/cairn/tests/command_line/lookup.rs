//! `cairn lookup` and `cairn events` against a server, and against somebody else.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use serde_json::Value;

use crate::running::{Desk, text, until};
use crate::s3::Client;

fn buckets(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["requestParameters"]["bucketName"].as_str().unwrap()).collect()
}

#[test]
fn events_are_found_newest_first_by_what_they_are() {
    let desk = Desk::new();
    let _server = desk.serve(&[]);
    let client = Client::new(&desk);
    let names: Vec<String> = (0..55).map(|number| format!("bucket-{number:02}")).collect();
    names.iter().for_each(|name| client.create_bucket(name));
    let created = ["lookup", "--event-name", "CreateBucket"];
    // Fifty is a page and the default; five more come with the next token.
    let all = until(|| {
        let found = desk.json(&[created.as_slice(), &["--max", "1000"]].concat());
        (found.len() == names.len()).then_some(found)
    });
    let newest_first: Vec<&str> = names.iter().rev().map(String::as_str).collect();
    let mut found = buckets(&all);
    // Events of one second have no order that a client can know.
    found.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(found, newest_first);
    let times: Vec<&str> = all.iter().map(|event| event["eventTime"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    assert_eq!(desk.json(&created).len(), 50);
    assert_eq!(desk.json(&[created.as_slice(), &["--max", "53"]].concat()), all[..53]);

    let one = desk.json(&["lookup", "--resource-name", "bucket-07", "--event-source", "s3"]);
    assert_eq!(buckets(&one), ["bucket-07"]);
    let id = one[0]["eventID"].as_str().unwrap();
    assert_eq!(desk.json(&["lookup", "--event-id", id, "--username", "administrator"]), one);
    assert_eq!(desk.json(&["lookup", "--event-id", id, "--read-only", "true"]), Vec::<Value>::new());
    assert_eq!(desk.json(&[created.as_slice(), &["--to", "2020-01-01"]].concat()), Vec::<Value>::new());
    assert_eq!(desk.json(&[created.as_slice(), &["--since", "1h", "--max", "2"]].concat()), all[..2]);
    assert_eq!(desk.json(&[created.as_slice(), &["--region", "eu-west-1"]].concat()), Vec::<Value>::new());
}

#[test]
fn conditions_of_a_search_are_one_letter_and_json_is_asked_for_as_everywhere() {
    let desk = Desk::new();
    let _server = desk.serve(&[]);
    Client::new(&desk).create_bucket("searched");
    let search = ["events", "searched", "-w", "event-name=CreateBucket", "--json"];
    let found = until(|| Some(desk.json(&search)).filter(|found| !found.is_empty()));
    assert_eq!(buckets(&found), ["searched"]);
    let both = desk.run(&[search.as_slice(), &["--output", "csv"]].concat());
    assert_eq!(both.status.code(), Some(2), "{both:?}");
}

/// Answers one request with a 404 that says nothing, as servers do that never heard of the page.
fn somebody_else() -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let answering = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut read = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        while read.read_line(&mut line).unwrap() > 2 {
            line.clear();
        }
        let nothing = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        stream.write_all(nothing.as_bytes()).unwrap();
    });
    (endpoint, answering)
}

#[test]
fn who_does_not_answer_as_cairn_does_is_doubted() {
    let (endpoint, answering) = somebody_else();
    let desk = Desk::new();
    let mut command = desk.command(&["tail"]);
    command.env("AWS_ENDPOINT_URL", &endpoint);
    let asked = command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").output();
    let told = text(&asked.unwrap().stderr);
    assert!(told.contains(&format!("Is it Cairn that answers at {endpoint}")), "{told}");
    answering.join().unwrap();
}

#[test]
fn refusals_are_told_and_the_environment_decides_who_asks() {
    let desk = Desk::new();
    let _server = desk.serve(&[]);
    let backwards = desk.run(&["lookup", "--from", "2026-01-02", "--to", "2026-01-01"]);
    assert_eq!(backwards.status.code(), Some(1));
    assert!(text(&backwards.stderr).contains("InvalidTimeRangeException"), "{backwards:?}");
    let endpoint = std::fs::read_to_string(desk.data_dir().join("endpoint")).unwrap();
    let elsewhere = Desk::new();
    let ask = |secret: &str| {
        let lines = desk.printed(&["env"]);
        let mut command = elsewhere.command(&["lookup"]);
        command.env("AWS_ENDPOINT_URL", endpoint.trim()).env("AWS_SECRET_ACCESS_KEY", secret);
        for line in lines.lines().filter(|line| !line.contains("SECRET") && !line.contains("ENDPOINT")) {
            let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
            command.env(name, value);
        }
        command.output().unwrap()
    };
    let lines = desk.printed(&["env"]);
    let secret = lines.lines().find_map(|line| line.strip_prefix("export AWS_SECRET_ACCESS_KEY=")).unwrap();
    assert_eq!(ask(secret).status.code(), Some(0));
    let refused = ask("wrong");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("eval \"$(cairn env)\""), "{refused:?}");
}
