//! `cairn tail` against servers that come and go.

use serde_json::Value;

use crate::running::{Desk, until};
use crate::s3::Client;

/// The bucket that a line says was made.
fn created(line: &str) -> Option<String> {
    let event: Value = serde_json::from_str(line).unwrap();
    let is_creation = event["eventName"] == "CreateBucket";
    is_creation.then(|| event["requestParameters"]["bucketName"].as_str().unwrap().to_owned())
}

#[test]
fn following_survives_restarts_and_kills_without_loss_or_repetition() {
    let desk = Desk::new();
    let mut server = desk.serve(&[]);
    Client::new(&desk).create_bucket("before");
    let tail = desk.go(&["tail", "-f", "-n", "1"]);
    let mut seen = vec![created(&tail.line(|line| created(line).is_some())).unwrap()];
    for round in 0..4 {
        let client = Client::new(&desk);
        let names = [format!("round-{round}-a"), format!("round-{round}-b")];
        client.create_bucket(&names[0]);
        seen.push(created(&tail.line(|line| created(line).is_some())).unwrap());
        client.create_bucket(&names[1]);
        // Whether the second was printed before the server went is left to chance.
        if round % 2 == 0 {
            server.interrupt();
        } else {
            server.kill();
        }
        server = desk.serve(&[]);
        seen.push(created(&tail.line(|line| created(line).is_some())).unwrap());
    }
    Client::new(&desk).create_bucket("after");
    seen.push(created(&tail.line(|line| created(line).is_some())).unwrap());
    let rounds = (0..4).flat_map(|round| [format!("round-{round}-a"), format!("round-{round}-b")]);
    let made: Vec<String> =
        std::iter::once("before".to_owned()).chain(rounds).chain(["after".to_owned()]).collect();
    assert_eq!(seen, made);
    assert_eq!(tail.interrupt().code(), Some(0));
}

#[test]
fn the_last_events_are_shown_oldest_first() {
    let desk = Desk::new();
    let _server = desk.serve(&[]);
    let client = Client::new(&desk);
    let names = ["aaa", "bbb", "ccc", "ddd"];
    names.iter().for_each(|name| client.create_bucket(name));
    let last = |count: &str| -> Vec<Option<String>> {
        desk.printed(&["tail", "-n", count]).lines().map(created).collect()
    };
    let shown = |names: &[&str]| -> Vec<Option<String>> {
        names.iter().map(|name| Some((*name).to_owned())).collect()
    };
    assert_eq!(last("2"), shown(&["ccc", "ddd"]));
    // The look itself is an event, and the next one sees it.
    assert_eq!(last("2"), [Some("ddd".to_owned()), None]);
    assert_eq!(last("0"), []);
    let all = last("10000");
    assert_eq!(all.iter().flatten().map(String::as_str).collect::<Vec<_>>(), names);
    assert!(desk.json(&["tail", "--region", "eu-west-1"]).is_empty());
}

#[test]
fn following_ends_quietly_when_nobody_reads() {
    let desk = Desk::new();
    let _server = desk.serve(&[]);
    let tail = desk.go(&["tail", "-f", "-n", "0"]);
    // The reader goes with the first line that it is not interested in, as `head` does.
    tail.line(|_any| true);
    let client = Client::new(&desk);
    let mut made = 0;
    let ended = std::thread::spawn(move || tail.ended_unread());
    until(|| {
        if !ended.is_finished() {
            client.create_bucket(&format!("unread-{made:04}"));
            made += 1;
        }
        ended.is_finished().then_some(())
    });
    assert_eq!(ended.join().unwrap().code(), Some(0));
}
