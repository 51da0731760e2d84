//! Connections that become WebSockets.

use crate::world::World;

const ASKED: &str = "GET /mqtt?X-Amz-Signature=a HTTP/1.1\r\nHost: iot.example\r\nSec-WebSocket-Key: k\r\n\
                     Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

#[tokio::test]
async fn bytes_pass_once_it_is_open() {
    let world = World::new().await;
    let mut client = world.client().await;
    client.say(ASKED).await;
    let mut upstream = world.accept().await;
    let seen = upstream.hear_until("\r\n\r\n").await;
    assert_eq!(seen.to_ascii_lowercase(), ASKED.to_ascii_lowercase());
    let opened = "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: a\r\nConnection: Upgrade\r\n\
                  Upgrade: websocket\r\n\r\n";
    upstream.say(opened).await;
    let seen = client.hear_until("\r\n\r\n").await;
    assert_eq!(seen.to_ascii_lowercase(), opened.to_ascii_lowercase());
    client.say([0x82, 0x00, 0xff]).await;
    let mut bytes = [0; 3];
    tokio::io::AsyncReadExt::read_exact(&mut upstream.socket, &mut bytes).await.unwrap();
    assert_eq!(bytes, [0x82, 0x00, 0xff]);
    upstream.say("back").await;
    client.hears("back").await;
    drop(client);
    assert_eq!(upstream.hear_end().await, "");
}

#[tokio::test]
async fn an_upstream_may_refuse() {
    let world = World::new().await;
    let mut client = world.client().await;
    client.say(ASKED).await;
    let mut upstream = world.accept().await;
    upstream.hear_until("\r\n\r\n").await;
    let refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
    upstream.say(refusal).await;
    client.hears(refusal).await;
}
