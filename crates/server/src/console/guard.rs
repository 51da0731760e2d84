//! Keeps other sites from acting in a browser's session.
//!
//! Three things stand in their way, of which each would do: the cookie goes along from the same site alone; a browser
//! says where a request comes from (`Origin`, `Sec-Fetch-Site`), and that must be here; and a token goes with each
//! request that nobody knows who can't read the server's answers.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use cairn_signin::{SessionId, SignedIn, Token};

use super::cookie::{self, Way};
use super::refusal::Refusal;
use crate::head::Head;
use crate::serve::{Arrival, Front};

/// The header that the token is in.
pub(super) const CSRF: &str = "x-cairn-csrf";

/// The session that a browser is in.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) token: Token,
    pub(super) id: SessionId,
}

impl Front {
    /// Tells how the browser reaches the server: a trusted proxy may end the encryption.
    pub(super) fn way(&self, arrival: &Arrival) -> Way {
        let proxied = self.recorder.people.proxies.trusts(arrival.peer.ip())
            && arrival.head.header("x-forwarded-proto") == Some("https");
        if arrival.tls.is_some() || proxied { Way::Encrypted } else { Way::InTheClear }
    }

    /// Returns the session that a request names, if the request comes from here. Whether the session goes on is not
    /// decided yet.
    pub(super) fn held(&self, arrival: &Arrival) -> Result<Held, Refusal> {
        comes_from_here(&arrival.head)?;
        let token = cookie::read(&arrival.head, self.way(arrival)).ok_or(Refusal::NotSignedIn)?;
        let id = token.id();
        Ok(Held { token, id })
    }

    /// Does so, and demands the token that goes with the session.
    pub(super) fn held_and_meant(&self, arrival: &Arrival) -> Result<Held, Refusal> {
        let held = self.held(arrival)?;
        let session = self.console.sessions.peek(held.id).ok_or(Refusal::NotSignedIn)?;
        means(&arrival.head, &held.token, &session)?;
        Ok(held)
    }
}

/// Refuses what another site makes a browser send.
pub(super) fn comes_from_here(head: &Head) -> Result<(), Refusal> {
    if head.header("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Err(Refusal::OtherSite);
    }
    let mut origins = head.headers.iter().filter(|(name, _)| name == "origin");
    let Some((_, origin)) = origins.next() else { return Ok(()) };
    let origin = std::str::from_utf8(origin).ok().and_then(|origin| origin.split_once("://"));
    let is_here = origin.is_some_and(|(scheme, authority)| {
        matches!(scheme, "http" | "https")
            && head.header("host").is_some_and(|host| host.eq_ignore_ascii_case(authority))
    });
    if is_here && origins.next().is_none() { Ok(()) } else { Err(Refusal::OtherSite) }
}

fn means(head: &Head, token: &Token, session: &SignedIn) -> Result<(), Refusal> {
    let Some(told) = head.header(CSRF) else { return Err(Refusal::NoCsrf) };
    let right = token.csrf(session);
    verify_slices_are_equal(told.as_bytes(), right.as_bytes()).map_err(|_other| Refusal::OtherCsrf)
}

#[cfg(test)]
mod tests;
