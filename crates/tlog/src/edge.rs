//! The right edge of a tree: all that must be known to make it grow.
//!
//! Hashes of finished tiles never change; what still grows is at most one unfinished tile a level. So a tree
//! of any size goes on from some kilobytes, and the bucket need never be read.

use bytes::Bytes;
use tlog_tiles::{EMPTY_HASH, Hash, Tile, node_hash};

use crate::bundle::{encode_entries, encode_positions};
use crate::leaf::{Leaf, leaf_hash};
use crate::path::{self, TILE_WIDTH};

/// A tree's size and its unfinished tiles.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    size: u64,
    /// The leaves of the unfinished bundle.
    leaves: Vec<Leaf>,
    /// By level of tiles: the hashes of the unfinished tile.
    levels: Vec<Vec<Hash>>,
}

/// A finished or unfinished tile or bundle, to be put under the log's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeObject {
    /// Its place in the log's folder.
    pub path: String,
    /// Its content.
    pub body: Bytes,
}

impl Edge {
    /// Takes up a tree: its size, the leaves of its unfinished bundle, and the hashes of the unfinished tiles
    /// from level 1 up. None when they do not fit each other.
    pub(crate) fn restore(size: u64, leaves: Vec<Leaf>, upper: Vec<Vec<Hash>>) -> Option<Self> {
        let first = leaves.iter().map(|leaf| leaf_hash(&leaf.entry)).collect();
        let levels: Vec<Vec<Hash>> = std::iter::once(first).chain(upper).collect();
        let mut left = size;
        for hashes in &levels {
            if hashes.len() as u64 != left % TILE_WIDTH {
                return None;
            }
            left /= TILE_WIDTH;
        }
        (left == 0).then_some(Self { size, leaves, levels })
    }

    /// Returns how many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the leaves of the unfinished bundle.
    pub(crate) fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// Returns the hashes of the unfinished tiles from level 1 up.
    pub(crate) fn upper(&self) -> impl Iterator<Item = &[Hash]> {
        self.levels.iter().skip(1).map(Vec::as_slice)
    }

    /// Adds leaves; returns every tile and bundle that is new: what was finished, and the unfinished ones as
    /// they are now.
    pub fn grow(&mut self, leaves: &[Leaf]) -> Vec<TreeObject> {
        let mut objects = Vec::new();
        let mut highest = 0;
        for leaf in leaves {
            self.size += 1;
            self.leaves.push(*leaf);
            if self.leaves.len() as u64 == TILE_WIDTH {
                objects.extend(self.bundles());
                self.leaves.clear();
            }
            highest = highest.max(self.push(leaf_hash(&leaf.entry), &mut objects));
        }
        if !leaves.is_empty() {
            objects.extend(self.bundles());
            objects.extend((0..=highest).filter_map(|level| self.tile(level, self.count(level))));
        }
        objects
    }

    /// Returns the root as RFC 6962 defines it.
    pub fn root(&self) -> Hash {
        // The perfect subtrees that the tree consists of, from left to right: larger ones stand on higher
        // levels, and a tile's hashes are cut as the binary digits of their count say.
        let subtrees = self.levels.iter().rev().flat_map(|hashes| {
            let mut rest = hashes.as_slice();
            std::iter::from_fn(move || {
                let width = 1_usize.checked_shl(rest.len().checked_ilog2()?)?;
                let (subtree, left) = rest.split_at_checked(width)?;
                rest = left;
                Some(subtree_root(subtree))
            })
        });
        let subtrees: Vec<Hash> = subtrees.collect();
        let joined = subtrees.into_iter().rev().reduce(|right, left| node_hash(left, right));
        joined.unwrap_or(EMPTY_HASH)
    }

    /// Adds a hash to the lowest level; returns the highest level that it reached.
    fn push(&mut self, hash: Hash, objects: &mut Vec<TreeObject>) -> usize {
        let (mut carried, mut level) = (hash, 0);
        loop {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let Some(hashes) = self.levels.get_mut(level) else { return level };
            hashes.push(carried);
            if (hashes.len() as u64) < TILE_WIDTH {
                return level;
            }
            carried = subtree_root(hashes);
            objects.extend(self.tile(level, self.count(level)));
            if let Some(hashes) = self.levels.get_mut(level) {
                hashes.clear();
            }
            level += 1;
        }
    }

    /// How many hashes a level has in all.
    fn count(&self, level: usize) -> u64 {
        (0..level).fold(self.size, |count, _| count / TILE_WIDTH)
    }

    /// Returns a level's last tile; none where there is nothing in it.
    fn tile(&self, level: usize, count: u64) -> Option<TreeObject> {
        let hashes = self.levels.get(level).filter(|hashes| !hashes.is_empty())?;
        let width = hashes.len() as u64;
        let body: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
        let number = count.saturating_sub(width) / TILE_WIDTH;
        let path = path::tile(u8::try_from(level).unwrap_or(u8::MAX), number, width);
        Some(TreeObject { path, body: body.into() })
    }

    /// Returns the last bundles; none where there is nothing in them.
    fn bundles(&self) -> Vec<TreeObject> {
        let width = self.leaves.len() as u64;
        if width == 0 {
            return Vec::new();
        }
        let number = (self.size - width) / TILE_WIDTH;
        let entries = encode_entries(&self.leaves).into();
        let positions = encode_positions(&self.leaves).into();
        vec![
            TreeObject { path: path::entries(number, width), body: entries },
            TreeObject { path: path::positions(number, width), body: positions },
        ]
    }
}

/// Returns the root of a perfect subtree.
fn subtree_root(hashes: &[Hash]) -> Hash {
    let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
    Tile::subtree_hash(&bytes)
}

#[cfg(test)]
mod tests;
