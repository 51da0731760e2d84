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
#[error("set up the upstream `{name}`")]
pub struct OpenUpstreamError {
    name: String,
    source: TrustError,
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
            let route = Arc::new(route.map_err(|source| OpenUpstreamError { name: name(), source })?);
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
