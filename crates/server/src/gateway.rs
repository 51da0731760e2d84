//! The gateway: calls that somebody else serves, recorded as those that are served here.
//!
//! ```text
//! head ─► recognise ─► identify ─► intent ─► forward ─► record ─► durable ─► the answer's end
//! ```
//!
//! Reading order: [`Gateway::route`] decides whose a call is; `driver` is its way; `flight` is what is known of a
//! call while it is away, and records it whatever becomes of it; `relay` is an answer that streams.

mod claim;
mod driver;
mod explain;
mod flight;
mod identity;
mod intent;
mod outcome;
mod relay;
mod route;
mod tunnel;
mod upload;
mod waiting;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use cairn_catalog::Snapshot;
use cairn_gateway::{Route as Found, Routes, TrustError};
use cairn_wire::recognise::Service;

pub(crate) use self::driver::Sent;
pub use self::explain::{ExplainError, Explainer, Explanation, SeenAnswer, SeenBody, SeenExchange};
pub(crate) use self::identity::Callers;
pub(crate) use self::route::Route;
use crate::authenticate::Authenticator;
use crate::config::Config;
use crate::head::Head;
use crate::recognition::Recognition;
use crate::upstreams::OWN;

/// Knows every upstream.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) callers: Callers,
    routes: Routes<Arc<Route>>,
    upstreams: Vec<Arc<Route>>,
}

/// An upstream could not be set up.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum OpenUpstreamError {
    #[error("set up the upstream `{name}`")]
    Trust { name: String, source: TrustError },
    #[error(
        "set up the upstream `{name}`: its url is this server's own address, so that calls would go round"
    )]
    Itself { name: String },
}

/// Refuses an upstream that is this very server, as far as addresses tell.
///
/// # Errors
/// Names the upstream.
pub(crate) fn refuse_itself(config: &Config, own: SocketAddr) -> Result<(), OpenUpstreamError> {
    for upstream in &config.upstreams {
        let (host, port) = upstream.connection.origin.address();
        let everywhere = own.ip().is_unspecified();
        let here = match host.parse::<IpAddr>() {
            Ok(host) => host == own.ip() || (everywhere && (host.is_loopback() || host.is_unspecified())),
            Err(_name) => host == "localhost" && (everywhere || own.ip().is_loopback()),
        };
        if port == own.port() && here {
            return Err(OpenUpstreamError::Itself { name: upstream.connection.name.clone() });
        }
    }
    Ok(())
}

impl Gateway {
    /// Prepares every upstream of the settings; nobody is called yet.
    ///
    /// # Errors
    /// The certificates of an upstream's authority can't be used.
    pub(crate) fn open(config: &Config, callers: Callers) -> Result<Self, OpenUpstreamError> {
        let mut gateway = Self { callers, routes: Routes::default(), upstreams: Vec::new() };
        for settings in &config.upstreams {
            let name = || settings.connection.name.clone();
            let route = Route::open(settings, config);
            let route = Arc::new(route.map_err(|source| OpenUpstreamError::Trust { name: name(), source })?);
            // Settings with two upstreams for one service are refused when they are understood.
            if gateway.routes.add(&settings.services, &route).is_ok() {
                tracing::info!(
                    upstream = %settings.connection.name,
                    url = %settings.connection.origin,
                    services = %if settings.services.is_empty() { "the rest".to_owned() } else { settings.services.join(",") },
                    "forwards calls"
                );
                gateway.upstreams.push(route);
            }
        }
        Ok(gateway)
    }

    /// Tells whether nothing is forwarded at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// Finds who serves a call; none when Cairn does.
    pub(crate) fn route(
        &self,
        head: &Head,
        recognition: &Recognition,
        authenticator: &Authenticator,
        snapshot: &Snapshot,
    ) -> Option<Arc<Route>> {
        let (name, built_in) = match &recognition.call.service {
            Service::CloudTrail => ("cloudtrail", true),
            Service::CloudTrailData => ("cloudtrail-data", true),
            Service::S3 => ("s3", true),
            Service::Iam => ("iam", true),
            Service::Kms => ("kms", true),
            Service::Organizations => ("organizations", true),
            Service::Sts => ("sts", true),
            Service::Other(name) => (name.as_str(), false),
        };
        if OWN.contains(&name) {
            return None;
        }
        match self.routes.find(name)? {
            Found::Listed(route) => Some(Arc::clone(route)),
            Found::Rest(_) if built_in && authenticator.issued_key_of(head, snapshot) => None,
            Found::Rest(route) => Some(Arc::clone(route)),
        }
    }

    /// Closes connections that were not used for a while.
    pub(crate) fn sweep(&self) {
        for route in &self.upstreams {
            route.upstream.sweep();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn calls_do_not_go_round() {
        for (url, own, refused) in [
            ("http://127.0.0.1:8585", "127.0.0.1:8585", true),
            ("http://localhost:8585", "127.0.0.1:8585", true),
            ("http://127.0.0.1:8585", "0.0.0.0:8585", true),
            ("http://[::1]:8585", "[::]:8585", true),
            ("http://127.0.0.1:8586", "127.0.0.1:8585", false),
            ("http://10.0.0.1:8585", "0.0.0.0:8585", false),
            ("http://localhost:8585", "10.0.0.1:8585", false),
            ("http://127.0.0.2:8585", "127.0.0.1:8585", false),
        ] {
            let settings = Settings::gather(None, [], [("upstream", url.to_owned())]).unwrap();
            let config = Config::understand(&settings).unwrap();
            assert_eq!(refuse_itself(&config, own.parse().unwrap()).is_err(), refused, "{url} {own}");
        }
    }
}
