use cairn_event::{AccountId, Region};
use proptest::prelude::*;

use super::*;

fn account() -> AccountId {
    "123456789012".parse().unwrap()
}

fn event(position: Position, length: usize) -> Vec<u8> {
    (0..length).map(|index| (index as u64 ^ position).to_le_bytes()[0]).collect()
}

fn write(dir: &Path, events: &[(Position, usize)]) -> DocumentWriter {
    let mut writer = DocumentWriter::create(dir).unwrap();
    for (position, length) in events {
        writer.push(*position, account(), &Region::us_east_1(), &event(*position, *length)).unwrap();
    }
    writer.publish();
    writer
}

/// Every event is there, and nothing between or around.
fn check(documents: &Arc<Documents>, events: &[(Position, usize)]) {
    let mut decoder = Decoder::new().unwrap();
    for (position, length) in events {
        let document = documents.get(*position, &mut decoder).unwrap().expect("it was written");
        assert_eq!(document.event(), event(*position, *length));
        assert_eq!(document.account(), Some(account()));
        assert!(document.is_in(&Region::us_east_1()));
        assert!(!document.is_in(&"us-east-2".parse().unwrap()));
    }
    let there = |position: Position| events.iter().any(|(at, _)| *at == position);
    for (position, _) in events {
        for beside in [position.wrapping_sub(1), position + 1] {
            if !there(beside) {
                assert!(documents.get(beside, &mut decoder).unwrap().is_none());
            }
        }
    }
}

fn events() -> impl Strategy<Value = Vec<(Position, usize)>> {
    let length = prop_oneof![8 => 0_usize..3000, 1 => 20_000_usize..60_000];
    proptest::collection::vec((1_u64..4, length), 0..120).prop_map(|steps| {
        let mut position = 0;
        let step = |(gap, length): &(u64, usize)| {
            position += gap;
            (position, *length)
        };
        steps.iter().map(step).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn every_event_is_read_growing_final_and_joined(events in events(), cut in 0_usize..120) {
        let dir = tempfile::tempdir().unwrap();
        let whole = dir.path().join("whole");
        std::fs::create_dir(&whole).unwrap();
        let mut writer = write(&whole, &events);
        check(writer.documents(), &events);
        writer.finish(&whole).unwrap();
        check(writer.documents(), &events);
        check(&Arc::new(Documents::open(&whole, true).unwrap()), &events);

        let (before, after) = events.split_at(cut.min(events.len()));
        let parts = [("before", before), ("after", after)].map(|(name, events)| {
            let part = dir.path().join(name);
            std::fs::create_dir(&part).unwrap();
            write(&part, events).finish(&part).unwrap();
            Arc::new(Documents::open(&part, true).unwrap())
        });
        let joined = dir.path().join("joined");
        std::fs::create_dir(&joined).unwrap();
        concatenate(&parts, &joined).unwrap();
        check(&Arc::new(Documents::open(&joined, true).unwrap()), &events);
    }
}

/// A batch that is handed over again after a failure changes nothing.
#[test]
fn an_event_pushed_twice_is_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    let events = [(1, 500), (2, 40_000), (3, 10)];
    let mut writer = write(dir.path(), &events);
    for (position, _) in events {
        writer.push(position, account(), &Region::us_east_1(), b"something else").unwrap();
    }
    writer.publish();
    check(writer.documents(), &events);
}
