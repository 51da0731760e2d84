//! The socket that SDKs tell of their calls at.
//!
//! Datagrams are received by one task and recorded by another, with a queue between them: a journal that is slow for
//! a moment loses nothing, one that is slow for long loses what does not fit, and each loss is counted.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use cairn_access::Caller;
use cairn_event::{AccountId, Ids, Region};
use cairn_intake::{Admission, Intake};
use cairn_sources::Outcome;
use cairn_sources::csm::{Attempt, DATAGRAM_BYTES_MAX, Datagram, Names, SOURCE};
use futures_util::future::join_all;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{OpenSourcesError, People, telemetry};

/// How many attempts wait to be recorded.
const QUEUE_MAX: usize = 4096;

/// How many are recorded at once.
const BATCH_MAX: usize = 256;

/// How often losses are told in the log.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// The socket, and what its datagrams become.
pub(super) struct Datagrams {
    socket: UdpSocket,
    names: Names,
    /// The account and Region of calls whose key is nobody's here.
    place: (AccountId, Region),
    people: People,
    intake: Arc<Intake>,
    ids: Arc<dyn Ids>,
}

impl Datagrams {
    pub(super) fn open(
        address: SocketAddr,
        (names, place): (Names, (AccountId, Region)),
        people: People,
        (intake, ids): (Arc<Intake>, Arc<dyn Ids>),
    ) -> Result<Self, OpenSourcesError> {
        let listening = |source| OpenSourcesError::Listen { address, source };
        let socket = std::net::UdpSocket::bind(address).map_err(listening)?;
        socket.set_nonblocking(true).map_err(listening)?;
        let socket = UdpSocket::from_std(socket).map_err(listening)?;
        let address = socket.local_addr().map_err(listening)?;
        tracing::info!(%address, "taking datagrams of SDKs");
        Ok(Self { socket, names, place, people, intake, ids })
    }

    /// Receives and records until `stop`, then records what was received.
    pub(super) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        tokio::join!(self.receive(queue, stop), self.record(waiting));
    }

    async fn receive(&self, queue: mpsc::Sender<(Box<Attempt>, IpAddr)>, stop: CancellationToken) {
        let mut losses = Losses::default();
        // One byte more than is read, so that a longer datagram is told from a cut one.
        let mut buffer = vec![0; DATAGRAM_BYTES_MAX + 1];
        loop {
            let received = tokio::select! {
                () = stop.cancelled() => return,
                received = self.socket.recv_from(&mut buffer) => received,
            };
            let (length, peer) = match received {
                Ok(received) => received,
                Err(error) => {
                    // A socket that goes on failing must not take a processor.
                    tracing::debug!(error = &error as &dyn std::error::Error, "datagram not received");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            };
            match Datagram::parse(buffer.get(..length).unwrap_or_default()) {
                Ok(Datagram::Attempt(attempt)) => {
                    if queue.try_send((attempt, peer.ip())).is_err() {
                        losses.add("full");
                    }
                }
                Ok(Datagram::Summary) => telemetry::passed(SOURCE, "summary", 1),
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "datagram of no SDK");
                    telemetry::passed(SOURCE, "unreadable", 1);
                }
            }
        }
    }

    /// Ends when everything that was queued is recorded and nobody queues any longer.
    async fn record(&self, mut waiting: mpsc::Receiver<(Box<Attempt>, IpAddr)>) {
        let mut losses = Losses::default();
        let mut batch = Vec::new();
        while waiting.recv_many(&mut batch, BATCH_MAX).await > 0 {
            let submissions = batch.drain(..).map(|(attempt, peer)| self.submit(attempt, peer));
            for admission in join_all(submissions).await {
                match admission {
                    Ok(Admission::Recorded(_position)) => telemetry::told(SOURCE, Outcome::Recorded),
                    Ok(Admission::NotSelected) => telemetry::told(SOURCE, Outcome::NotSelected),
                    Err(error) => {
                        tracing::debug!(
                            error = &error as &dyn std::error::Error,
                            "attempt of an SDK not recorded"
                        );
                        losses.add("journal");
                    }
                }
            }
        }
    }

    async fn submit(
        &self,
        attempt: Box<Attempt>,
        peer: IpAddr,
    ) -> Result<Admission, cairn_intake::IntakeError> {
        let (caller, account) = match attempt.access_key_id() {
            Some(key) => self.people.claimed(key, self.place.0),
            None => (Caller::Unsigned, self.place.0),
        };
        let home = self.people.home(account, &self.place.1);
        let told = attempt.event(&self.names, &home, caller, peer, self.ids.guid());
        self.intake.submit(told.draft).await
    }
}

