//! A part of the sessions, as it stands in the catalog.

use std::collections::BTreeMap;

use cairn_catalog::{Catalog, CursorError, StateChange, StoreError};
use serde::{Deserialize, Serialize};

use crate::{SessionId, SignedIn};

/// The most sessions of one shard: with the longest names they are within what a state holds.
pub(super) const SESSIONS_MAX: usize = 64;

/// Knows which version of a shard is in the catalog.
#[derive(Debug)]
pub(super) struct Shard {
    name: String,
    version: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    version: u32,
    sessions: BTreeMap<String, SignedIn>,
}

const VERSION: u32 = 1;

impl Shard {
    /// Reads a shard and its sessions.
    pub(super) async fn read(
        catalog: &dyn Catalog,
        index: usize,
    ) -> Result<(Self, BTreeMap<SessionId, SignedIn>), StoreError> {
        let name = format!("console-sessions/{index:02}");
        let Some(state) = catalog.state(&name).await? else {
            return Ok((Self { name, version: None }, BTreeMap::new()));
        };
        let sessions = parse(&state.body).unwrap_or_else(|| {
            tracing::warn!(state = %name, "sessions that another version wrote have ended");
            BTreeMap::new()
        });
        Ok((Self { name, version: Some(state.version) }, sessions))
    }

    /// Writes the sessions of a shard.
    pub(super) async fn write(
        &mut self,
        catalog: &dyn Catalog,
        sessions: &BTreeMap<SessionId, SignedIn>,
    ) -> Result<(), CursorError> {
        let sessions = sessions.iter().map(|(id, session)| (id.to_hex(), session.clone())).collect();
        // Strings and numbers always go into a string.
        let body = serde_json::to_string(&Body { version: VERSION, sessions }).unwrap_or_default();
        let change = StateChange { name: self.name.clone(), expected: self.version, body };
        let written = catalog.set_state(change).await;
        match written {
            Ok(()) => self.version = Some(self.version.unwrap_or_default() + 1),
            // It was written and nobody said so.
            Err(CursorError::Moved { actual }) => self.version = actual,
            Err(_) => {}
        }
        written
    }
}

fn parse(body: &str) -> Option<BTreeMap<SessionId, SignedIn>> {
    let body: Body = serde_json::from_str(body).ok().filter(|body: &Body| body.version == VERSION)?;
    body.sessions.into_iter().map(|(id, session)| Some((SessionId::from_hex(&id)?, session))).collect()
}
