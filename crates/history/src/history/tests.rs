//! How many lookups, searches and exports go on at once.

use cairn_catalog::SqliteCatalog;
use cairn_event::{AccountId, Region};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, Reader};

use super::*;
use crate::accounts::Accounts;
use crate::attribute::HistoryCategory;
use crate::query::LookupInput;
use crate::search::ask::SearchInput;

#[derive(Debug)]
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

const NOW: i64 = 1_800_000_000;

async fn open(dir: &tempfile::TempDir) -> History {
    let options = cairn_journal::Options { bytes_max: 1 << 28, ..cairn_journal::Options::default() };
    let journal = EmbeddedJournal::open(&dir.path().join("journal"), options, Arc::new(DiskFileSystem));
    let (_writer, reader, _recovery) = journal.unwrap();
    let source = Source::new(reader as Arc<dyn Reader>).unwrap();
    let catalog = Arc::new(SqliteCatalog::open(&dir.path().join("catalog")).await.unwrap());
    let now = Timestamp::from_second(NOW).unwrap();
    let config = HistoryConfig::new(dir.path().join("history"));
    let opened = History::open(config, catalog, source, Arc::new(At(now)), [3; 32]).await;
    opened.unwrap().0
}

fn search_of(account: &str) -> Search {
    Search::parse(SearchInput {
        account: account.parse().unwrap(),
        region: &Region::us_east_1(),
        start: None,
        end: None,
        category: HistoryCategory::Management,
        filters: Vec::new(),
        text: "",
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn searches_wait_in_a_line_with_an_end_and_leave_it_with_their_client() {
    let dir = tempfile::tempdir().unwrap();
    let (history, now) = (open(&dir).await, Timestamp::from_second(NOW).unwrap());
    let all = u32::try_from(SEARCHES_AT_ONCE_MAX).unwrap();
    let working = Arc::clone(&history.shared.searches).acquire_many_owned(all).await.unwrap();
    let ask = |account| {
        let history = history.clone();
        async move { history.search(search_of(account), (10, None), now).await }
    };
    let mut waiting = Vec::new();
    for number in 0..ASKED_MAX {
        let account = if number < ASKED_OF_ACCOUNT_MAX { "111111111111" } else { "222222222222" };
        let mut asked = Box::pin(ask(account));
        assert!(poll_once(asked.as_mut()).await.is_none(), "number {number} waits");
        if number == ASKED_OF_ACCOUNT_MAX - 1 {
            let another = ask("111111111111").await;
            assert!(matches!(another, Err(LookupError::Busy)), "an account has its share");
        }
        waiting.push(asked);
    }
    assert!(matches!(ask("333333333333").await, Err(LookupError::Busy)));
    waiting.pop();
    let mut next = Box::pin(ask("333333333333"));
    assert!(poll_once(next.as_mut()).await.is_none(), "who has gone makes room");
    let summary = history.summarise(search_of("111111111111"), 10, now).await;
    assert!(matches!(summary, Err(LookupError::Busy)));
    drop(waiting);
    drop(working);
    assert!(next.await.is_ok());
    assert_eq!(history.shared.searches.available_permits(), SEARCHES_AT_ONCE_MAX);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exports_are_counted_until_they_are_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let (history, now) = (open(&dir).await, Timestamp::from_second(NOW).unwrap());
    let begin = || history.export(search_of("111111111111"), 10, now);
    let mut going_on: Vec<Export> = (0..EXPORTS_OF_ACCOUNT_MAX).map(|_| begin().unwrap()).collect();
    assert!(matches!(begin(), Err(LookupError::Busy)));
    let (export, found) = history.next_piece(going_on.pop().unwrap()).await.unwrap().unwrap();
    assert!(found.is_empty() && begin().is_err(), "one that has yet to be told of its end goes on");
    assert!(history.next_piece(export).await.unwrap().is_none());
    assert!(begin().is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_is_told_that_nobody_waits_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(&dir).await;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (told, was_told) = tokio::sync::oneshot::channel();
    let asked = history.on_a_thread((), move |_, _, left| {
        begun.send(()).unwrap();
        let ended = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !left.is_cancelled() && std::time::Instant::now() < ended {
            std::thread::yield_now();
        }
        told.send(left.is_cancelled()).unwrap();
        Ok(())
    });
    tokio::select! {
        _ = asked => panic!("nothing was told"),
        () = async { has_begun.await.unwrap() } => {}
    }
    assert!(was_told.await.unwrap());
}

/// Polls once.
async fn poll_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    std::future::poll_fn(|context| match std::pin::Pin::new(&mut future).poll(context) {
        std::task::Poll::Ready(done) => std::task::Poll::Ready(Some(done)),
        std::task::Poll::Pending => std::task::Poll::Ready(None),
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lookup_across_accounts_too_many_is_told_to_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let (history, now) = (open(&dir).await, Timestamp::from_second(NOW).unwrap());
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