impl std::fmt::Debug for Datagrams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Datagrams").field("socket", &self.socket).finish_non_exhaustive()
    }
}

/// Counts losses, and tells of them in the log now and then.
#[derive(Default)]
struct Losses {
    untold: u64,
    told: Option<Instant>,
}

impl Losses {
    fn add(&mut self, reason: &'static str) {
        telemetry::lost(SOURCE, reason);
        self.untold += 1;
        if self.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            tracing::warn!(reason, attempts = self.untold, "attempts of SDKs are lost");
            (self.untold, self.told) = (0, Some(Instant::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use cairn_catalog::{Catalog, SqliteCatalog};
    use cairn_event::Clock;
    use cairn_identities::directory::Directory;
    use cairn_identities::{AccountHints, Identities};
    use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Reader};
    use cairn_operations::Table;
    use cairn_sources::Actors;
    use cairn_wire::s3::Resolver;

    use super::*;
    use crate::clock::{SystemClock, SystemIds};

    const ATTEMPT: &[u8] = br#"{"Type":"ApiCallAttempt","Service":"EC2","Api":"RunInstances","Timestamp":1764100000123,"AccessKey":"A","Region":"eu-west-1","HttpStatusCode":200}"#;

    #[tokio::test]
    async fn what_was_received_is_recorded_before_the_end_and_what_cannot_be_does_not_stop_it() {
        let dir = tempfile::tempdir().unwrap();
        let catalog: Arc<dyn Catalog> =
            Arc::new(SqliteCatalog::open(&dir.path().join("catalog")).await.unwrap());
        let options = Options { bytes_max: 1 << 28, ..Options::default() };
        let (writer, reader, _) =
            EmbeddedJournal::open(&dir.path().join("journal"), options, Arc::new(DiskFileSystem)).unwrap();
        let (clock, journal): (Arc<dyn Clock>, Arc<dyn Reader>) = (Arc::new(SystemClock), reader);
        let intake =
            Intake::start(Box::new(writer), Arc::clone(&journal), Arc::clone(&catalog), Arc::clone(&clock));
        let intake = Arc::new(intake.unwrap());
        let identities = Arc::new(Identities::new(Directory::default(), AccountHints::Off, clock));
        let people = People { catalog, identities, actors: Actors::LeftOut };
        let names = Names::new(Table::built_in(), Resolver::default());
        let place = ("123456789012".parse().unwrap(), Region::us_east_1());
        let address = ([127, 0, 0, 1], 0).into();
        let parts = (Arc::clone(&intake), Arc::new(SystemIds) as Arc<dyn Ids>);
        let datagrams = Arc::new(Datagrams::open(address, (names, place), people, parts).unwrap());
        let address = datagrams.socket.local_addr().unwrap();
        let sender = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let tasks = tokio_util::task::TaskTracker::new();
        let stop = CancellationToken::new();
        let running = tasks.spawn(Arc::clone(&datagrams).run(stop.clone()));
        let mut told = 0;
        // One at a time: how many the system keeps for a slow reader is its own affair.
        let all = async {
            for _ in 0..20 {
                sender.send_to(ATTEMPT, address).await.unwrap();
                told += 1;
                while journal.tail() < told {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), all).await.expect("all are recorded");
        intake.close().await;
        sender.send_to(ATTEMPT, address).await.unwrap();
        sender.send_to(b"nonsense", address).await.unwrap();
        stop.cancel();
        tokio::time::timeout(Duration::from_secs(20), running).await.expect("it ends").expect("it ends well");
        assert_eq!(journal.tail(), told);
    }
}
