//! How many lookups go on at once.

use cairn_catalog::SqliteCatalog;
use cairn_event::{AccountId, Region};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, Reader};

use super::*;
use crate::accounts::Accounts;
use crate::query::LookupInput;

#[derive(Debug)]
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lookup_across_accounts_too_many_is_told_to_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let options = cairn_journal::Options { bytes_max: 1 << 28, ..cairn_journal::Options::default() };
    let journal = EmbeddedJournal::open(&dir.path().join("journal"), options, Arc::new(DiskFileSystem));
    let (_writer, reader, _recovery) = journal.unwrap();
    let source = Source::new(reader as Arc<dyn Reader>).unwrap();
    let catalog = Arc::new(SqliteCatalog::open(&dir.path().join("catalog")).await.unwrap());
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let config = HistoryConfig::new(dir.path().join("history"));
    let opened = History::open(config, catalog, source, Arc::new(At(now)), [3; 32]).await;
    let (history, _service) = opened.unwrap();

    let account: AccountId = "123456789012".parse().unwrap();
    let own = Query::parse(LookupInput {
        account,
        region: &Region::us_east_1(),
        attributes: &[],
        start: None,
        end: None,
        category: None,
        max_results: None,
        next_token: None,
    })
    .unwrap();
    let across = own.clone().across(Accounts::new("o-example", [(account, None)]));
    let all = u32::try_from(ACROSS_AT_ONCE_MAX).unwrap();
    let going_on = Arc::clone(&history.shared.across).acquire_many_owned(all).await.unwrap();
    assert!(matches!(history.find(across.clone(), now).await, Err(LookupError::Busy)));
    assert!(history.find(own, now).await.is_ok(), "who looks at one account does not wait for them");
    drop(going_on);
    for _ in 0..=ACROSS_AT_ONCE_MAX {
        assert!(history.find(across.clone(), now).await.is_ok());
    }
}
