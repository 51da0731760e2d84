use std::io;
use std::ops::Range;
use std::sync::Mutex;

use bytes::Bytes;
use cairn_event::{Entry, Origin, Region};
use cairn_journal::{ReadError, Reader, Subscriber, SubscribersFull, TrimError};
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::*;

/// A journal in memory that can be told to fail.
#[derive(Default)]
struct Fake {
    records: Mutex<Vec<Bytes>>,
    read_failures: Mutex<u32>,
    subscriber: Mutex<Option<Subscriber>>,
}

impl Fake {
    fn append(&self, events: Range<u64>) {
        let mut records = self.records.lock().unwrap();
        records.extend(events.map(|number| Bytes::from(entry(number).encode())));
        let tail = records.len() as u64;
        drop(records);
        if let Some(subscriber) = &*self.subscriber.lock().unwrap() {
            subscriber(tail);
        }
    }
}

impl Reader for Fake {
    fn read(&self, from: Position, bytes_max: usize) -> Result<Vec<(Position, Bytes)>, ReadError> {
        let mut failures = self.read_failures.lock().unwrap();
        if *failures > 0 {
            *failures -= 1;
            return Err(ReadError::Io { segment: "00".to_owned(), source: io::Error::other("flaky disk") });
        }
        let mut bytes = 0;
        let mut taken = Vec::new();
        for (position, record) in (0_u64..).zip(self.records.lock().unwrap().iter()) {
            if position >= from && bytes < bytes_max {
                bytes += record.len();
                taken.push((position, record.clone()));
            }
        }
        Ok(taken)
    }

    fn get(&self, position: Position) -> Result<Option<Bytes>, ReadError> {
        Ok(self.records.lock().unwrap().get(usize::try_from(position).unwrap()).cloned())
    }

    fn tail(&self) -> Position {
        self.records.lock().unwrap().len() as u64
    }

    fn head(&self) -> Position {
        0
    }

    fn wait(&self, position: Position, _timeout: Duration) -> bool {
        self.tail() > position
    }

    fn subscribe(&self, subscriber: Subscriber) -> Result<(), SubscribersFull> {
        *self.subscriber.lock().unwrap() = Some(subscriber);
        Ok(())
    }

    fn trim(&self, below: Position) -> Result<Position, TrimError> {
        Ok(below)
    }
}

fn entry(number: u64) -> Entry {
    Entry {
        revision: 1,
        received_ms: i64::try_from(number).unwrap(),
        account: "123456789012".parse().unwrap(),
        region: Region::us_east_1(),
        origin: Origin::Call,
        event: number.to_string().into_bytes(),
    }
}

#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// Tells each applied position; fails every batch that holds `stumble`, `stumbles` times.
struct Recorder {
    seen: mpsc::Sender<Position>,
    stumble: Position,
    stumbles: u32,
}

impl Projection for Recorder {
    type Error = io::Error;

    fn name(&self) -> &'static str {
        "recorder"
    }

    async fn apply(&mut self, batch: Batch) -> Result<(), io::Error> {
        if self.stumbles > 0 && batch.iter().any(|record| record.position == self.stumble) {
            self.stumbles -= 1;
            return Err(io::Error::other("stumbled"));
        }
        for record in batch.iter() {
            assert_eq!(record.entry, entry(record.position));
            self.seen.send(record.position).await.map_err(io::Error::other)?;
        }
        Ok(())
    }
}

async fn check(from: Position, read_failures: u32, stumbles: u32, bytes_max: usize) {
    let journal = Arc::new(Fake::default());
    journal.append(0..10);
    *journal.read_failures.lock().unwrap() = read_failures;
    let (seen, mut told) = mpsc::channel(64);
    let shutdown = CancellationToken::new();
    let reader: Arc<dyn Reader> = Arc::<Fake>::clone(&journal);
    let running = run(
        Source::new(reader).unwrap(),
        from,
        Recorder { seen, stumble: 12, stumbles },
        Options { batch_bytes_max: bytes_max, ..Options::default() },
        Arc::new(FixedClock),
        shutdown.clone(),
    );
    let driving = async {
        let mut positions = Vec::new();
        if from < 10 {
            positions.extend(told.recv().await);
        }
        // From now on reading fails while a batch is applied, where the next one is read ahead.
        *journal.read_failures.lock().unwrap() = read_failures;
        while (positions.len() as u64) < 10 - from {
            positions.extend(told.recv().await);
        }
        journal.append(10..20);
        while (positions.len() as u64) < 20 - from {
            positions.extend(told.recv().await);
        }
        shutdown.cancel();
        positions
    };
    let (stopped_at, positions) = tokio::join!(running, driving);
    assert_eq!(positions, (from..20).collect::<Vec<_>>());
    assert_eq!(stopped_at, 20);
}

#[tokio::test(start_paused = true)]
async fn hands_over_every_position_once_and_in_order() {
    for bytes_max in [1, 100, 1 << 20] {
        for from in [0, 3, 10] {
            check(from, 0, 0, bytes_max).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn repeats_what_failed() {
    check(0, 3, 0, 1 << 20).await;
    check(0, 0, 7, 100).await;
    check(5, 2, 2, 1).await;
}

#[tokio::test(start_paused = true)]
async fn shutdown_ends_a_batch_that_keeps_failing() {
    let journal = Arc::new(Fake::default());
    journal.append(0..3);
    let (seen, _told) = mpsc::channel(64);
    let shutdown = CancellationToken::new();
    let recorder = Recorder { seen, stumble: 1, stumbles: u32::MAX };
    let source = Source::new(journal).unwrap();
    let running = run(source, 0, recorder, Options::default(), Arc::new(FixedClock), shutdown.clone());
    let stop = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        shutdown.cancel();
    };
    let (stopped_at, ()) = tokio::join!(running, stop);
    assert_eq!(stopped_at, 0, "what was not applied is not passed");
}
