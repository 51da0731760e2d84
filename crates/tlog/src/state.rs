//! What the catalog remembers of a log: one state a log, `tlog/<trail's life>/<trail's ARN>/<number>`.
//!
//! It says where the log lies, which key signs it (sealed), how far it has come, and the right edge of its
//! tree. So a log goes on with nothing but the right to put objects, and what anybody does to its bucket
//! can't make it sign another history.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_catalog::{
    Catalog, CursorError, MasterKey, SealError, Sealed, SecretName, StateChange, StoreError,
};
use cairn_catalog::{SnapshotError, Trail, TrailId};
use cairn_event::Ids;
use cairn_journal::Position;
use serde::{Deserialize, Serialize};
use tlog_tiles::Hash;

use crate::bundle::{decode_entries, decode_positions, encode_entries, encode_positions};
use crate::checkpoint::{CheckpointError, LogKey, PublicKey, SEED_BYTES, TreeHead};
use crate::edge::Edge;
use crate::leaf::{Leaf, SaltKey};
use crate::path;

/// Why a log takes no more leaves; the trail's next one takes those to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// The trail was given another bucket or prefix.
    Moved,
    /// Events were trimmed from the journal before it took them: it was switched off meanwhile, or the
    /// catalog is a copy older than the journal.
    Interrupted,
    /// Other bytes lie where its tiles belong.
    Obstructed,
    /// The bucket holds a checkpoint that does not follow from this catalog and journal.
    Forked,
}

/// A log as the catalog remembers it.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) body: Body,
    pub(crate) edge: Edge,
    pub(crate) key: LogKey,
    pub(crate) public: PublicKey,
    pub(crate) salts: SaltKey,
    name: String,
    version: u64,
}

/// What is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Body {
    format: u8,
    pub(crate) id: String,
    pub(crate) origin: String,
    /// Seed of the signing key, then the salt key.
    secret: Sealed,
    pub(crate) bucket: String,
    /// What the keys of its objects begin with.
    pub(crate) folder: String,
    /// The first position that it covers.
    pub(crate) first: Position,
    /// The position after the last that it covers.
    pub(crate) next: Position,
    pub(crate) size: u64,
    entries: String,
    positions: String,
    upper: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended: Option<Ended>,
}

