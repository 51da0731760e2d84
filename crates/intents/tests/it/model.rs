//! Any interleaving of beginnings, outcomes, abandonments and crashes.

use std::collections::BTreeMap;

use cairn_intake::IntakeError;
use cairn_intents::Begun;
use proptest::prelude::*;

use crate::sim::{Fault, Random, SimDisk};
use crate::world::{Settings, World, id, intent};

#[derive(Debug, Clone)]
enum Step {
    Begin,
    /// The client hangs up after so many turns.
    BeginAndHangUp(u8),
    /// Of the open calls, this one of 16 ends with a recorded outcome.
    Finish(u8),
    /// Its outcome is recorded, and its mark is never made.
    RecordAndDrop(u8),
    Drop(u8),
    Settle,
    /// Others fill the main journal, and it is not to be held below its end.
    Renew,
    Close,
    /// The power goes, at once or after so many calls of the disk in the next step.
    Crash(Option<u8>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => Just(Step::Begin),
        2 => (0u8..4).prop_map(Step::BeginAndHangUp),
        6 => (0u8..16).prop_map(Step::Finish),
        2 => (0u8..16).prop_map(Step::RecordAndDrop),
        2 => (0u8..16).prop_map(Step::Drop),
        2 => Just(Step::Settle),
        1 => Just(Step::Renew),
        1 => Just(Step::Close),
        3 => proptest::option::of(0u8..12).prop_map(Step::Crash),
    ];
    proptest::collection::vec(step, 1..50)
}

/// What is owed to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owed {
    /// One event, with this outcome if there is one.
    One(Option<&'static str>),
    /// At most one: it was refused or withdrawn when the disk failed or the client left.
    AtMostOne,
    Nothing,
}

struct Model<'s> {
    disk: SimDisk,
    settings: &'s Settings,
    world: Option<World>,
    random: Random,
    open: Vec<(u64, Begun)>,
    owed: BTreeMap<u64, Owed>,
    next: u64,
}

impl Model<'_> {
    fn world(&self) -> &World {
        self.world.as_ref().unwrap()
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn take(&mut self, share: u8) -> Option<(u64, Begun)> {
        let index = self.open.len() * usize::from(share) / 16;
        (index < self.open.len()).then(|| self.open.remove(index))
    }

    async fn step(&mut self, step: &Step) {
        match step {
            Step::Begin => {
                let number = self.number();
                let owed = match self.world().intents.begin(intent(number)).await {
                    Ok(begun) => {
                        self.open.push((number, begun));
                        Owed::One(None)
                    }
                    Err(IntakeError::Full) => Owed::Nothing,
                    Err(IntakeError::Stopped) => Owed::AtMostOne,
                    Err(IntakeError::TooLarge) => panic!("it is not large"),
                };
                self.owed.insert(number, owed);
            }
            Step::BeginAndHangUp(turns) => {
                let number = self.number();
                let hang_up = async {
                    for _ in 0..*turns {
                        tokio::task::yield_now().await;
                    }
                };
                let begun = tokio::select! {
                    biased;
                    begun = self.world().intents.begin(intent(number)) => begun.ok(),
                    () = hang_up => None,
                };
                let owed = if begun.is_some() { Owed::One(Some("unknown")) } else { Owed::AtMostOne };
                self.owed.insert(number, owed);
            }
            Step::Finish(share) => {
                let Some((number, begun)) = self.take(*share) else { return };
                begun.recording();
                if self.world().record(number).await.is_ok() {
                    self.owed.insert(number, Owed::One(Some("known")));
                    begun.done();
                }
            }
            Step::RecordAndDrop(share) => {
                let Some((number, begun)) = self.take(*share) else { return };
                begun.recording();
                if self.world().record(number).await.is_ok() {
                    self.owed.insert(number, Owed::One(Some("known")));
                }
            }
            Step::Drop(share) => drop(self.take(*share)),
            Step::Settle => drop(self.world().settler.settle().await),
            Step::Renew => {
                for _ in 0..5 {
                    let number = self.number();
                    let recorded = self.world().record(number).await;
                    self.owed.insert(
                        number,
                        if recorded.is_ok() { Owed::One(Some("known")) } else { Owed::AtMostOne },
                    );
                }
                self.world().intents.renew(u64::MAX);
            }
            Step::Close => {
                self.open.clear();
                self.world.take().unwrap().close().await;
                self.reopen().await;
            }
            Step::Crash(None) => self.crash().await,
            Step::Crash(Some(_)) => {}
        }
    }

    async fn crash(&mut self) {
        self.disk.crash(&mut self.random);
        self.open.clear();
        self.world.take().unwrap().abandon().await;
        self.reopen().await;
    }

    async fn reopen(&mut self) {
        self.disk.set_fault(None);
        self.world = Some(World::good(&self.disk, self.settings).await);
    }

    async fn check(mut self) {
        self.crash().await;
        let world = self.world.take().unwrap();
        world.settle().await;
        let outcomes = world.outcomes();
        for (number, owed) in &self.owed {
            let found = outcomes.get(&id(*number)).map(Vec::as_slice).unwrap_or_default();
            match owed {
                Owed::One(None) => assert_eq!(found.len(), 1, "{number}: {found:?}"),
                Owed::One(Some(outcome)) => assert_eq!(found, [*outcome], "{number}"),
                Owed::AtMostOne => assert!(found.len() <= 1, "{number}: {found:?}"),
                Owed::Nothing => assert!(found.is_empty(), "{number}: {found:?}"),
            }
        }
        world.close().await;
    }
}

async fn run(settings: &Settings, seed: u64, steps: &[Step]) {
    let disk = SimDisk::default();
    let world = Some(World::good(&disk, settings).await);
    let (open, owed) = (Vec::new(), BTreeMap::new());
    let mut model = Model { disk, settings, world, random: Random::new(seed), open, owed, next: 0 };
    let mut doomed = false;
    for step in steps {
        model.step(step).await;
        if std::mem::take(&mut doomed) {
            model.crash().await;
        }
        if let Step::Crash(Some(after)) = step {
            let kind = std::io::ErrorKind::Other;
            model.disk.set_fault(Some(Fault { after: u64::from(*after), kind, forever: true }));
            doomed = true;
        }
    }
    model.check().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_gives_exactly_one_event_for_each_call_begun(seed in any::<u64>(), steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let settings = Settings::new().await;
            run(&settings, seed, &steps).await;
        });
    }
}
