//! Crashes: what was acknowledged is there, what was not is there wholly or not at all.

use std::fs;
use std::path::Path;

use super::sample::{NOW, at, calls_of, count, counted, identify, minute, record};
use crate::insight::State;
use crate::store::{Closing, SeriesState, Store};

/// Copies what a killed process leaves behind, with the log cut to `log_bytes`.
fn crash_image(from: &Path, to: &Path, log_bytes: usize) {
    fs::copy(from.join("insights.sqlite3"), to.join("insights.sqlite3")).unwrap();
    let log = fs::read(from.join("insights.sqlite3-wal")).unwrap();
    fs::write(to.join("insights.sqlite3-wal"), &log[..log_bytes]).unwrap();
}

fn state(round: u32) -> Vec<u8> {
    round.to_le_bytes().repeat(500)
}

fn log_bytes(directory: &Path) -> usize {
    usize::try_from(fs::metadata(directory.join("insights.sqlite3-wal")).unwrap().len()).unwrap()
}

#[tokio::test]
async fn a_log_cut_anywhere_shows_whole_closings_only() {
    const ROUNDS: u32 = 5;
    let (directory, store) = super::sample::store().await;
    let metric = calls_of("A");
    let [run] = identify(&store, [metric.clone()]).await;
    let begun = log_bytes(directory.path());
    for round in 1..=ROUNDS {
        let now = NOW + round;
        let closing = Closing {
            counts: &[count(run, now, round), count(run, NOW - 1, 1)],
            shares: &[counted(run, now, &format!("agent {round}"), round)],
            states: &[SeriesState { metric: run, bytes: state(round) }],
            records: &[record((run, &metric), now, State::Start)],
            ..Closing::at(at(now, u64::from(round)))
        };
        store.close_minute(&closing).await.unwrap();
        let sent = format!("{}-{now}-Start", run.0);
        store.mark_sent(&[sent.into()]).await.unwrap();
    }
    let whole = log_bytes(directory.path());
    let mut last = (0, 0);
    for cut in (begun..whole).step_by(1_511).chain([whole]) {
        let image = tempfile::tempdir().unwrap();
        crash_image(directory.path(), image.path(), cut);
        let found = Store::open(&image.path().join("insights.sqlite3")).await.unwrap();
        let rounds = found.position().await.unwrap().map_or(0, |position| position.closed.since(minute(NOW)));
        assert_eq!(
            found.position().await.unwrap(),
            (rounds > 0).then(|| at(NOW + rounds, u64::from(rounds)))
        );
        let late = found.calls_between(run, minute(NOW - 1), minute(NOW)).await.unwrap();
        assert_eq!(late, u64::from(rounds), "late calls come with the position");
        let points = found.points(run, minute(NOW), minute(NOW + 100)).await.unwrap();
        assert_eq!(points, (1..=rounds).map(|round| (minute(NOW + round), round)).collect::<Vec<_>>());
        assert_eq!(found.shares(run, minute(NOW), minute(NOW + 100)).await.unwrap().len(), rounds as usize);
        let known = found.series(None, 1).await.unwrap()[0].state.clone();
        assert_eq!(known, (rounds > 0).then(|| state(rounds)));
        let records = found.records_of(&[run], minute(0), minute(u32::MAX)).await.unwrap();
        assert_eq!(records.len(), rounds as usize, "records come with the position");
        let unsent = records.iter().filter(|record| !record.sent).count();
        assert!(unsent <= 1, "a record is committed, then marked as sent");
        let sent = records.len() - unsent;
        assert!((rounds, sent) >= last, "a longer log never shows less");
        last = (rounds, sent);
    }
    assert_eq!(last, (ROUNDS, ROUNDS as usize), "what was acknowledged is in the log");
}

#[tokio::test]
async fn a_closing_that_was_given_up_halfway_is_gone() {
    let (directory, store) = super::sample::store().await;
    let [run] = identify(&store, [calls_of("A")]).await;
    let mut tx = store.begin("test").await.unwrap();
    super::super::points::enter(&mut tx, &[count(run, NOW, 1)]).await.unwrap();
    drop(tx);
    drop(store);
    let found = Store::open(&directory.path().join("insights.sqlite3")).await.unwrap();
    assert_eq!(found.points(run, minute(0), minute(u32::MAX - 1)).await.unwrap(), []);
}
