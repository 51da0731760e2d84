//! Live streams as the settings want them.

use std::sync::Arc;

use cairn_aws::{Connections, Events};
use cairn_stream::{AccountBuses, EventBuses, LogGroups, Streams, Surroundings};

use crate::config::Config;
use crate::log_groups::RoleLogGroups;

/// Sets up the trails' log groups, and each account's event buses where an endpoint is configured. Accounts
/// are made at start alone, so that one that comes later has its stream from its own first start on.
pub(crate) fn open(
    config: &Config,
    shared: Surroundings,
    groups: &Arc<RoleLogGroups>,
    connections: &Arc<Connections>,
) -> Streams {
    let catalog = Arc::clone(&shared.catalog);
    let mut streams = Streams::new(shared);
    streams.follow_trails(Arc::clone(groups) as Arc<dyn LogGroups>);
    if config.endpoints.events.is_some() {
        let buses: Arc<dyn EventBuses> = Arc::new(Events::new(Arc::clone(connections)));
        for account in catalog.current().accounts() {
            streams.follow(AccountBuses::new(account.id, config.bus_rules.clone(), Arc::clone(&buses)));
        }
    }
    streams
}
