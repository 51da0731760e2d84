use std::collections::BTreeMap;

use proptest::prelude::*;
use tlog_tiles::{Error, Hash, HashReader, Tile, stored_hashes, tree_hash};

use super::*;

fn leaf(number: u64) -> Leaf {
    let mut entry = [0; 32];
    entry[..8].copy_from_slice(&number.to_le_bytes());
    Leaf { position: number * 3, received_ms: 0, entry }
}

/// RFC 6962, section 2.1, word by word.
fn naive_root(entries: &[[u8; 32]]) -> Hash {
    match entries {
        [] => EMPTY_HASH,
        [one] => leaf_hash(one),
        many => {
            let half = many.len().next_power_of_two() / 2;
            node_hash(naive_root(&many[..half]), naive_root(&many[half..]))
        }
    }
}

/// Every hash of a tree, as the library of another log keeps them.
struct Stored(Vec<Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

impl Stored {
    fn of(leaves: &[Leaf]) -> Self {
        let mut stored = Self(Vec::new());
        for (number, leaf) in leaves.iter().enumerate() {
            let hashes = stored_hashes(number as u64, &leaf.entry, &stored).unwrap();
            stored.0.extend(hashes);
        }
        stored
    }
}

fn restored(edge: &Edge) -> Edge {
    let upper = edge.upper().map(<[Hash]>::to_vec).collect();
    Edge::restore(edge.size(), edge.leaves().to_vec(), upper).unwrap()
}

/// Grows in steps; checks at each that root and tiles are those of the library.
#[track_caller]
fn check(steps: &[usize]) {
    let mut edge = Edge::default();
    let mut put: BTreeMap<String, Bytes> = BTreeMap::new();
    let mut leaves = Vec::new();
    for step in steps {
        let begin = leaves.len() as u64;
        let fresh: Vec<Leaf> = (begin..begin + *step as u64).map(leaf).collect();
        leaves.extend_from_slice(&fresh);
        edge = restored(&edge);
        for object in edge.grow(&fresh) {
            let before = put.insert(object.path.clone(), object.body.clone());
            assert!(before.is_none(), "{} was written twice", object.path);
        }
        let (size, stored) = (leaves.len() as u64, Stored::of(&leaves));
        assert_eq!(edge.size(), size);
        assert_eq!(edge.root(), tree_hash(size, &stored).unwrap(), "root at {size}");
        for tile in Tile::new_tiles(8, begin, size) {
            let path = path::tile(tile.level(), tile.level_index(), tile.width().into());
            assert_eq!(put[&path][..], tile.read_data(&stored).unwrap()[..], "{path}");
        }
        for number in 0..size.div_ceil(TILE_WIDTH) {
            assert!(
                put.contains_key(&path::entries(number, path::width(number, size))),
                "{number} at {size}"
            );
        }
    }
}

#[test]
fn tiles_are_those_that_another_implementation_makes() {
    check(&[1]);
    check(&[255, 1, 1]);
    check(&[256, 256, 3]);
    check(&[700]);
    check(&[65_535, 1, 1, 300]);
}

#[test]
fn an_empty_tree_has_the_empty_root() {
    assert_eq!(Edge::default().root(), EMPTY_HASH);
    assert!(Edge::default().grow(&[]).is_empty());
}

#[test]
fn parts_that_do_not_fit_are_no_tree() {
    assert!(Edge::restore(2, vec![leaf(0)], vec![]).is_none());
    assert!(Edge::restore(257, vec![leaf(0)], vec![]).is_none());
    assert!(Edge::restore(257, vec![leaf(0)], vec![vec![EMPTY_HASH]]).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_steps_come_to_the_same_tree(steps in prop::collection::vec(0..300_usize, 1..6)) {
        let all: Vec<Leaf> = (0..steps.iter().sum::<usize>() as u64).map(leaf).collect();
        let (mut edge, mut rest) = (Edge::default(), all.as_slice());
        for step in steps {
            let (fresh, left) = rest.split_at(step);
            edge.grow(fresh);
            rest = left;
        }
        let entries: Vec<[u8; 32]> = all.iter().map(|leaf| leaf.entry).collect();
        prop_assert_eq!(edge.root(), naive_root(&entries));
    }
}
