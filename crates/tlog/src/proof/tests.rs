use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::checkpoint::LogKey;
use crate::edge::Edge;
use crate::leaf::Leaf;
use crate::tree::{FetchError, LogSource, Tree, TreeError};

const ORIGIN: &str = "cairn-tlog/123456789012/us-east-1/main/4f2a9c1e";

/// A log of events that are numbers, all under one salt.
#[derive(Debug)]
struct Numbers(BTreeMap<String, Bytes>);

#[async_trait]
impl LogSource for Numbers {
    async fn fetch(&self, path: &str) -> Result<Option<Bytes>, FetchError> {
        Ok(self.0.get(path).cloned())
    }
}

impl Numbers {
    /// Grows a log in steps; returns the head at the end of each.
    fn grow(steps: &[u64]) -> (Self, Vec<TreeHead>) {
        let (mut edge, mut objects, mut heads) = (Edge::default(), BTreeMap::new(), Vec::new());
        for step in steps {
            let begin = edge.size();
            let leaf = |number: u64| Leaf {
                position: number,
                received_ms: 0,
                entry: commitment(&[9; 32], number.to_string().as_bytes()),
            };
            let leaves: Vec<Leaf> = (begin..begin + step).map(leaf).collect();
            objects.extend(edge.grow(&leaves).into_iter().map(|object| (object.path, object.body)));
            heads.push(TreeHead { origin: ORIGIN.to_owned(), size: edge.size(), root: edge.root() });
        }
        (Self(objects), heads)
    }

    async fn prove(&self, head: &TreeHead, number: u64) -> (EventProof, PublicKey) {
        let (signer, key) = LogKey::new(ORIGIN, &[1; 32]).unwrap();
        let path = Tree::new(self, head).inclusion(number).await.unwrap();
        let proof = EventProof {
            format: FORMAT.to_owned(),
            trail: "arn:aws:cloudtrail:us-east-1:123456789012:trail/main".to_owned(),
            event: number.to_string(),
            salt: [9; 32],
            leaf_index: number,
            tree_size: head.size,
            path: path.into_iter().map(PathHash).collect(),
            checkpoint: signer.sign(head.size, head.root).unwrap(),
            public_key: key.as_str().to_owned(),
        };
        (proof, key)
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_leaf_of_every_tree_is_proved_and_nothing_else(
        size in 1..600_u64, at in any::<prop::sample::Index>(), other in 0..700_u64,
        path in prop::collection::vec(any::<[u8; 32]>(), 0..12), stretch in any::<u64>(),
    ) {
        let number = at.index(usize::try_from(size).unwrap()) as u64;
        let (log, heads) = Numbers::grow(&[size]);
        let (proof, key) = block_on(log.prove(&heads[0], number));
        prop_assert_eq!(proof.verify(&key), Ok(heads[0].clone()));
        let read: EventProof = serde_json::from_slice(&serde_json::to_vec(&proof).unwrap()).unwrap();
        prop_assert_eq!(read.verify(&key), Ok(heads[0].clone()));
        if other != number {
            let elsewhere = EventProof { leaf_index: other, ..proof.clone() };
            prop_assert_eq!(elsewhere.verify(&key), Err(ProofError::NotIncluded));
            let another = EventProof { event: other.to_string(), ..proof.clone() };
            prop_assert_eq!(another.verify(&key), Err(ProofError::NotIncluded));
        }
        let path: Vec<PathHash> = path.into_iter().map(|hash| PathHash(Hash(hash))).collect();
        let invented = EventProof { path, leaf_index: stretch, ..proof };
        prop_assert_eq!(invented.verify(&key), Err(ProofError::NotIncluded));
    }

    #[test]
    fn every_tree_continues_those_before_it(steps in prop::collection::vec(1..400_u64, 1..5)) {
        let (log, heads) = Numbers::grow(&steps);
        for (at, newer) in heads.iter().enumerate() {
            for older in &heads[..=at] {
                let compared = block_on(Tree::new(&log, newer).continues(older));
                prop_assert!(compared.is_ok(), "{} in {}: {compared:?}", older.size, newer.size);
                let forged = TreeHead { root: Hash([5; 32]), ..older.clone() };
                let compared = block_on(Tree::new(&log, newer).continues(&forged));
                prop_assert!(matches!(compared, Err(TreeError::Rewritten)), "{compared:?}");
            }
        }
    }
}

#[test]
fn tiles_that_were_changed_are_never_believed() {
    let (log, heads) = Numbers::grow(&[300, 300]);
    for path in ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2"] {
        let mut changed = log.0.clone();
        let mut bytes = changed[path].to_vec();
        bytes[40] ^= 1;
        changed.insert(path.to_owned(), bytes.into());
        let changed = Numbers(changed);
        let tree = Tree::new(&changed, &heads[1]);
        let read = (block_on(tree.inclusion(5)), block_on(tree.inclusion(599)));
        let told = read.0.is_err() || read.1.is_err();
        assert!(told, "{path}");
        let mut gone = log.0.clone();
        gone.remove(path);
        let gone = Numbers(gone);
        let tree = Tree::new(&gone, &heads[1]);
        let read = [block_on(tree.inclusion(5)), block_on(tree.inclusion(599))];
        assert!(read.iter().any(|read| matches!(read, Err(TreeError::Missing { .. }))), "{path}");
    }
}

#[test]
fn an_unfinished_tile_may_go_once_it_is_finished() {
    let (log, heads) = Numbers::grow(&[300, 300]);
    let kept = log.0.into_iter().filter(|(path, _)| !path.contains("001.p/")).collect();
    let log = Numbers(kept);
    assert!(block_on(Tree::new(&log, &heads[0]).inclusion(299)).is_ok());
    assert!(block_on(Tree::new(&log, &heads[1]).continues(&heads[0])).is_ok());
}
