//! Keeping gaps, and telling them as soon as the journal takes events again.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cairn_event::{Clock, Ids, Origin};
use cairn_intake::{Draft, Intake, IntakeError};
use cairn_journal::{EmbeddedReader, FileSystem, Position};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::gap::{Gap, Loss};
use crate::gap_file::{GAPS_MAX, GapFile};
use crate::intents::MainJournal;
use crate::{look, telemetry};

/// How often counts are written, and how often it is tried to tell them.
const EVERY: Duration = Duration::from_secs(1);

/// In every which turn it is tried while the journal says that it is full.
const TURNS_WHILE_FULL: u64 = 5;

/// The upstream that stands for all further ones when too many have gaps.
const OTHERS: &str = "others";

/// Counts what `best_effort` routes could not record. Cheap to share.
#[derive(Debug)]
pub struct Gaps {
    state: Mutex<State>,
    begun: Notify,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

#[derive(Debug, Default)]
struct State {
    gaps: Vec<Gap>,
    /// Whether the file does not know it yet.
    changed: bool,
}

/// Writes gaps down, and records the event of each once the journal takes events.
#[derive(Debug)]
pub struct GapKeeper {
    gaps: Arc<Gaps>,
    file: Arc<Mutex<GapFile>>,
    main: Arc<dyn MainJournal>,
    intake: Arc<Intake>,
}

impl Gaps {
    /// Opens the file at `path`, which keeps what was not told before the last process ended.
    ///
    /// # Errors
    /// The file can't be made or read.
    pub fn open(
        path: &Path,
        file_system: &dyn FileSystem,
        main: Arc<EmbeddedReader>,
        intake: Arc<Intake>,
        (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>),
    ) -> io::Result<(Arc<Self>, GapKeeper)> {
        let (file, mut kept) = GapFile::open(path, file_system)?;
        kept.iter_mut().for_each(|gap| gap.at_least = true);
        let state = Mutex::new(State { gaps: kept, changed: false });
        let gaps = Arc::new(Self { state, begun: Notify::new(), clock, ids });
        let keeper = GapKeeper { gaps: Arc::clone(&gaps), file: Arc::new(Mutex::new(file)), main, intake };
        Ok((gaps, keeper))
    }

    /// Counts a call that was made and not recorded.
    pub fn lost(&self, loss: &Loss<'_>) {
        telemetry::lost(loss.upstream, loss.reason.as_str());
        let now = self.clock.now();
        let mut state = self.state();
        state.changed = true;
        let gaps = &mut state.gaps;
        let others = Loss { upstream: OTHERS, ..*loss };
        let kept_as = if gaps.len() < GAPS_MAX / 2 { loss } else { &others };
        let known = gaps.iter().position(|gap| gap.takes(loss));
        let known = known.or_else(|| gaps.iter().position(|gap| gap.takes(kept_as)));
        // Where even the others are in too many accounts and Regions, the last gap counts for them.
        let last = || gaps.iter().rposition(|gap| gap.told_from.is_none()).filter(|_| gaps.len() >= GAPS_MAX);
        if let Some(gap) = known.or_else(last).and_then(|index| gaps.get_mut(index)) {
            gap.grow(now);
            return;
        }
        gaps.push(Gap::begin(kept_as, self.ids.guid(), now));
        drop(state);
        tracing::error!(
            upstream = loss.upstream,
            reason = loss.reason.as_str(),
            "calls are forwarded and not recorded"
        );
        self.begun.notify_one();
    }

    /// Returns how many gaps are not told yet.
    pub fn untold(&self) -> usize {
        self.state().gaps.len()
    }

