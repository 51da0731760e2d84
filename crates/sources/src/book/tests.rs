use std::path::Path;

use cairn_catalog::SqliteCatalog;
use cairn_event::{Entry, Origin};
use cairn_intake::Draft;
use cairn_journal::{DiskFileSystem, EmbeddedJournal, EmbeddedReader, Options, Reader};
use jiff::Timestamp;

use super::*;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        "2026-03-02T08:00:00Z".parse().unwrap()
    }
}

/// A process with its stores on a real disk.
struct Process {
    book: Arc<Book>,
    catalog: Arc<dyn Catalog>,
    intake: Arc<Intake>,
    journal: Arc<EmbeddedReader>,
}

impl Process {
    async fn start(dir: &Path) -> Self {
        let catalog: Arc<dyn Catalog> = Arc::new(SqliteCatalog::open(&dir.join("catalog")).await.unwrap());
        let options = Options { bytes_max: 1 << 28, ..Options::default() };
        let (writer, journal, _) =
            EmbeddedJournal::open(&dir.join("journal"), options, Arc::new(DiskFileSystem)).unwrap();
        let reader = Arc::clone(&journal) as Arc<dyn Reader>;
        let clock: Arc<dyn Clock> = Arc::new(Still);
        let intake =
            Intake::start(Box::new(writer), Arc::clone(&reader), Arc::clone(&catalog), Arc::clone(&clock));
        let intake = Arc::new(intake.unwrap());
        let source = Source::new(reader).unwrap();
        let book = Book::new(Arc::clone(&catalog), Arc::clone(&intake), source, clock);
        Self { book: Arc::new(book), catalog, intake, journal }
    }

    /// Ends as a crash does: what the book has not written yet is lost.
    async fn end(self) {
        self.intake.close().await;
        self.catalog.close().await;
    }

    /// Lists the numbers of the recorded events.
    fn recorded(&self) -> Vec<u32> {
        let entry = |position| Entry::decode(&self.journal.get(position).unwrap().unwrap()).unwrap();
        (self.journal.head()..self.journal.tail())
            .map(|position| {
                let event: serde_json::Value = serde_json::from_slice(&entry(position).event).unwrap();
                event["eventID"].as_str().unwrap().parse().unwrap()
            })
            .collect()
    }
}

fn told(number: u32) -> Told {
    with_category(number, "Management")
}

fn with_category(number: u32, category: &str) -> Told {
    let event = format!(
        r#"{{"eventVersion":"1.11","eventTime":"2026-03-02T08:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"N","awsRegion":"eu-west-1","eventID":"{number}","eventCategory":"{category}"}}"#
    );
    let account = "123456789012".parse().unwrap();
    let seconds = Still.now().as_second();
    let region = "eu-west-1".parse().unwrap();
    let draft = Draft { account, region, origin: Origin::Call, event: event.into_bytes(), under: None };
    Told { draft, taken: taken(account, &number.to_string(), seconds), seconds }
}

#[tokio::test]
async fn what_is_told_again_is_recorded_once() {
    let dir = tempfile::tempdir().unwrap();
    let process = Process::start(dir.path()).await;
    let telling = [told(1), told(2), told(1)];
    let first = process.book.take(&telling).await.unwrap();
    assert_eq!(first, [Outcome::Recorded, Outcome::Recorded, Outcome::Repeated]);
    let again = process.book.take(&[told(2), told(3)]).await.unwrap();
    assert_eq!(again, [Outcome::Repeated, Outcome::Recorded]);
    // Whether the book has been written or not.
    process.book.keep().await.unwrap();
    assert_eq!(process.book.take(&[told(3), told(1)]).await.unwrap(), [Outcome::Repeated; 2]);
    assert_eq!(process.recorded(), [1, 2, 3]);
    process.end().await;
}

#[tokio::test]
async fn a_crash_forgets_nothing() {
    let dir = tempfile::tempdir().unwrap();
    // Before the first writing, and after it.
    for (number, written) in [(1, false), (2, true), (3, false), (4, false)] {
        let process = Process::start(dir.path()).await;
        let known: Vec<Told> = (1..number).map(told).collect();
        assert_eq!(process.book.take(&known).await.unwrap(), vec![Outcome::Repeated; known.len()]);
        assert_eq!(process.book.take(&[told(number)]).await.unwrap(), [Outcome::Recorded]);
        if written {
            process.book.keep().await.unwrap();
        }
        process.end().await;
    }
    let process = Process::start(dir.path()).await;
    assert_eq!(process.recorded(), [1, 2, 3, 4]);
    process.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_tell_the_same_at_once_one_is_heard() {
    let dir = tempfile::tempdir().unwrap();
    let process = Process::start(dir.path()).await;
    let mut tellers = tokio::task::JoinSet::new();
    for teller in 0..8_u32 {
        let book = Arc::clone(&process.book);
        tellers.spawn(async move {
            // Each in an order of its own.
            let mut telling: Vec<Told> =
                (0..200).map(|number| told((number * 7 + teller * 31) % 200)).collect();
            telling.push(told(1000 + teller));
            book.take(&telling).await.unwrap()
        });
    }
    let mut recorded = 0;
    while let Some(outcomes) = tellers.join_next().await {
        recorded += outcomes.unwrap().iter().filter(|outcome| **outcome == Outcome::Recorded).count();
        process.book.keep().await.unwrap();
    }
    let mut numbers = process.recorded();
    numbers.sort_unstable();
    let expected: Vec<u32> = (0..200).chain(1000..1008).collect();
    assert_eq!((numbers, recorded), (expected, 208));
    process.end().await;
}

#[tokio::test]
async fn what_no_trail_selects_is_said_each_time() {
    let dir = tempfile::tempdir().unwrap();
    let process = Process::start(dir.path()).await;
    for _ in 0..2 {
        let outcome = process.book.take(&[with_category(1, "Data")]).await.unwrap();
        assert_eq!(outcome, [Outcome::NotSelected]);
    }
    process.end().await;
}

#[tokio::test]
async fn a_book_that_nobody_uses_holds_no_journal_and_a_used_one_lets_go() {
    let dir = tempfile::tempdir().unwrap();
    let process = Process::start(dir.path()).await;
    process.book.keep().await.unwrap();
    assert_eq!(process.catalog.cursor(CURSOR).await.unwrap(), None);
    process.book.take(&[told(1)]).await.unwrap();
    process.book.keep().await.unwrap();
    assert_eq!(process.catalog.cursor(CURSOR).await.unwrap(), Some(1));
    // Events that other ways recorded are passed.
    process.intake.submit(told(7).draft).await.unwrap();
    process.book.keep().await.unwrap();
    assert_eq!(process.catalog.cursor(CURSOR).await.unwrap(), Some(2));
    process.end().await;
}

#[tokio::test]
async fn while_the_journal_takes_nothing_nothing_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let process = Process::start(dir.path()).await;
    process.intake.close().await;
    assert!(matches!(process.book.take(&[told(1)]).await, Err(BookError::Intake(IntakeError::Stopped))));
    process.end().await;
    let process = Process::start(dir.path()).await;
    assert_eq!(process.book.take(&[told(1)]).await.unwrap(), [Outcome::Recorded]);
    assert!(matches!(process.book.take(&vec![told(1); TOLD_MAX + 1]).await, Err(BookError::TooMany)));
    process.end().await;
}
