//! What was seen of one call.

use std::net::IpAddr;

use cairn_access::Caller;
use cairn_event::{AccountId, Region};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// One request and its answer, with what the server knows about both.
#[derive(Debug, Clone)]
pub struct Exchange<'a> {
    /// What the client sent.
    pub request: Request<'a>,
    /// What it was answered.
    pub response: Response<'a>,
    /// Who called, and how far that is believed.
    pub caller: &'a Caller,
    /// The alias of the caller's account, where it has one: the records of its root user carry it.
    pub account_alias: Option<&'a str>,
    /// The Region that served the call: the one in the signature's scope.
    pub region: &'a Region,
    /// The account whose trails and history receive the record: the caller's, or the one that serves
    /// callers without an account.
    pub recipient: AccountId,
    /// The owner of the bucket that the call is about, where there is one.
    pub resource_owner: Option<AccountId>,
    /// The client's address; none for calls that Cairn makes itself.
    pub peer: Option<IpAddr>,
    /// The connection's encryption; none on plain HTTP.
    pub tls: Option<&'a Tls>,
    /// The request's id, as the answer carries it.
    pub request_id: &'a str,
    /// The record's GUID.
    pub event_id: &'a str,
    /// What the server adds to `additionalEventData`.
    pub remarks: &'a Map<String, Value>,
    /// When the answer was complete.
    pub completed: Timestamp,
}

/// A request as it came over the wire.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method, upper case.
    pub method: &'a str,
    /// The path as sent, percent escapes and all.
    pub path: &'a str,
    /// The query string as sent, without `?`; empty when there is none.
    pub query: &'a str,
    /// The headers in the order sent, names in any case; HTTP/2's `:authority` as `host`.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body, as far as [`body_policy`](crate::body_policy()) asked for it.
    pub body: Captured<'a>,
    /// How many bytes of body were received, framing of `aws-chunked` included or not.
    pub body_bytes: u64,
}

/// An answer as it was sent.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    /// The HTTP status; [`Response::UNSEEN`] when no answer was seen.
    pub status: u16,
    /// The headers, names in any case.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body, as far as [`body_policy`](crate::body_policy()) asked for it.
    pub body: Captured<'a>,
    /// How many bytes of body were sent.
    pub body_bytes: u64,
}

/// A body that was perhaps kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Captured<'a> {
    /// Nothing was kept.
    Nothing,
    /// All of it.
    Whole(&'a [u8]),
    /// It was longer than what is kept; nothing is read from a part.
    Cut,
}

/// What is known of an encrypted connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: String,
    /// The suite: TLS 1.3's own name, OpenSSL's name for older versions.
    pub cipher_suite: String,
    /// The key exchange group, such as `X25519MLKEM768`.
    pub key_exchange: Option<String>,
}

impl<'a> Request<'a> {
    /// Returns the first value of a header; bytes that are not UTF-8 become U+FFFD.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        find(self.headers, name)
    }
}

impl<'a> Response<'a> {
    /// The status of an answer that nobody saw: what came of the call is unknown.
    pub const UNSEEN: u16 = 0;

    /// Returns the first value of a header; bytes that are not UTF-8 become U+FFFD.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        find(self.headers, name)
    }
}

impl<'a> Captured<'a> {
    /// Returns the body if all of it was kept.
    pub(crate) fn whole(self) -> Option<&'a [u8]> {
        match self {
            Self::Whole(bytes) => Some(bytes),
            Self::Nothing | Self::Cut => None,
        }
    }
}

/// Returns the first value of a header; bytes that are not UTF-8 become U+FFFD.
pub(crate) fn find(headers: &[(&str, &[u8])], name: &str) -> Option<String> {
    let (_, value) = headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name))?;
    Some(String::from_utf8_lossy(value).into_owned())
}
