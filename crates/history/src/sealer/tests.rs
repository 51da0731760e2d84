use cairn_event::{Entry, Origin, Region};
use cairn_projection::Record;

use super::*;

fn split(root: &Path, position: Position) -> Arc<Split> {
    let event = br#"{"eventTime":"2026-01-01T00:00:00Z","eventCategory":"Management"}"#.to_vec();
    let (account, region) = ("123456789012".parse().unwrap(), Region::us_east_1());
    let entry = Entry { revision: 1, received_ms: 0, account, region, origin: Origin::Call, event };
    let mut draft = Draft::create(&root.join("drafts"), position, position).unwrap();
    draft.take(&[Record { position, entry }]).unwrap();
    std::fs::create_dir_all(root.join("splits")).unwrap();
    write(&mut draft, &root.join("splits")).unwrap()
}

#[test]
fn splits_that_were_merged_before_their_turn_are_not_called_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let splits: Vec<Arc<Split>> = (0..4).map(|position| split(dir.path(), position)).collect();
    let mut view = View::default();
    view.replace_splits(&[], splits.clone());
    let mut unverified = splits.clone();
    let last = next_unverified(&mut unverified, &view).unwrap();
    assert!(Arc::ptr_eq(&last, &splits[3]));

    view.replace_splits(&[splits[1].manifest().id(), splits[2].manifest().id()], Vec::new());
    let next = next_unverified(&mut unverified, &view).unwrap();
    assert!(Arc::ptr_eq(&next, &splits[0]));
    assert!(next_unverified(&mut unverified, &view).is_none());
}

#[test]
fn what_is_damaged_is_left_alone_and_what_failed_otherwise_is_tried_again() {
    let (mut aside, begin) = (Aside::default(), Timestamp::UNIX_EPOCH);
    let soon = begin.checked_add(ASIDE).unwrap();
    aside.put(vec!["damaged".to_owned()], None);
    aside.put(vec!["one".to_owned(), "two".to_owned()], Some(soon));
    assert_eq!(Vec::from_iter(aside.at(begin)), ["damaged", "one", "two"]);
    assert_eq!(Vec::from_iter(aside.at(soon)), ["damaged"]);
    assert_eq!(Vec::from_iter(aside.at(Timestamp::MAX)), ["damaged"]);
}
