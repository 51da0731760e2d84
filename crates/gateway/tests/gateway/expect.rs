//! `Expect: 100-continue` from end to end.

use std::time::Duration;

use crate::world::World;

const HEAD: &str = "PUT /b/k HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

#[tokio::test]
async fn the_client_is_told_to_continue_when_the_upstream_says_so() {
    let world = World::new().await;
    let mut client = world.client().await;
    client.say(HEAD).await;
    let mut upstream = world.accept().await;
    upstream.hears(HEAD).await;
    assert!(client.hears_nothing().await);
    upstream.say("HTTP/1.1 100 Continue\r\n\r\n").await;
    client.hears("HTTP/1.1 100 Continue\r\n\r\n").await;
    client.say("hello").await;
    upstream.hears("hello").await;
    upstream.say(OK).await;
    client.hears(OK).await;
}

#[tokio::test]
async fn a_final_answer_comes_instead_of_leave() {
    let world = World::new().await;
    let mut client = world.client().await;
    client.say(HEAD).await;
    let mut upstream = world.accept().await;
    upstream.hears(HEAD).await;
    let refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\ndenied";
    upstream.say(refusal).await;
    let heard = client.hear_until("denied").await;
    assert!(heard.starts_with("HTTP/1.1 403 Forbidden\r\n") && !heard.contains("100"), "{heard}");
    // The upstream still waits for a body on this connection: it is of no more use.
    assert_eq!(upstream.hear_end().await, "");
}

#[tokio::test]
async fn an_upstream_without_a_word_is_sent_the_body_after_a_while() {
    let world = World::with(|mut config| {
        config.timeouts.go_ahead = Duration::from_millis(50);
        config
    })
    .await;
    let mut client = world.client().await;
    client.say(HEAD).await;
    let mut upstream = world.accept().await;
    upstream.hears(HEAD).await;
    client.hears("HTTP/1.1 100 Continue\r\n\r\n").await;
    client.say("hello").await;
    upstream.hears("hello").await;
    upstream.say(OK).await;
    client.hears(OK).await;
}
