//! A stand-in that answers ListPublicKeys with the bench's own key: the server's signs other digests.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_digest::PublicKey;
use serde_json::json;

/// The longest question.
const QUESTION_BYTES_MAX: u64 = 64 << 10;

/// It answers until the process ends.
#[derive(Debug)]
pub(super) struct KeyList {
    pub(super) address: SocketAddr,
}

impl KeyList {
    /// Listens on a free port of this machine.
    pub(super) fn serve(key: &PublicKey) -> anyhow::Result<Self> {
        let body = key_list(key);
        let listener = TcpListener::bind("127.0.0.1:0").context("listen for ListPublicKeys")?;
        let address = listener.local_addr()?;
        std::thread::Builder::new().name("key list".to_owned()).spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that leaves early has its own error.
                let _left = answer(&stream, &body).is_ok();
            }
        })?;
        Ok(Self { address })
    }
}

/// Returns what ListPublicKeys answers.
pub(super) fn key_list(key: &PublicKey) -> String {
    let entry = json!({
        "Value": STANDARD.encode(key.as_der()),
        "Fingerprint": key.fingerprint(),
        "ValidityStartTime": 1_767_225_600,
        "ValidityEndTime": 1_798_761_600,
    });
    json!({ "PublicKeyList": [entry] }).to_string()
}

/// Answers one question and closes the connection.
fn answer(mut stream: &TcpStream, body: &str) -> std::io::Result<()> {
    let mut question = BufReader::new(stream.take(QUESTION_BYTES_MAX));
    let mut length = 0;
    loop {
        let mut line = String::new();
        question.read_line(&mut line)?;
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap_or(0),
            Some(_) => {}
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    std::io::copy(&mut question.take(length), &mut std::io::sink())?;
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}
