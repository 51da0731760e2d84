//! The real clock and the real randomness: the only places where Cairn asks the machine for either.

use aws_lc_rs::rand;
use cairn_event::{Clock, Ids};
use jiff::Timestamp;

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

/// The machine's randomness.
#[derive(Debug, Default)]
pub struct SystemIds;

#[expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this is the clock that everything else is handed"
)]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let nanos = i128::try_from(since.as_nanos()).unwrap_or(i128::MAX);
        Timestamp::from_nanosecond(nanos).unwrap_or(Timestamp::MAX)
    }
}

impl Ids for SystemIds {
    fn guid(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    fn fill(&self, bytes: &mut [u8]) {
        // aws-lc aborts the process itself when the kernel has no randomness to give.
        if rand::fill(bytes).is_err() {
            tracing::error!("no randomness to be had");
        }
    }
}