/// A log's state can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The catalog failed.
    #[error("read the logs of a trail")]
    Store(#[from] StoreError),
    /// A revision of the catalog could not be read.
    #[error("read a trail as it was made")]
    Snapshot(#[from] SnapshotError),
    /// Another worker has changed it, or the catalog failed.
    #[error("keep a log's state")]
    Changed(#[from] CursorError),
    /// The state is not one that this Cairn knows.
    #[error("understand a log's state: {0}")]
    Malformed(&'static str),
    /// The keys don't open.
    #[error("open a log's keys")]
    Seal(#[from] SealError),
    /// The keys are none.
    #[error("use a log's keys")]
    Key(#[from] CheckpointError),
}

impl Log {
    /// Reads a trail's logs, the oldest first.
    pub(crate) async fn of_trail(
        catalog: &dyn Catalog,
        master: &MasterKey,
        trail: &TrailId,
    ) -> Result<Vec<Self>, StateError> {
        let states = catalog.states(&names(trail)).await?;
        states.into_iter().map(|state| Self::parse(state.name, state.version, &state.body, master)).collect()
    }

    /// Begins a log, whose first event may stand at `first`.
    pub(crate) async fn begin(
        catalog: &dyn Catalog,
        (master, ids): (&MasterKey, &dyn Ids),
        (trail, number): (&cairn_catalog::LiveTrail, usize),
        first: Position,
    ) -> Result<Self, StateError> {
        let name = format!("{}{number:06}", names(trail.id()));
        let mut secret = [0; 2 * SEED_BYTES];
        ids.fill(&mut secret);
        let sealed = master.seal(secret_name(&name), &secret, |nonce| ids.fill(nonce))?;
        // The secret bytes end here: what is kept of them is sealed.
        let id = id(&secret);
        secret.fill(0);
        let Trail { account, home_region, name: trail_name, .. } = trail.trail();
        let body = Body {
            format: FORMAT,
            origin: format!("cairn-tlog/{account}/{home_region}/{trail_name}/{id}"),
            secret: sealed,
            bucket: trail.s3_bucket.clone(),
            folder: path::folder(trail, &id),
            id,
            first,
            next: first,
            size: 0,
            entries: String::new(),
            positions: String::new(),
            upper: Vec::new(),
            ended: None,
        };
        let mut log = Self::assemble(name, 0, body, master)?;
        log.store(catalog, log.edge.clone(), first).await?;
        Ok(log)
    }

    /// Returns the tree as it stands.
    pub(crate) fn head(&self) -> TreeHead {
        TreeHead { origin: self.body.origin.clone(), size: self.body.size, root: self.edge.root() }
    }

    /// Keeps how far the log has come, if nobody else did.
    pub(crate) async fn store(
        &mut self,
        catalog: &dyn Catalog,
        edge: Edge,
        next: Position,
    ) -> Result<(), StateError> {
        let base64 = |bytes: &[u8]| STANDARD.encode(bytes);
        let flat = |hashes: &[Hash]| base64(&hashes.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>());
        let body = Body {
            next,
            size: edge.size(),
            entries: base64(&encode_entries(edge.leaves())),
            positions: base64(&encode_positions(edge.leaves())),
            upper: edge.upper().map(flat).collect(),
            ..self.body.clone()
        };
        self.set(catalog, body).await?;
        self.edge = edge;
        Ok(())
    }

    /// Ends the log.
    pub(crate) async fn end(&mut self, catalog: &dyn Catalog, why: Ended) -> Result<(), StateError> {
        self.set(catalog, Body { ended: Some(why), ..self.body.clone() }).await
    }

    async fn set(&mut self, catalog: &dyn Catalog, body: Body) -> Result<(), StateError> {
        let text =
            serde_json::to_string(&body).map_err(|_why| StateError::Malformed("it can't be written"))?;
        let expected = Some(self.version).filter(|version| *version > 0);
        catalog.set_state(StateChange { name: self.name.clone(), expected, body: text }).await?;
        self.version += 1;
        self.body = body;
        Ok(())
    }

    fn parse(name: String, version: u64, text: &str, master: &MasterKey) -> Result<Self, StateError> {
        let body: Body = serde_json::from_str(text).map_err(|_why| StateError::Malformed("it is no log"))?;
        if body.format != FORMAT {
            return Err(StateError::Malformed("a newer Cairn wrote it"));
        }
        Self::assemble(name, version, body, master)
    }

    fn assemble(name: String, version: u64, body: Body, master: &MasterKey) -> Result<Self, StateError> {
        let secret = master.open(secret_name(&name), &body.secret)?;
        let halves = secret.expose().split_at_checked(SEED_BYTES);
        let (seed, salt) = halves.ok_or(StateError::Malformed("its keys are cut off"))?;
        let (key, public) = LogKey::new(&body.origin, seed)?;
        let edge = edge(&body).ok_or(StateError::Malformed("its tree's edge does not fit its size"))?;
        Ok(Self { key, public, salts: SaltKey::new(salt), edge, body, name, version })
    }
}

/// Returns what the names of a trail's states begin with. No trail's name holds a slash, so that no trail's
/// states begin like another's.
fn names(trail: &TrailId) -> String {
    format!("tlog/{}/{}/", trail.created, trail.arn)
}

fn secret_name(state: &str) -> SecretName<'_> {
    SecretName { kind: "tlog", key: state }
}

/// Derives the id, which folder and origin show, from secrets that are new with each log.
fn id(secret: &[u8]) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret);
    hash.as_ref().iter().take(ID_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

fn edge(body: &Body) -> Option<Edge> {
    let bytes = |text: &str| STANDARD.decode(text).ok();
    let upper = |text: &String| {
        let bytes = bytes(text)?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        rest.is_empty().then(|| hashes.iter().map(|hash| Hash(*hash)).collect())
    };
    let entries = decode_entries(&bytes(&body.entries)?).ok()?;
    let (received_ms, positions) = match entries.is_empty() {
        true => (0, Vec::new()),
        false => decode_positions(&bytes(&body.positions)?).ok()?,
    };
    if entries.len() != positions.len() {
        return None;
    }
    let leaf = |(entry, position)| Leaf { position, received_ms, entry };
    let leaves = entries.into_iter().zip(positions).map(leaf).collect();
    Edge::restore(body.size, leaves, body.upper.iter().map(upper).collect::<Option<_>>()?)
}

const FORMAT: u8 = 1;

/// Four bytes tell the logs of one trail apart.
const ID_BYTES: usize = 4;
