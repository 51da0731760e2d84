//! Live streams as the settings want them.

use std::sync::Arc;

use cairn_aws::{Connections, Events};
use cairn_stream::{
    Buses, Destination, DestinationConfig, EventBuses, LogGroups, MaterialError, Materials, Reach, Streams,
    Surroundings,
};

use crate::clock::SystemClock;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::log_groups::RoleLogGroups;

/// A destination can't be set up.
#[derive(Debug, thiserror::Error)]
#[error("set up the destination `{name}`")]
pub struct OpenDestinationError {
    name: String,
    source: MaterialError,
}

/// Sets up the trails' log groups, the configured destinations, and each account's event buses where an endpoint
/// is configured: those of the server's own account, and where a role leads into the others, of all accounts.
pub(crate) fn open(
    config: &Config,
    shared: Surroundings,
    groups: &Arc<RoleLogGroups>,
    connections: &Arc<Connections>,
) -> Result<Streams, OpenDestinationError> {
    let mut streams = Streams::new(shared);
    streams.follow_trails(Arc::clone(groups) as Arc<dyn LogGroups>);
    if config.endpoints.events.is_some() {
        let buses: Arc<dyn EventBuses> = Arc::new(Events::new(Arc::clone(connections)));
        let reach = match config.endpoint_role {
            Some(_) => Reach::All,
            None => Reach::One(config.account),
        };
        streams.follow_accounts(Buses { rules: config.bus_rules.clone(), buses, reach });
    }
    for destination in &config.destinations {
        streams.follow_destination(open_destination(config, destination)?, destination.from);
    }
    Ok(streams)
}

/// Sets up one destination; nobody is called yet.
///
/// # Errors
/// A file that its settings name can't be used.
pub fn open_destination(
    config: &Config,
    destination: &DestinationConfig,
) -> Result<Destination, OpenDestinationError> {
    let dead_letters = DataDir::new(&config.data_dir).dead_letters();
    let materials = Materials { dead_letters, clock: Arc::new(SystemClock) };
    let failed = |source| OpenDestinationError { name: destination.name.clone(), source };
    Destination::open(destination, &materials).map_err(failed)
}
