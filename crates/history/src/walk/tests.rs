//! What a walk over many accounts costs.

use std::path::Path;

use cairn_event::{AccountId, Entry, Origin, Region};
use cairn_projection::Record;

use super::*;
use crate::attribute::{HistoryCategory, Scope};
use crate::draft::Draft;
use crate::durable;
use crate::split;

const ACCOUNTS: u64 = 200;
const RUNS: u64 = 16;
const NOW: i64 = 1_800_000_000;

fn account(number: u64) -> AccountId {
    format!("{number:012}").parse().unwrap()
}

/// One split of sixteen runs, a minute each and a second of the next; an event of each account in each, but for every
/// other account, which has one in the last run alone.
fn view(root: &Path) -> View {
    let mut parts = Vec::new();
    let mut position = 0;
    for run in 0..RUNS {
        let dir = root.join(format!("draft-{run}"));
        std::fs::create_dir_all(&dir).unwrap();
        let mut draft = Draft::create(&dir, run, position).unwrap();
        let present = (0..ACCOUNTS).filter(|number| number % 2 == 0 || run + 1 == RUNS);
        let records: Vec<Record> = (position..)
            .zip(present)
            .map(|(position, number)| Record { position, entry: entry(number, run, position) })
            .collect();
        draft.take(&records).unwrap();
        position = draft.next();
        let rows = draft.finish().unwrap();
        let manifest = split::seal(rows, draft.from(), draft.next(), draft.accounts(), draft.dir()).unwrap();
        let sealed = root.join(manifest.id());
        durable::publish(draft.dir(), &sealed).unwrap();
        parts.push(Split::open(&sealed).unwrap());
    }
    let dir = root.join("merged");
    std::fs::create_dir_all(&dir).unwrap();
    split::merge(&parts, &dir).unwrap();
    let mut view = View::default();
    view.replace_splits(&[], vec![Split::open(&dir).unwrap()]);
    view
}

fn entry(number: u64, run: u64, position: u64) -> Entry {
    let second = NOW + i64::try_from(60 * run + position % 62).unwrap();
    let time = jiff::Timestamp::from_second(second).unwrap();
    let event = format!(
        r#"{{"eventTime":"{time}","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","eventID":"{position}","eventCategory":"Management"}}"#
    );
    Entry {
        revision: 1,
        received_ms: 0,
        account: account(number),
        region: Region::us_east_1(),
        origin: Origin::Call,
        event: event.into_bytes(),
    }
}

/// Walks over all accounts, and as many that have no event at all.
fn walk(view: &View, since: i64, after: Option<Key>) -> Walk {
    let sought = Sought::new((0..2 * ACCOUNTS).map(|number| {
        (
            account(number),
            Scope::of(HistoryCategory::Management, account(number), &Region::us_east_1()).everything(),
            since,
        )
    }));
    let drives = vec![Drive { field: None, sought }];
    Walk::new(view, Wanted { drives, range: Range::new(NOW, NOW + 86_400, after), conditions: None })
}

#[test]
fn a_walk_over_many_accounts_holds_what_the_place_it_is_at_has() {
    let root = tempfile::tempdir().unwrap();
    let view = view(root.path());
    assert_eq!(view.splits[0].manifest().runs.len() as u64, RUNS);
    let (all, half) = (usize::try_from(ACCOUNTS).unwrap(), usize::try_from(ACCOUNTS / 2).unwrap());

    let mut newest = walk(&view, i64::MIN, None);
    let mut last = newest.next().unwrap().unwrap().key;
    assert!((all - 1..=all).contains(&newest.open_postings()), "one of each account, of the last run alone");
    let mut count = 1;
    while let Some(candidate) = newest.next().unwrap() {
        assert!(candidate.key < last);
        assert!(newest.open_postings() <= all + half, "of two runs that meet at most");
        (last, count) = (candidate.key, count + 1);
    }
    assert_eq!(count, ACCOUNTS + (RUNS - 1) * ACCOUNTS / 2, "every event came once");
    assert_eq!(newest.open_postings(), 0, "what has come to its end is let go of");

    // In the middle, only those are held that have events there.
    let middle = Key { seconds: NOW + 60 * 8, position: 0 };
    let mut older = walk(&view, i64::MIN, Some(middle));
    assert!(older.next().unwrap().is_some_and(|candidate| candidate.key < middle));
    assert!(older.open_postings() <= 2 * half);

    // Nothing is held for accounts that joined later.
    let mut joined = walk(&view, NOW + 86_400, None);
    assert!(joined.next().unwrap().is_none());
}
