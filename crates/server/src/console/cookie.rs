//! The cookie that a session is known by.
//!
//! Cookies know no ports: two servers on one host would sign each other's users out, so the port is in the name. Under
//! TLS the name begins with `__Secure-`, which browsers take from nobody who came in the clear.

use cairn_signin::Token;

use super::BASE;
use crate::head::Head;

/// Whether the browser's way to the server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Encrypted,
    InTheClear,
}

/// Reads the token that a browser holds. Two different ones tell nothing: one of them may have been put there by
/// another server of the domain.
pub(super) fn read(head: &Head, way: Way) -> Option<Token> {
    let wanted = name(head, way);
    let lines = head.headers.iter().filter(|(name, _)| name == "cookie");
    let pairs = lines
        .filter_map(|(_, value)| std::str::from_utf8(value).ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let mut tokens = pairs.filter(|(name, _)| *name == wanted).map(|(_, value)| Token::parse(value));
    let token = tokens.next()??;
    tokens.all(|other| other.as_ref() == Some(&token)).then_some(token)
}

/// Writes the cookie that a browser shall hold: no script reads it, no other site sends it, and it goes with the
/// browser's window.
pub(super) fn hold(head: &Head, way: Way, token: &Token) -> String {
    format!("{}={}; {}", name(head, way), token.expose(), attributes(way))
}

/// Writes the cookie that takes it away.
pub(super) fn forget(head: &Head, way: Way) -> String {
    format!("{}=; Max-Age=0; {}", name(head, way), attributes(way))
}

fn attributes(way: Way) -> String {
    let secure = match way {
        Way::Encrypted => "; Secure",
        Way::InTheClear => "",
    };
    format!("Path={BASE}; HttpOnly; SameSite=Strict{secure}")
}

fn name(head: &Head, way: Way) -> String {
    let prefix = match way {
        Way::Encrypted => "__Secure-",
        Way::InTheClear => "",
    };
    let port = head.header("host").and_then(|host| host.rsplit_once(':')).map(|(_, port)| port);
    match port.and_then(|port| port.parse::<u16>().ok()) {
        Some(port) => format!("{prefix}cairn-session-{port}"),
        None => format!("{prefix}cairn-session"),
    }
}

#[cfg(test)]
mod tests;
