//! The console: pages that a browser shows, and what they need of the server beside the public API.
//!
//! `assets` serves the built files; `headers` is what every answer to a browser carries beside; `welcome` leads a
//! browser that opens `/` here.

mod assets;
mod headers;
mod welcome;

use crate::answer::{Answered, answer};
use crate::head::Head;

pub(crate) use self::welcome::leads_here;

/// Where the console is.
pub(crate) const BASE: &str = "/_cairn/console/";

/// Tells whether a path is one of the console's.
pub(crate) fn has(path: &str) -> bool {
    path.starts_with(BASE) || path == BASE.trim_end_matches('/')
}

/// Answers a request for one of the console's files, or a page of it.
pub(crate) fn serve_files(head: &Head) -> Answered {
    let answered = match head.method.as_str() {
        "GET" | "HEAD" if head.path.starts_with(BASE) => assets::answer_with_file(head),
        "GET" | "HEAD" => welcome::lead(head),
        _ => answer(405, "text/plain", &[("allow", "GET, HEAD")], "only GET is answered here\n"),
    };
    headers::add(answered).into()
}
