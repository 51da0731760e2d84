//! A call of the public API, with a session's cookie in place of a signature.
//!
//! `/_cairn/console/call/SERVICE/REGION/PATH` is PATH, signed for SERVICE and REGION by whoever is signed in. Here the
//! request is made into that: what is left of it on the way is what a client would have sent. Who calls is decided
//! where signatures are, and whether they may where it always is.

use cairn_event::Region;
use cairn_signin::Ended;

use super::guard::{CSRF, Held};
use super::refusal::Refusal;
use super::{BASE, CALLS, headers, telemetry};
use crate::answer::Answered;
use crate::head::{Head, SessionClaim};
use crate::serve::{Arrival, Front};

impl Front {
    /// Makes an arrival into the call that it carries.
    ///
    /// # Errors
    /// The answer of a request that is none, or that nobody who is signed in sent.
    pub(crate) async fn open_console_call(&self, arrival: Arrival) -> Result<Arrival, Answered> {
        let opened = match self.try_open(&arrival).await {
            Ok((held, carried)) => {
                let claim = SessionClaim { id: held.id, region: carried.region.clone() };
                Ok(Arrival { head: carried.into_head(arrival.head, claim), ..arrival })
            }
            Err(refusal) => Err(refusal),
        };
        opened.map_err(|refusal| {
            telemetry::kept_out("call");
            headers::add(headers::forbid_keeping(refusal.into_response())).into()
        })
    }

    /// Refuses a call of the console that an upstream serves.
    pub(crate) fn refuse_upstream() -> Answered {
        telemetry::kept_out("upstream");
        headers::add(headers::forbid_keeping(Refusal::Upstream.into_response())).into()
    }

    async fn try_open(&self, arrival: &Arrival) -> Result<(Held, Carried), Refusal> {
        let held = match self.held_and_meant(arrival) {
            // A page that was open when the session ended is to show so.
            Err(Refusal::NotSignedIn) => return Err(Refusal::Ended),
            held => held?,
        };
        let carried = Carried::parse(&arrival.head)?;
        let snapshot = self.catalog.current();
        if !snapshot.is_enabled(&carried.region) {
            return Err(Refusal::Malformed("There is no such Region here."));
        }
        self.renew_role(arrival, &held).await?;
        // Asking took time: what was meant as one role is not done as another.
        let held = self.held_and_meant(arrival)?;
        self.console.sessions.find(held.id, &snapshot).map_err(|ended| match ended {
            Ended::Session => Refusal::Ended,
            Ended::Role => Refusal::RoleEnded,
        })?;
        if let Err(error) = self.console.sessions.write_use(held.id).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "use of a console session not written");
        }
        Ok((held, carried))
    }
}

/// What the path of such a request says.
#[derive(Debug)]
struct Carried {
    service: String,
    region: Region,
    path: String,
}

impl Carried {
    fn parse(head: &Head) -> Result<Self, Refusal> {
        let malformed = || Refusal::Malformed("A call is /_cairn/console/call/SERVICE/REGION/PATH.");
        let rest = head.path.strip_prefix(CALLS).ok_or_else(malformed)?;
        let (service, rest) = rest.split_once('/').ok_or_else(malformed)?;
        let (region, path) = rest.split_once('/').ok_or_else(malformed)?;
        let is_name = (1..=SERVICE_CHARS_MAX).contains(&service.len())
            && service.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let region = region.parse().map_err(|_no_region| malformed())?;
        let path = format!("/{path}");
        if !is_name || path.starts_with(BASE) || is_signed(&head.query) {
            return Err(malformed());
        }
        Ok(Self { service: service.to_owned(), region, path })
    }

    /// Makes the head of the call. What a browser says of its session and of itself stays here; where a signature
    /// would be, its scope is, which says for whom the call is.
    fn into_head(self, head: Head, session: SessionClaim) -> Head {
        let mut headers = head.headers;
        headers.retain(|(name, _)| {
            !OF_BROWSERS.contains(&name.as_str())
                && !name.starts_with("sec-")
                && !OF_SIGNATURES.contains(&name.as_str())
        });
        headers.push(scope(&self.region, &self.service));
        Head { path: self.path, headers, session: Some(session), ..head }
    }
}

/// Makes the head of a call that a page stands for: to the service's root, with a form as its body.
pub(super) fn head_of_form(page: &Head, service: &str, session: SessionClaim) -> Head {
    let of_body = |name: &str| name.starts_with("content-") || matches!(name, "transfer-encoding" | "expect");
    let mut headers = page.headers.clone();
    headers.retain(|(name, _)| !of_body(name));
    headers.push(("content-type".to_owned(), b"application/x-www-form-urlencoded".to_vec()));
    let page = Head {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers,
        session: None,
    };
    let carried =
        Carried { service: service.to_owned(), region: session.region.clone(), path: page.path.clone() };
    carried.into_head(page, session)
}

/// Makes the header that a signature would be in, without one: its scope says for whom a call is.
fn scope(region: &Region, service: &str) -> (String, Vec<u8>) {
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential=CONSOLE/00000000/{region}/{service}/aws4_request, SignedHeaders=host, \
         Signature=0"
    );
    ("authorization".to_owned(), scope.into_bytes())
}

/// Tells whether a query holds anything of a signature, in whatever way it is written.
fn is_signed(query: &str) -> bool {
    query.split('&').any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy().to_ascii_lowercase();
        name.starts_with("x-amz-") || matches!(name.as_str(), "awsaccesskeyid" | "signature")
    })
}

const SERVICE_CHARS_MAX: usize = 64;
const OF_BROWSERS: [&str; 4] = ["cookie", "origin", "referer", CSRF];
const OF_SIGNATURES: [&str; 5] = [
    "authorization",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-decoded-content-length",
];

#[cfg(test)]
mod tests;
