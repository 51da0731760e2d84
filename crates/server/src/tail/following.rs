//! Reading the journal for one client.

use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use cairn_event::Entry;
use cairn_projection::{BatchError, Source};
use hyper::body::Frame;

use super::ask::{Ask, Ending, Lines, Start};
use super::watched::Watched;
use crate::incoming::StreamError;

/// The most journal bytes read for one piece of the answer.
const READ_BYTES_MAX: usize = 1 << 20;

/// How long a client that wants positions waits for a line, so that it can tell silence from a lost
/// connection.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How many positions are read at once, looking back for the last events.
const BACK_STEP: u64 = 1 << 12;

/// How far is looked back in all: older events are for LookupEvents.
const BACK_MAX: u64 = 1 << 18;

/// A client's place in the journal.
#[derive(Debug)]
pub(super) struct Following {
    source: Source,
    watched: Watched,
    ask: Ask,
    /// The tail when the call came, before its own event.
    tail: u64,
    /// The next position to read; none before the first reading.
    next: Option<u64>,
}

impl Following {
    /// Takes down where the journal stands now.
    pub(super) fn new(source: Source, ask: Ask, watched: Watched) -> Self {
        let tail = source.tail();
        Self { source, watched, ask, tail, next: None }
    }

    /// Waits for events and returns them as lines; none at the end that was asked for. An error ends the
    /// stream.
    pub(super) async fn piece(mut self) -> Option<(Result<Frame<Bytes>, StreamError>, Option<Self>)> {
        match self.lines().await {
            Ok(Some(lines)) => Some((Ok(Frame::data(lines)), Some(self))),
            Ok(None) => None,
            Err(error) => Some((Err(Box::new(error)), None)),
        }
    }

    async fn lines(&mut self) -> Result<Option<Bytes>, BatchError> {
        let mut lines = BytesMut::new();
        let mut next = match self.next {
            Some(next) => next,
            None => {
                let first = self.first().await?;
                self.write_place(first, &mut lines);
                first
            }
        };
        while lines.is_empty() {
            if self.ask.ending == Ending::AtTheTail && next >= self.tail {
                return Ok(None);
            }
            let reached = tokio::time::timeout(HEARTBEAT, self.source.reach(next)).await.is_ok();
            let batch = if reached { self.source.read(next, READ_BYTES_MAX).await? } else { None };
            // After reading, so that rights are at least as new as what is told.
            if let Err(reason) = self.watched.refresh() {
                tracing::debug!(reason, "a tail ended with its caller's rights");
                return Ok(None);
            }
            if !reached {
                self.write_place(next, &mut lines);
            }
            let Some(batch) = batch else { continue };
            for record in batch.iter().filter(|record| self.wants(record.position)) {
                next = record.position + 1;
                if self.watched.concerns(&record.entry) {
                    self.write(&record.entry, next, &mut lines);
                }
            }
        }
        self.next = Some(next);
        Ok(Some(lines.freeze()))
    }

    /// Finds where to begin.
    async fn first(&self) -> Result<u64, BatchError> {
        let head = self.source.reader().head();
        match self.ask.start {
            Start::Now => Ok(self.tail),
            Start::From(position) => Ok(position.max(head).min(self.tail)),
            Start::Last(count) => self.back(count, head).await,
        }
    }

    /// Finds the place from which `count` events of the caller's are left, looking back step by step.
    async fn back(&self, count: usize, head: u64) -> Result<u64, BatchError> {
        let oldest = head.max(self.tail.saturating_sub(BACK_MAX));
        let (mut end, mut missing) = (self.tail, count);
        while end > oldest {
            let begin = end.saturating_sub(BACK_STEP).max(oldest);
            let found = self.concerning(begin, end).await?;
            let rank = found.len().checked_sub(missing);
            if let Some(first) = rank.and_then(|rank| found.get(rank)) {
                return Ok(*first);
            }
            missing -= found.len();
            end = begin;
        }
        Ok(oldest)
    }

    /// Lists the positions of the caller's events in a part of the journal.
    async fn concerning(&self, begin: u64, end: u64) -> Result<Vec<u64>, BatchError> {
        let (mut next, mut found) = (begin, Vec::new());
        while next < end {
            let Some(batch) = self.source.read(next, READ_BYTES_MAX).await? else { break };
            for record in batch.iter().filter(|record| record.position < end) {
                if self.watched.concerns(&record.entry) {
                    found.push(record.position);
                }
            }
            next = batch.last().map_or(end, |record| record.position + 1);
        }
        Ok(found)
    }

    fn wants(&self, position: u64) -> bool {
        self.ask.ending == Ending::Never || position < self.tail
    }

    fn write(&self, entry: &Entry, next: u64, lines: &mut BytesMut) {
        match self.ask.lines {
            Lines::Bare => lines.put_slice(&entry.event),
            Lines::WithPositions => {
                lines.put_slice(format!("{{\"next\":{next},\"event\":").as_bytes());
                lines.put_slice(&entry.event);
                lines.put_slice(b"}");
            }
        }
        lines.put_slice(b"\n");
    }

