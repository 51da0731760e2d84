//! The console: pages that a browser shows, and what they need of the server beside the public API.
//!
//! `assets` serves the built files; `headers` is what every answer to a browser carries beside; `welcome` leads a
//! browser that opens `/` here. `call` takes a call of the public API whose caller is known by a cookie instead of a
//! signature; from there on it is served as any other. `session`, `sign_in`, `switch_role` and `change_password` are
//! the pages that make, tell and end sessions; `guard` keeps other sites out of all of them, and `fence` what
//! others put on this host; `records` tells the events of signing in.

mod assets;
mod call;
mod change_password;
mod cookie;
mod fence;
mod guard;
mod headers;
mod records;
mod refusal;
mod session;
mod sign_in;
mod switch_role;
mod telemetry;
mod welcome;

use std::sync::Arc;

use cairn_signin::{Sessions, SignIn};
use hyper::body::Incoming;

use crate::answer::{Answered, answer};
use crate::head::Head;
use crate::serve::{Arrival, Front};

pub(crate) use self::fence::{fence, fences, refuse_to_run};
pub(crate) use self::welcome::leads_here;

/// Where the console is.
pub(crate) const BASE: &str = "/_cairn/console/";

/// Where calls of the public API come in.
const CALLS: &str = "/_cairn/console/call/";

/// Who signs in and who is signed in.
#[derive(Debug)]
pub(crate) struct Console {
    pub(crate) sign_in: SignIn,
    pub(crate) sessions: Arc<Sessions>,
}

/// Tells whether a path is one of the console's.
pub(crate) fn has(path: &str) -> bool {
    path.starts_with(BASE) || path == BASE.trim_end_matches('/')
}

/// Tells whether a path is a call of the public API.
pub(crate) fn calls(path: &str) -> bool {
    path.starts_with(CALLS)
}

impl Front {
    /// Answers a request for one of the console's own pages or files.
    pub(crate) async fn serve_console(&self, arrival: &Arrival, body: Incoming) -> Answered {
        let page = arrival.head.path.strip_prefix(BASE).unwrap_or_default();
        let answered = match (arrival.head.method.as_str(), page) {
            ("GET", "session") => self.tell_session(arrival).await,
            ("POST", "session") => self.sign_in(arrival, body).await,
            ("DELETE", "session") => self.sign_out(arrival).await,
            ("POST", "session/role") => self.switch_role(arrival, body).await,
            ("DELETE", "session/role") => self.exit_role(arrival).await,
            ("POST", "session/password") => self.change_password(arrival, body).await,
            (_, "session" | "session/role" | "session/password") => Ok(not_allowed()),
            _ => return serve_files(&arrival.head),
        };
        let answered = answered.unwrap_or_else(refusal::Refusal::into_response);
        headers::add(headers::forbid_keeping(answered)).into()
    }
}

/// Answers a request for one of the console's files, or a page of it.
pub(crate) fn serve_files(head: &Head) -> Answered {
    let answered = match head.method.as_str() {
        "GET" | "HEAD" if head.path.starts_with(BASE) => assets::answer_with_file(head),
        "GET" | "HEAD" => welcome::lead(head),
        _ => not_allowed(),
    };
    headers::add(answered).into()
}

fn not_allowed() -> http::Response<bytes::Bytes> {
    answer(405, "text/plain", &[], "this is not answered here\n")
}
