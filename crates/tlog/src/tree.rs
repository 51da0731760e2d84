//! Reading a tree that somebody keeps, and believing none of it: every tile must lead to the checkpoint's root.

use std::cell::RefCell;
use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use tlog_tiles::{Error, Hash, Tile, TileHashReader, TileReader};
use tlog_tiles::{check_tree, prove_record, prove_tree, stored_hash_index};

use crate::checkpoint::TreeHead;
use crate::path::{self, TILE_WIDTH};

/// Why something could not be fetched, in the fetcher's words.
pub type FetchError = Box<dyn std::error::Error + Send + Sync>;

/// Fetches objects of one log by their places in its folder.
#[async_trait]
pub trait LogSource: Send + Sync + Debug {
    /// Fetches an object; none where there is none.
    ///
    /// # Errors
    /// It can't be told whether there is one, or it can't be read.
    async fn fetch(&self, path: &str) -> Result<Option<Bytes>, FetchError>;
}

/// A tree could not be read as its checkpoint promises it.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// An object could not be fetched; later it may be.
    #[error("fetch {path}")]
    Fetch {
        /// Its place.
        path: String,
        #[source]
        /// Why.
        source: FetchError,
    },
    /// An object that the tree needs is not there.
    #[error("find {path}: it is missing")]
    Missing {
        /// Its place.
        path: String,
    },
    /// What is there does not lead to the root: it was changed.
    #[error("follow the tiles to the checkpoint's root: they were changed")]
    Changed,
    /// The newer tree does not continue the older one: history was rewritten.
    #[error("find the older tree in the newer one: history was rewritten")]
    Rewritten,
    /// The question makes no sense for this tree.
    #[error("ask the tree: {0}")]
    Question(&'static str),
}

/// A tree and where its tiles are.
#[derive(Debug, Clone, Copy)]
pub struct Tree<'a> {
    source: &'a dyn LogSource,
    head: &'a TreeHead,
}

impl<'a> Tree<'a> {
    /// Names a tree.
    pub fn new(source: &'a dyn LogSource, head: &'a TreeHead) -> Self {
        Self { source, head }
    }

    /// Proves that the leaf `index` is in the tree: the hashes beside its way to the root.
    ///
    /// # Errors
    /// See [`TreeError`].
    pub async fn inclusion(&self, index: u64) -> Result<Vec<Hash>, TreeError> {
        if index >= self.head.size {
            return Err(TreeError::Question("it has no such leaf"));
        }
        self.ask(|hashes| prove_record(self.head.size, index, hashes)).await
    }

    /// Proves that the tree continues `older`: has all of its leaves, unchanged, where they were.
    ///
    /// # Errors
    /// [`TreeError::Rewritten`] when it does not; else see [`TreeError`].
    pub async fn continues(&self, older: &TreeHead) -> Result<(), TreeError> {
        let newer = self.head;
        if older.origin != newer.origin {
            return Err(TreeError::Question("the checkpoints are of two logs"));
        }
        if older.size > newer.size {
            return Err(TreeError::Question("the older checkpoint is of a larger tree"));
        }
        if older.size == 0 {
            return Ok(());
        }
        let proof = match older.size == newer.size {
            true => Vec::new(),
            false => self.ask(|hashes| prove_tree(newer.size, older.size, hashes)).await?,
        };
        check_tree(&proof, newer.size, newer.root, older.size, older.root)
            .map_err(|_why| TreeError::Rewritten)
    }

