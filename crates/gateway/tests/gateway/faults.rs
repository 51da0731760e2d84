//! What breaks, and what is then known.

use std::time::Duration;

use cairn_gateway::SendError;
use tokio::net::TcpListener;

use crate::world::{World, config};

const GET: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const POST: &str = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn a_request_that_was_never_sent_goes_over_another_connection() {
    let world = World::new().await;
    let mut client = world.client().await;
    client.say(POST).await;
    let mut upstream = world.accept().await;
    upstream.hears(POST).await;
    upstream.say(OK).await;
    client.hears(OK).await;
    drop(upstream);
    client.say(POST).await;
    let mut upstream = world.accept().await;
    upstream.hears(POST).await;
    upstream.say(OK).await;
    client.hears(OK).await;
}

#[tokio::test]
async fn a_safe_request_is_sent_again_where_a_used_connection_died_of_it_and_another_is_not() {
    let action = "GET /?AWSAccessKeyId=a&Action=SendMessage HTTP/1.1\r\nHost: h\r\n\r\n";
    let escaped = "GET /q?%41ction=SendMessage HTTP/1.1\r\nHost: h\r\n\r\n";
    let signed = "GET /b?prefix=a%2Fb&X-Amz-Signature=a HTTP/1.1\r\nHost: h\r\n\r\n";
    let requests = [(GET, true), (signed, true), (POST, false), (action, false), (escaped, false)];
    for (request, again) in requests {
        let mut world = World::new().await;
        let mut client = world.client().await;
        client.say(request).await;
        let mut upstream = world.accept().await;
        upstream.hears(request).await;
        upstream.say(OK).await;
        client.hears(OK).await;
        client.say(request).await;
        upstream.hears(request).await;
        drop(upstream);
        if again {
            let mut upstream = world.accept().await;
            upstream.hears(request).await;
            upstream.say(OK).await;
            client.hears(OK).await;
        } else {
            assert!(matches!(world.error().await, SendError::Broken(_)));
            client.hear_until("502 Bad Gateway").await;
        }
    }
}

#[tokio::test]
async fn a_new_connection_that_dies_is_not_tried_again() {
    let mut world = World::new().await;
    let mut client = world.client().await;
    client.say(GET).await;
    let mut upstream = world.accept().await;
    upstream.hears(GET).await;
    drop(upstream);
    let error = world.error().await;
    assert!(matches!(error, SendError::Broken(_)) && error.may_have_arrived(), "{error:?}");
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut world = World::before(unused, config(&origin)).await;
    let mut client = world.client().await;
    client.say(GET).await;
    let error = world.error().await;
    assert!(matches!(error, SendError::Connect(_)) && !error.may_have_arrived(), "{error:?}");
}

#[tokio::test]
async fn an_upstream_that_does_not_answer_is_given_up() {
    let mut world = World::with(|mut config| {
        config.timeouts.answer = Duration::from_millis(50);
        config
    })
    .await;
    let mut client = world.client().await;
    client.say(GET).await;
    let mut upstream = world.accept().await;
    upstream.hears(GET).await;
    assert!(matches!(world.error().await, SendError::Silent));
    assert_eq!(upstream.hear_end().await, "");
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_no_answer() {
    let mut world = World::new().await;
    let mut client = world.client().await;
    client.say(GET).await;
    let mut upstream = world.accept().await;
    upstream.hears(GET).await;
    upstream.say("220 smtp.example ESMTP\r\n").await;
    assert!(matches!(world.error().await, SendError::Broken(_)));
}

#[tokio::test]
async fn half_an_answer_is_half_an_answer_to_the_client_too() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ] {
        let world = World::new().await;
        let mut client = world.client().await;
        client.say(GET).await;
        let mut upstream = world.accept().await;
        upstream.hears(GET).await;
        upstream.say(answer).await;
        client.hears(answer).await;
        drop(upstream);
        assert_eq!(client.hear_end().await, "");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_takes_its_request_along() {
    let world = World::new().await;
    let mut client = world.client().await;
    client.say(GET).await;
    let mut upstream = world.accept().await;
    upstream.hears(GET).await;
    drop(client);
    assert_eq!(upstream.hear_end().await, "");
}

#[tokio::test]
async fn a_request_that_breaks_off_never_looks_complete() {
    for head in ["Content-Length: 10\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"] {
        let world = World::new().await;
        let mut client = world.client().await;
        let request = format!("PUT /b/k HTTP/1.1\r\nHost: h\r\n{head}");
        client.say(&request).await;
        let mut upstream = world.accept().await;
        upstream.hears(&request).await;
        drop(client);
        assert_eq!(upstream.hear_end().await, "");
    }
}

#[tokio::test]
async fn an_upload_of_which_nothing_comes_gives_its_place_up() {
    let mut world = World::with(|mut config| {
        config.timeouts.upload = Duration::from_millis(50);
        config.calls_max = 1;
        config
    })
    .await;
    let mut client = world.client().await;
    client.say("PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf").await;
    let mut upstream = world.accept().await;
    let error = world.error().await;
    assert!(matches!(error, SendError::Abandoned(_)) && error.may_have_arrived(), "{error:?}");
    assert!(upstream.hear_end().await.ends_with("half"));
    let mut other = world.client().await;
    other.say(GET).await;
    world.accept().await.hears(GET).await;
}

#[tokio::test]
async fn an_upload_may_take_long_as_long_as_something_comes() {
    let mut world = World::with(|mut config| {
        config.timeouts.upload = Duration::from_millis(400);
        config
    })
    .await;
    let mut client = world.client().await;
    client.say("PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\n").await;
    let mut upstream = world.accept().await;
    upstream.hear_until("\r\n\r\n").await;
    for byte in 0..8 {
        // A hundred milliseconds and more, of which the test needs eight.
        assert!(upstream.hears_nothing().await, "before byte {byte}");
        client.say("x").await;
        upstream.hears("x").await;
    }
    upstream.say(OK).await;
    client.hears(OK).await;
    assert!(world.errors.try_recv().is_err());
}

#[tokio::test]
async fn more_calls_than_may_wait_are_refused() {
    let mut world = World::with(|mut config| {
        (config.calls_max, config.waiting_max) = (1, 1);
        config
    })
    .await;
    let (mut first, mut second, mut third) =
        (world.client().await, world.client().await, world.client().await);
    first.say(GET).await;
    let mut upstream = world.accept().await;
    upstream.hears(GET).await;
    second.say(GET).await;
    third.say(GET).await;
    // Whichever of the two came later is refused; the other has its turn.
    assert!(matches!(world.error().await, SendError::Crowded));
    upstream.say(OK).await;
    first.hears(OK).await;
    upstream.hears(GET).await;
    upstream.say(OK).await;
}

#[tokio::test]
async fn a_client_that_leaves_before_its_turn_is_not_sent() {
    let world = World::with(|config| cairn_gateway::UpstreamConfig { calls_max: 1, ..config }).await;
    let (mut first, mut second) = (world.client().await, world.client().await);
    first.say(GET).await;
    let mut upstream = world.accept().await;
    upstream.hears(GET).await;
    second.say(POST).await;
    assert!(second.hears_nothing().await);
    drop(second);
    let mut third = world.client().await;
    third.say(GET).await;
    upstream.say(OK).await;
    first.hears(OK).await;
    upstream.hears(GET).await;
    upstream.say(OK).await;
    third.hears(OK).await;
}
