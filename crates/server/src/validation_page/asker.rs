//! Whoever asked for a validation, for each thing that is read in its name.

use std::sync::Arc;

use cairn_validation::FetchError;
use cairn_wire::s3::Resolver;
use tokio_util::sync::CancellationToken;

use crate::serve::{Arrival, Front, Who};
use crate::tail::standing::{Right as _, Standing};

/// Somebody who is known and whose call was permitted.
#[derive(Debug)]
pub(super) struct Asker {
    pub(super) front: Arc<Front>,
    pub(super) who: Who,
    /// The call in whose course objects are read.
    arrival: Arrival,
    /// Whether that call would still be taken, and who is told once it would not.
    standing: Standing,
    ended: CancellationToken,
}

impl Asker {
    /// Reads for a call that was permitted. The token is cancelled when it would not be any more.
    pub(super) fn new(
        front: Arc<Front>,
        (arrival, who): (&Arrival, Who),
        (standing, ended): (Standing, CancellationToken),
    ) -> Self {
        let mut arrival = arrival.clone();
        arrival.head.method = "GET".to_owned();
        let resolver = &front.objects.resolver;
        arrival.head.headers.retain(|(name, value)| goes_along(resolver, name, value));
        Self { front, who, arrival, standing, ended }
    }

    /// Returns a call that reads something, as the asker would make it.
    pub(super) fn call(&self, path: String, query: String) -> Result<Arrival, FetchError> {
        let snapshot = self.front.catalog.current();
        if let Err(reason) = self.standing.holds(&snapshot) {
            tracing::debug!(reason, "a validation ended with its caller's rights");
            self.ended.cancel();
            return Err(FetchError::Failed("the caller's session or key has ended".to_owned()));
        }
        if let Some(claim) = &self.arrival.head.session {
            // It is a call of the session: nobody who waits for a validation is taken for gone.
            let _used = self.front.console.sessions.find(claim.id, &snapshot);
        }
        let mut arrival = self.arrival.clone();
        arrival.ids = self.front.request_ids();
        (arrival.head.path, arrival.head.query) = (path, query);
        Ok(arrival)
    }
}

/// Tells whether a header goes with each call: what the caller said of itself does, what it said of its own body and
/// answer does not. Nor does a host below a base domain: the calls' paths name the bucket.
fn goes_along(resolver: &Resolver, name: &str, value: &[u8]) -> bool {
    match name {
        "host" => std::str::from_utf8(value).is_ok_and(|host| resolver.bucket_of_host(host).is_none()),
        _ => matches!(name, "user-agent" | "authorization" | "x-forwarded-for"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_host_takes_the_bucket_out_of_a_path() {
        let resolver = Resolver::new(["localhost".to_owned(), "s3.example.org".to_owned()]);
        for (name, value, goes) in [
            ("host", "127.0.0.1:8585", true),
            ("host", "cairn.example.org", true),
            ("host", "localhost:8585", true),
            ("host", "cairn.localhost:8585", false),
            ("host", "cairn.s3.example.org", false),
            ("user-agent", "cairn.localhost", true),
            ("authorization", "AWS4-HMAC-SHA256 …", true),
            ("content-type", "application/json", false),
            ("range", "bytes=0-1", false),
        ] {
            assert_eq!(goes_along(&resolver, name, value.as_bytes()), goes, "{name}: {value}");
        }
    }
}