    /// Returns the lowest position that the main journal must keep, so that no gap is told twice.
    pub fn hold(&self) -> Option<Position> {
        self.state().gaps.iter().filter_map(|gap| gap.told_from).min()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GapKeeper {
    /// Keeps and tells gaps until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        self.forget_told().await;
        for turn in 0_u64.. {
            self.write().await;
            let may_tell = match self.intake.refusal() {
                None => true,
                // Nobody else may be trying whether the disk has room again.
                Some(IntakeError::Full) => turn % TURNS_WHILE_FULL == 0,
                Some(IntakeError::Stopped | IntakeError::TooLarge) => false,
            };
            if may_tell {
                self.tell().await;
            }
            let pause = async {
                if self.gaps.untold() == 0 {
                    std::future::pending::<()>().await;
                }
                tokio::time::sleep(EVERY).await;
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = self.gaps.begun.notified() => {}
                () = pause => {}
            }
        }
        self.write().await;
    }

    /// Tells every gap, as far as the journal takes it.
    pub async fn tell(&self) {
        let untold: Vec<String> = self.gaps.state().gaps.iter().map(|gap| gap.event_id.clone()).collect();
        for event_id in untold {
            let Some(gap) = self.begin_telling(&event_id) else { continue };
            self.write().await;
            let event = gap.event(self.gaps.clock.now());
            let (account, region) = (gap.account, gap.region.clone());
            let draft = Draft { account, region, origin: Origin::Call, event, under: None };
            match self.intake.submit(draft).await {
                Ok(_admission) => {
                    let Gap { upstream, count, .. } = &gap;
                    tracing::warn!(upstream, count, "calls were not recorded; an event tells of them");
                    self.end_telling(&event_id, |state, index| drop(state.gaps.remove(index)));
                    self.write().await;
                }
                // Nothing was written: it may go on growing.
                Err(IntakeError::Full | IntakeError::TooLarge) => {
                    self.end_telling(&event_id, |state, index| {
                        state.gaps.get_mut(index).into_iter().for_each(|gap| gap.told_from = None);
                    });
                    return;
                }
                // Something may have been written, which a restart finds.
                Err(IntakeError::Stopped) => return,
            }
        }
    }

    /// Forgets what an earlier process told although it could not note so.
    async fn forget_told(&self) {
        let Some(from) = self.gaps.hold() else { return };
        let ids: HashSet<String> = self.gaps.state().gaps.iter().map(|gap| gap.event_id.clone()).collect();
        let (main, tail) = (Arc::clone(&self.main), self.main.tail());
        match tokio::task::spawn_blocking(move || look::find(&*main, from, tail, &ids)).await {
            Ok(Ok(told)) => {
                let mut state = self.gaps.state();
                state.gaps.retain(|gap| !told.contains(&gap.event_id));
                state.gaps.iter_mut().for_each(|gap| gap.told_from = None);
                state.changed = true;
            }
            Ok(Err(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "gaps may be told once more");
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "gaps may be told once more");
            }
        }
    }

    fn begin_telling(&self, event_id: &str) -> Option<Gap> {
        let mut state = self.gaps.state();
        state.changed = true;
        let tail = self.main.tail();
        let gap = state.gaps.iter_mut().find(|gap| gap.event_id == event_id)?;
        gap.told_from.get_or_insert(tail);
        Some(gap.clone())
    }

    fn end_telling(&self, event_id: &str, end: impl FnOnce(&mut State, usize)) {
        let mut state = self.gaps.state();
        state.changed = true;
        if let Some(index) = state.gaps.iter().position(|gap| gap.event_id == event_id) {
            end(&mut state, index);
        }
    }

    /// Writes the gaps down, if they have changed.
    async fn write(&self) {
        let gaps = {
            let mut state = self.gaps.state();
            if !std::mem::take(&mut state.changed) {
                return;
            }
            state.gaps.clone()
        };
        let file = Arc::clone(&self.file);
        let writing = tokio::task::spawn_blocking(move || {
            file.lock().unwrap_or_else(PoisonError::into_inner).write(&gaps)
        });
        let written = writing.await.map_err(io::Error::other).flatten();
        if let Err(error) = written {
            self.gaps.state().changed = true;
            tracing::warn!(error = &error as &dyn std::error::Error, "gaps are not written down");
        }
    }
}
