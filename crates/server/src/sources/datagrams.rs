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