    /// Says where to go on, to clients that want to know.
    fn write_place(&self, next: u64, lines: &mut BytesMut) {
        if self.ask.lines == Lines::WithPositions {
            lines.put_slice(format!("{{\"next\":{next}}}\n").as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::Arc;

    use cairn_catalog::contract::sample;
    use cairn_catalog::{Catalog, Change, Snapshot, SqliteCatalog};
    use cairn_event::Origin;
    use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Reader, Writer as _};
    use http_body_util::{BodyExt as _, StreamBody};

    use super::super::ask::Of;
    use super::super::standing::Right;
    use super::*;

    /// A journal of `count` events, two of three of them of the account and Region that follows, and a hand
    /// that adds more.
    fn journal(dir: &std::path::Path, count: u64) -> (Source, impl FnMut(Range<u64>)) {
        let options = Options { bytes_max: 1 << 28, ..Options::default() };
        let (mut writer, reader, _) = EmbeddedJournal::open(dir, options, Arc::new(DiskFileSystem)).unwrap();
        let mut append = move |numbers: Range<u64>| {
            let entries: Vec<Vec<u8>> = numbers.map(|number| entry(number).encode()).collect();
            let batch: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
            writer.append(&batch).unwrap();
        };
        append(0..count);
        (Source::new(reader as Arc<dyn Reader>).unwrap(), append)
    }

    fn entry(number: u64) -> Entry {
        let region = if number % 3 == 2 { "eu-west-1" } else { "us-east-1" };
        Entry {
            revision: 1,
            received_ms: 0,
            account: "123456789012".parse().unwrap(),
            region: region.parse().unwrap(),
            origin: Origin::Call,
            event: format!("{{\"n\":{number}}}").into_bytes(),
        }
    }

    /// A right that ends with the account's user.
    #[derive(Debug)]
    struct UserThere;

    impl Right for UserThere {
        fn holds(&self, snapshot: &Snapshot) -> Result<(), String> {
            let account = "123456789012".parse().unwrap();
            snapshot.users(&account).next().map(|_user| ()).ok_or_else(|| "the user is gone".to_owned())
        }
    }

    async fn catalog(dir: &std::path::Path) -> Arc<dyn Catalog> {
        Arc::new(SqliteCatalog::open(&dir.join("catalog")).await.unwrap())
    }

    fn watched(catalog: &Arc<dyn Catalog>) -> Watched {
        let caller = ("123456789012".parse().unwrap(), "us-east-1".parse().unwrap());
        let seen_in = (Arc::clone(catalog), catalog.current());
        Watched::new(&Of::Account, caller, seen_in, Box::new(UserThere)).unwrap()
    }

    async fn told(source: &Source, query: &str) -> String {
        let (ask, dir) = (Ask::parse(query).unwrap(), tempfile::tempdir().unwrap());
        let following = Following::new(source.clone(), ask, watched(&catalog(dir.path()).await));
        let pieces = futures_util::stream::unfold(Some(following), |state| async { state?.piece().await });
        let bytes = StreamBody::new(Box::pin(pieces)).collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_tail_begins_where_it_is_asked_to() {
        let dir = tempfile::tempdir().unwrap();
        let (source, _append) = journal(dir.path(), 9);
        for (query, expected) in [
            ("follow=false", ""),
            ("last=3&follow=false", "{\"n\":4}\n{\"n\":6}\n{\"n\":7}\n"),
            ("from=6&follow=false", "{\"n\":6}\n{\"n\":7}\n"),
            ("last=1&follow=false&positions=true", "{\"next\":7}\n{\"next\":8,\"event\":{\"n\":7}}\n"),
            ("from=99&follow=false&positions=true", "{\"next\":9}\n"),
        ] {
            assert_eq!(told(&source, query).await, expected, "{query}");
        }
        let all = told(&source, "last=10000&follow=false").await;
        assert_eq!(all, told(&source, "from=0&follow=false").await);
        assert_eq!(all.lines().count(), 6);
    }

    #[tokio::test]
    async fn last_events_are_found_across_steps() {
        let dir = tempfile::tempdir().unwrap();
        let count = 2 * BACK_STEP + 10;
        let (source, _append) = journal(dir.path(), count);
        let wanted = 4000;
        let lines = told(&source, &format!("last={wanted}&follow=false")).await;
        assert_eq!(lines.lines().count(), wanted);
        let last = (0..count).rfind(|number| number % 3 != 2).unwrap();
        assert_eq!(lines.lines().last(), Some(format!("{{\"n\":{last}}}").as_str()));
    }

    #[tokio::test]
    async fn a_follower_is_told_what_comes_later() {
        let dir = tempfile::tempdir().unwrap();
        let (source, mut append) = journal(dir.path(), 3);
        let ask = Ask::parse("positions=true").unwrap();
        let following = Following::new(source, ask, watched(&catalog(dir.path()).await));
        let (first, following) = following.piece().await.unwrap();
        assert_eq!(first.unwrap().into_data().unwrap(), "{\"next\":3}\n");
        append(3..4);
        let (second, _) = following.unwrap().piece().await.unwrap();
        assert_eq!(second.unwrap().into_data().unwrap(), "{\"next\":4,\"event\":{\"n\":3}}\n");
    }

    #[tokio::test]
    async fn a_follower_is_told_nothing_once_its_right_has_ended() {
        let dir = tempfile::tempdir().unwrap();
        let (source, mut append) = journal(dir.path(), 3);
        let catalog = catalog(dir.path()).await;
        let there = vec![Change::PutAccount(sample::account()), Change::PutUser(sample::user("alice"))];
        let revision = catalog.commit(0, there).await.unwrap();
        let ask = Ask::parse("positions=true").unwrap();
        let following = Following::new(source, ask, watched(&catalog));
        let (_place, following) = following.piece().await.unwrap();
        let other = vec![Change::PutUser(sample::user("bob"))];
        let revision = catalog.commit(revision, other).await.unwrap();
        append(3..4);
        let (told, following) = following.unwrap().piece().await.unwrap();
        assert_eq!(told.unwrap().into_data().unwrap(), "{\"next\":4,\"event\":{\"n\":3}}\n");
        let gone = ["alice", "bob"]
            .map(|name| Change::DeleteUser { account: sample::account_id(), name: name.to_owned() });
        catalog.commit(revision, gone.into()).await.unwrap();
        append(4..5);
        assert!(following.unwrap().piece().await.is_none(), "the stream has ended");
    }
}
