//! The contract suite on SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use proptest::prelude::*;

use crate::contract::{Backend, cases, check_history};
use crate::{Catalog, SqliteCatalog};

struct Directory(tempfile::TempDir);

impl Directory {
    fn fresh() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

#[async_trait]
impl Backend for Directory {
    async fn open(&self) -> Arc<dyn Catalog> {
        Arc::new(SqliteCatalog::open(&self.0.path().join("catalog.sqlite")).await.unwrap())
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn the_contract_holds() {
    let runtime = runtime();
    let cases = cases();
    for case in &cases {
        println!("{}", case.name);
        runtime.block_on(case.run(Arc::new(Directory::fresh())));
    }
    assert_eq!(cases.len(), 35);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_commits_can_be_read_back(
        commits in prop::collection::vec(prop::collection::vec(any::<[u8; 3]>(), 0..5), 0..24)
    ) {
        runtime().block_on(check_history(&Directory::fresh(), &commits));
    }
}
