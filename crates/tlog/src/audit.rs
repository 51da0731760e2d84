//! Auditing a log: the whole tree computed again from the entries that lie in the bucket.

use bytes::Bytes;

use crate::bundle::{decode_entries, decode_positions};
use crate::edge::Edge;
use crate::leaf::Leaf;
use crate::path::{self, TILE_WIDTH};
use crate::tree::{Tree, TreeError};

/// What an audit found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// Entries read.
    pub entries: u64,
    /// Tiles of hashes compared with what the entries come to.
    pub tiles: u64,
    /// What is not as the entries and the checkpoint say, in plain words. Empty for a sound log.
    pub faults: Vec<String>,
}

/// An audit tells at most so many faults: a log that was thrown away has as many as it had tiles.
const FAULTS_MAX: usize = 100;

impl Audit {
    /// Reads every object of a tree. `progress` is told how many of how many entries are read.
    ///
    /// # Errors
    /// An object could not be fetched. Objects that are missing or changed are faults, not errors.
    pub async fn run(tree: Tree<'_>, mut progress: impl FnMut(u64, u64)) -> Result<Self, TreeError> {
        let (mut audit, size) = (Self::default(), tree.head().size);
        let (mut edge, mut last) = (Edge::default(), None);
        for number in 0..size.div_ceil(TILE_WIDTH) {
            let width = path::width(number, size);
            let Some(leaves) = audit.leaves(&tree, number, width, last).await? else {
                audit.fault("nothing behind these entries can be checked".to_owned());
                return Ok(audit);
            };
            last = leaves.last().map(|leaf| leaf.position);
            audit.entries += leaves.len() as u64;
            for object in edge.grow(&leaves) {
                // What else grows is as it was read.
                if object.path.starts_with("tile/") && !object.path.starts_with("tile/entries/") {
                    audit.compare(&tree, &object.path, &object.body, size).await?;
                }
            }
            progress(audit.entries, size);
        }
        if edge.root() != tree.head().root {
            audit.fault("the entries do not come to the checkpoint's root".to_owned());
        }
        Ok(audit)
    }

    /// Reads a bundle's entries and positions; none when the entries are not to be had.
    async fn leaves(
        &mut self,
        tree: &Tree<'_>,
        number: u64,
        width: u64,
        last: Option<u64>,
    ) -> Result<Option<Vec<Leaf>>, TreeError> {
        let wide = usize::try_from(width).unwrap_or(usize::MAX);
        let entries = self.bundle(tree, |width| path::entries(number, width), width).await?;
        let decoded = entries.map(|bytes| decode_entries(&bytes));
        let entries = match decoded {
            Some(Ok(mut entries)) if entries.len() >= wide => {
                entries.truncate(wide);
                entries
            }
            Some(Ok(_) | Err(_)) => {
                self.fault(format!("{} does not hold {width} entries", path::entries(number, width)));
                return Ok(None);
            }
            None => return Ok(None),
        };
        let positions = self.bundle(tree, |width| path::positions(number, width), width).await?;
        let positions = match positions.map(|bytes| decode_positions(&bytes)) {
            Some(Ok((_, positions))) if positions.len() >= wide && positions.first().copied() > last => {
                positions
            }
            Some(Ok(_) | Err(_)) => {
                self.fault(format!(
                    "{} does not hold {width} rising positions",
                    path::positions(number, width)
                ));
                Vec::new()
            }
            None => Vec::new(),
        };
        let mut positions = positions.into_iter();
        let leaf = |entry| Leaf { position: positions.next().unwrap_or_default(), received_ms: 0, entry };
        Ok(Some(entries.into_iter().map(leaf).collect()))
    }

    /// Fetches a bundle; notes a fault when it is missing.
    async fn bundle(
        &mut self,
        tree: &Tree<'_>,
        place: impl Fn(u64) -> String,
        width: u64,
    ) -> Result<Option<Bytes>, TreeError> {
        for width in [width, TILE_WIDTH] {
            if let Some(found) = tree.fetch(&place(width)).await? {
                return Ok(Some(found));
            }
        }
        self.fault(format!("{} is missing", place(width)));
        Ok(None)
    }

    /// Compares a tile with what the entries come to. Tiles that grew on before the tree was as large as
    /// `size` may be gone: only those that this tree is read by are asked for.
    async fn compare(
        &mut self,
        tree: &Tree<'_>,
        place: &str,
        expected: &Bytes,
        size: u64,
    ) -> Result<(), TreeError> {
        if is_passing(place, size) {
            return Ok(());
        }
        let found = match tree.fetch(place).await? {
            Some(found) => Some(found),
            // The finished tile begins with it, and whoever keeps the bucket may have let it go.
            None => match place.split_once(".p/") {
                Some((whole, _)) => tree.fetch(whole).await?,
                None => None,
            },
        };
        match found {
            Some(found) if found.starts_with(expected) => self.tiles += 1,
            Some(_) => self.fault(format!("{place} is not what the entries come to")),
            None => self.fault(format!("{place} is missing")),
        }
        Ok(())
    }

    fn fault(&mut self, fault: String) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }
}

/// Says whether an unfinished tile is not the last of its level in a tree of `size`.
fn is_passing(place: &str, size: u64) -> bool {
    let Some((rest, width)) = place.split_once(".p/") else { return false };
    let level = rest.strip_prefix("tile/").and_then(|rest| rest.split_once('/'));
    let level: u32 = level.and_then(|(level, _)| level.parse().ok()).unwrap_or_default();
    let last = (0..level).fold(size, |count, _| count / TILE_WIDTH) % TILE_WIDTH;
    width.parse() != Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_unfinished_tiles_are_asked_for() {
        assert!(!is_passing("tile/0/000", 300));
        assert!(!is_passing("tile/0/001.p/44", 300));
        assert!(!is_passing("tile/1/000.p/1", 300));
        assert!(is_passing("tile/1/000.p/1", 600), "it holds two by then");
    }
}
