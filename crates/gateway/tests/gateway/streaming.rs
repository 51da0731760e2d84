//! Bodies pass as they come, and nobody holds more of them than a little.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::world::{LIMIT, World};

/// More than all sockets and buffers between two ends hold: beyond this, whoever goes on sending is not held back.
const HELD_BYTES_MAX: usize = 24 << 20;

#[tokio::test]
async fn each_piece_passes_before_the_next_is_sent() {
    let world = World::new().await;
    let mut client = world.client().await;
    let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    client.say(head).await;
    let mut upstream = world.accept().await;
    upstream.hears(head).await;
    for piece in ["3\r\none\r\n", "3\r\ntwo\r\n", "0\r\n\r\n"] {
        client.say(piece).await;
        upstream.hears(piece).await;
    }
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    upstream.say(head).await;
    client.hears(head).await;
    for piece in ["1\r\n \r\n", "5\r\nthree\r\n", "0\r\n\r\n"] {
        upstream.say(piece).await;
        client.hears(piece).await;
    }
}

#[tokio::test]
async fn an_answer_may_begin_before_the_request_ends() {
    let world = World::new().await;
    let mut client = world.client().await;
    let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    client.say(head).await;
    let mut upstream = world.accept().await;
    upstream.hears(head).await;
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n";
    upstream.say(answer).await;
    client.hears(answer).await;
    client.say("3\r\none\r\n").await;
    upstream.hears("3\r\none\r\n").await;
    upstream.say("2\r\nyo\r\n").await;
    client.hears("2\r\nyo\r\n").await;
    client.say("0\r\n\r\n").await;
    upstream.hears("0\r\n\r\n").await;
    upstream.say("0\r\n\r\n").await;
    client.hears("0\r\n\r\n").await;
}

#[tokio::test]
async fn a_slow_reader_holds_the_sender_back() {
    let world = World::new().await;
    let mut client = world.client().await;
    client.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
    let mut upstream = world.accept().await;
    upstream.hear_until("\r\n\r\n").await;
    upstream.say("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n").await;
    let held = push(&mut upstream.socket).await;
    assert!(held < HELD_BYTES_MAX, "{held} bytes were taken that nobody reads");
    // Once it reads, the rest comes.
    let mut buffer = vec![0; 1 << 20];
    let mut read = 0;
    while read < held {
        read += timeout(LIMIT, client.socket.read(&mut buffer)).await.expect("bytes").unwrap();
    }
}

#[tokio::test]
async fn a_slow_upstream_holds_the_client_back() {
    let world = World::new().await;
    let mut client = world.client().await;
    client.say("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1073741824\r\n\r\n").await;
    let mut upstream = world.accept().await;
    upstream.hear_until("\r\n\r\n").await;
    let held = push(&mut client.socket).await;
    assert!(held < HELD_BYTES_MAX, "{held} bytes were taken that nobody reads");
}

/// Writes until nobody takes more, and returns how much was taken.
async fn push(socket: &mut tokio::net::TcpStream) -> usize {
    let piece = vec![b'x'; 256 << 10];
    let mut taken = 0;
    while taken < 2 * HELD_BYTES_MAX {
        match timeout(Duration::from_millis(500), socket.write(&piece)).await {
            Ok(written) => taken += written.unwrap(),
            Err(_full) => break,
        }
    }
    taken
}