    /// Asks a question of the library twice: first to learn which tiles it wants, then with them at hand.
    async fn ask(
        &self,
        question: impl Fn(&TileHashReader<'_>) -> Result<Vec<Hash>, Error>,
    ) -> Result<Vec<Hash>, TreeError> {
        let head = self.head;
        let wanted = {
            let wishes = Wishes::default();
            // Fails when it has told its wishes; a tree of one leaf has none.
            match question(&TileHashReader::new(head.size, head.root, &wishes)) {
                Ok(hashes) if wishes.0.borrow().is_empty() => return Ok(hashes),
                Ok(_) | Err(_) => wishes.0.into_inner(),
            }
        };
        let mut tiles = Vec::with_capacity(wanted.len());
        for tile in wanted {
            let bytes = self.tile(&tile).await?;
            tiles.push((tile, bytes.to_vec()));
        }
        let tiles = Fetched(tiles);
        if !tiles.lead_up(head.size) {
            return Err(TreeError::Changed);
        }
        question(&TileHashReader::new(head.size, head.root, &tiles)).map_err(|_why| TreeError::Changed)
    }

    /// Fetches a tile; an unfinished one that is gone is the beginning of the finished one.
    async fn tile(&self, tile: &Tile) -> Result<Bytes, TreeError> {
        let (level, number, width) = (tile.level(), tile.level_index(), u64::from(tile.width()));
        let path = path::tile(level, number, width);
        if let Some(found) = self.fetch(&path).await? {
            return Ok(found);
        }
        let whole = match width {
            TILE_WIDTH => None,
            _ => self.fetch(&path::tile(level, number, TILE_WIDTH)).await?,
        };
        let whole = whole.ok_or(TreeError::Missing { path })?;
        let bytes = usize::try_from(width * HASH_BYTES).unwrap_or(usize::MAX);
        Ok(whole.slice(..bytes.min(whole.len())))
    }

    /// Fetches a bundle of the tree.
    pub(crate) async fn bundle(
        &self,
        place: impl Fn(u64, u64) -> String,
        number: u64,
    ) -> Result<Bytes, TreeError> {
        let width = path::width(number, self.head.size);
        let path = place(number, width);
        match self.fetch(&path).await? {
            Some(found) => Ok(found),
            None => self.fetch(&place(number, TILE_WIDTH)).await?.ok_or(TreeError::Missing { path }),
        }
    }

    /// Fetches an object of the log.
    pub(crate) async fn fetch(&self, path: &str) -> Result<Option<Bytes>, TreeError> {
        let fetched = self.source.fetch(path).await;
        fetched.map_err(|source| TreeError::Fetch { path: path.to_owned(), source })
    }

    /// Returns the tree's head.
    pub(crate) fn head(&self) -> &TreeHead {
        self.head
    }
}

/// Notes which tiles are wanted.
#[derive(Default)]
struct Wishes(RefCell<Vec<Tile>>);

impl TileReader for Wishes {
    fn height(&self) -> u8 {
        TILE_HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        self.0.borrow_mut().extend_from_slice(tiles);
        Err(Error::InvalidTile)
    }

    fn save_tiles(&self, _tiles: &[Tile], _data: &[Vec<u8>]) {}
}

/// Tiles at hand.
struct Fetched(Vec<(Tile, Vec<u8>)>);

impl Fetched {
    fn get(&self, tile: &Tile) -> Option<&Vec<u8>> {
        self.0.iter().find(|(at_hand, _)| at_hand == tile).map(|(_, bytes)| bytes)
    }

    /// Says whether each full tile is what the tile above it says. Unfinished ones are the right edge, which
    /// the library compares with the root. It compares full ones too, but passes over as many of them as
    /// there are subtrees at the edge beyond the tiles that hold those: `tlog_tiles` 0.2.0, `tile.rs`.
    fn lead_up(&self, size: u64) -> bool {
        self.0.iter().filter(|(tile, _)| u64::from(tile.width()) == TILE_WIDTH).all(|(tile, bytes)| {
            let above = tile.parent(1, size).and_then(|parent| Some((parent, self.get(&parent)?)));
            let Some((parent, hashes)) = above else { return false };
            let index = stored_hash_index(parent.level() * TILE_HEIGHT, tile.level_index());
            bytes.len() as u64 == TILE_WIDTH * HASH_BYTES
                && parent.hash_at_index(hashes, index).is_ok_and(|hash| hash == Tile::subtree_hash(bytes))
        })
    }
}

impl TileReader for Fetched {
    fn height(&self) -> u8 {
        TILE_HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        tiles.iter().map(|tile| self.get(tile).cloned().ok_or(Error::InvalidTile)).collect()
    }

    fn save_tiles(&self, _tiles: &[Tile], _data: &[Vec<u8>]) {}
}

/// A tile spans so many levels of the tree: 256 hashes.
const TILE_HEIGHT: u8 = 8;

const HASH_BYTES: u64 = 32;
