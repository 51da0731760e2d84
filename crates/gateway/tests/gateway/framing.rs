//! What goes through unchanged.

use crate::world::World;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Sends a request through, and expects it at the upstream as `seen`.
#[track_caller]
fn check(sent: &'static str, seen: &'static str, answer: &'static str, got: &'static str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let world = World::new().await;
        let mut client = world.client().await;
        client.say(sent).await;
        let mut upstream = world.accept().await;
        upstream.hears(seen).await;
        upstream.say(answer).await;
        client.hears(got).await;
    });
}

#[test]
fn the_target_and_every_header_pass_as_they_are() {
    let request = "GET /b/a//b/../%2F%7e+c%20d?acl&x=%2B+&X-Amz-Signature=a%2fb HTTP/1.1\r\n\
                   Host: b.s3.localhost:8333\r\nX-AMZ-Meta-Odd:  two  spaces \r\nx-amz-date: 1\r\n\
                   Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/s3/aws4_request, SignedHeaders=host\r\n\
                   amz-sdk-invocation-id: 1\r\nAccept-Encoding: identity\r\n\r\n";
    let seen = "GET /b/a//b/../%2F%7e+c%20d?acl&x=%2B+&X-Amz-Signature=a%2fb HTTP/1.1\r\n\
                Host: b.s3.localhost:8333\r\nX-AMZ-Meta-Odd: two  spaces\r\nx-amz-date: 1\r\n\
                Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/s3/aws4_request, SignedHeaders=host\r\n\
                amz-sdk-invocation-id: 1\r\nAccept-Encoding: identity\r\n\r\n";
    check(request, seen, OK, OK);
}

#[test]
fn duplicates_stay_apart() {
    let request = "GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-A: 2\r\nX-B: 3\r\n\r\n";
    let answer =
        "HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nETag: \"x\"\r\nContent-Length: 0\r\n\r\n";
    check(request, request, answer, answer);
}

#[test]
fn what_is_meant_for_one_connection_stays_there() {
    check(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nX-A: 1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nConnection: keep-alive\r\nX-B: 1\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nX-B: 1\r\nContent-Length: 2\r\n\r\nok",
    );
}

#[test]
fn a_client_can_not_have_taken_away_what_its_call_is_recorded_by() {
    check(
        "PUT /b/k HTTP/1.1\r\nHost: h\r\nX-Amz-Copy-Source: /b/secret\r\nConnection: x-amz-copy-source\r\nContent-Length: 0\r\n\r\n",
        "PUT /b/k HTTP/1.1\r\nHost: h\r\nX-Amz-Copy-Source: /b/secret\r\nContent-Length: 0\r\n\r\n",
        OK,
        OK,
    );
}

#[test]
fn an_answer_with_chunks_and_a_length_is_one_with_chunks() {
    check(
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    );
}

#[test]
fn a_body_of_known_length_stays_one() {
    let request = "PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
    check(request, request, OK, OK);
    let empty = "PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
    check(empty, empty, OK, OK);
    let none = "POST /b/k?uploads HTTP/1.1\r\nHost: h\r\n\r\n";
    check(none, none, OK, OK);
}

#[test]
fn a_chunked_body_stays_chunked_and_keeps_its_trailers() {
    let request = "PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: x-amz-checksum-crc32\r\n\r\n\
                   5\r\nhello\r\n0\r\nx-amz-checksum-crc32: abc=\r\n\r\n";
    check(request, request, OK, OK);
    let plain = "PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    check(plain, plain, OK, OK);
}

#[test]
fn aws_chunked_is_a_body_like_any_other() {
    let request = "PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Encoding: aws-chunked\r\n\
                   X-Amz-Content-Sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\nX-Amz-Decoded-Content-Length: 5\r\n\
                   X-Amz-Trailer: x-amz-checksum-crc32\r\nContent-Length: 46\r\n\r\n\
                   5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    check(request, request, OK, OK);
}

#[test]
fn answers_keep_their_framing() {
    let get = "GET / HTTP/1.1\r\nHost: h\r\nTE: trailers\r\n\r\n";
    for answer in [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-t\r\n\r\n2\r\nok\r\n0\r\nx-t: 1\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
        "HTTP/1.1 404 Nothing Here\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n",
    ] {
        check(get, get, answer, answer);
    }
    // The length of what a 304 does not send is left out by the HTTP library.
    let unchanged = "HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\nETag: \"a\"\r\n\r\n";
    check(get, get, unchanged, "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n");
    let head = "HEAD /b/k HTTP/1.1\r\nHost: h\r\n\r\n";
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\nETag: \"a\"\r\n\r\n";
    check(head, head, answer, answer);
}

#[tokio::test]
async fn an_answer_without_length_ends_with_its_connection_and_is_framed_anew() {
    let world = World::new().await;
    let mut client = world.client().await;
    client.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
    let mut upstream = world.accept().await;
    upstream.hear_until("\r\n\r\n").await;
    upstream.say("HTTP/1.0 200 OK\r\nServer: BaseHTTP\r\n\r\nall of it").await;
    drop(upstream);
    client.hears("HTTP/1.1 200 OK\r\nServer: BaseHTTP\r\ntransfer-encoding: chunked\r\n\r\n9\r\nall of it\r\n0\r\n\r\n").await;
}

#[test]
fn a_request_to_a_proxy_becomes_one_to_a_server() {
    check(
        "GET http://sqs.us-east-1.amazonaws.com/a?b HTTP/1.1\r\nHost: sqs.us-east-1.amazonaws.com\r\n\
         Proxy-Connection: keep-alive\r\n\r\n",
        "GET /a?b HTTP/1.1\r\nHost: sqs.us-east-1.amazonaws.com\r\n\r\n",
        OK,
        OK,
    );
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let world = World::new().await;
    let (mut client, mut other) = (world.client().await, world.client().await);
    client.say("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n").await;
    let mut upstream = world.accept().await;
    for (wire, target) in [(&mut other, 2), (&mut client, 3)] {
        upstream.hear_until("\r\n\r\n").await;
        upstream.say(OK).await;
        wire.say(format!("GET /{target} HTTP/1.1\r\nHost: h\r\n\r\n")).await;
        // The answer to the one before arrives on its own connection; the next request takes ours.
    }
    upstream.hear_until("\r\n\r\n").await;
    upstream.say(OK).await;
    client.hear_until("ok").await;
    client.hear_until("ok").await;
    other.hear_until("ok").await;
}
