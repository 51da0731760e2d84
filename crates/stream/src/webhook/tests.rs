use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use cairn_event::Clock;
use jiff::Timestamp;

use super::*;
use crate::destination::{DestinationKind, Format, From, PatternSource};

/// Stands still.
#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// The numbers of the events in a request, and the status that answered it.
type Told = (Vec<u64>, u16);

/// Answers each request with a status and tells the numbers of the events in it.
fn receiver(answer: fn(&[u64], usize) -> u16) -> (Uri, Receiver<Told>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                if let Some(value) = line.strip_prefix("content-length: ") {
                    length = value.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    break;
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let events: Vec<u64> = serde_json::from_slice(&body).unwrap();
            let status = answer(&events, number);
            // Told before it is answered: whoever has the answer finds everything told.
            if tell.send((events, status)).is_err() {
                return;
            }
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.get_mut().write_all(head.as_bytes()).unwrap();
        }
    });
    (url, told)
}

fn webhook(url: Uri) -> Webhook {
    let own = WebhookConfig { url, secret_file: None, authorization_file: None };
    let config = DestinationConfig {
        name: "hook".to_owned(),
        kind: DestinationKind::Webhook(own.clone()),
        format: Format::Record,
        pattern: PatternSource::None,
        from: From::Now,
        batch_events: 100,
        batch_bytes: 1 << 20,
        timeout: Duration::from_secs(10),
        authority: None,
        dead_letter_bytes_max: 0,
    };
    let form = Form { format: Format::Record, pattern: None };
    let dead = DeadLetters::new("hook".to_owned(), PathBuf::from("unused"), 0, Arc::new(Noon));
    Webhook::open(&config, &own, form, dead, Arc::new(Noon)).unwrap()
}

/// Puts eight events, numbered from 0; returns what was rejected, and each request with its answer.
fn put(answer: fn(&[u64], usize) -> u16) -> (Result<Vec<Rejected>, String>, Vec<Told>) {
    let (url, told) = receiver(answer);
    let webhook = webhook(url);
    let message =
        |number: u64| Message { id: number.to_string(), subject: None, body: number.to_string().into() };
    let messages: Vec<Message> = (0..8).map(message).collect();
    let messages: Vec<&Message> = messages.iter().collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let put = runtime.block_on(webhook.put(Batch { lane: &(), slot: 0, messages: &messages }));
    (put.map_err(|error| error.code), told.try_iter().collect())
}

fn given_up(index: usize) -> Rejected {
    Rejected { index, fate: Fate::GiveUp("refused-422") }
}

#[test]
fn a_batch_that_is_taken_is_one_request() {
    let (rejected, requests) = put(|_, _| 204);
    assert_eq!(rejected, Ok(Vec::new()));
    assert_eq!(requests, [((0..8).collect(), 204)]);
}

#[test]
fn the_events_to_blame_are_found_and_the_others_go_in_order() {
    let (rejected, requests) =
        put(|events, _| if events.contains(&2) || events.contains(&7) { 422 } else { 200 });
    assert_eq!(rejected, Ok(vec![given_up(2), given_up(7)]));
    let taken: Vec<u64> =
        requests.iter().filter(|(_, status)| *status == 200).flat_map(|(events, _)| events.clone()).collect();
    assert_eq!(taken, [0, 1, 3, 4, 5, 6]);
}

#[test]
fn nothing_goes_past_what_has_to_be_sent_again() {
    let (rejected, requests) = put(|events, number| match (number, events) {
        (0, _) => 413,
        (_, [2, 3]) => 500,
        (_, events) => {
            if events.len() > 2 {
                413
            } else {
                200
            }
        }
    });
    let again = |index| Rejected { index, fate: Fate::Retry("Http500".to_owned()) };
    let mut rejected = rejected.unwrap();
    rejected.sort_by_key(|one| one.index);
    assert_eq!(rejected, (2..8).map(again).collect::<Vec<_>>());
    let asked: Vec<Vec<u64>> = requests.into_iter().map(|(events, _)| events).collect();
    assert_eq!(asked, [vec![0, 1, 2, 3, 4, 5, 6, 7], vec![0, 1, 2, 3], vec![0, 1], vec![2, 3]]);
}

#[test]
fn a_failure_of_the_whole_is_an_error() {
    assert_eq!(put(|_, _| 503).0, Err("Http503".to_owned()));
}
