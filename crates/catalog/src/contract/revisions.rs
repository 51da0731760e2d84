//! Revisions: compare-and-set, immutable, durable.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::sample::{self, access_key, account, begin, trail, trail_arn, user};
use super::{Backend, IsExpected};
use crate::{Catalog, Change, CommitError, Owner, Refusal, Settings, SnapshotError};

pub(super) async fn a_new_catalog_holds_the_default_settings(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let current = catalog.current();
    assert_eq!(current.revision(), 0);
    assert_eq!(current.settings(), &Settings::default());
    assert_eq!(current.settings().enabled_regions.len(), 17);
    assert_eq!(current.accounts().count() + current.trails().count(), 0);
}

pub(super) async fn a_commit_makes_the_next_revision_and_shows_it(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let changes = vec![
        Change::PutAccount(account()),
        Change::PutUser(user("alice")),
        Change::PutAccessKey(access_key("AKIAALICE", Owner::User("alice".to_owned()))),
        Change::PutAccessKey(access_key("AKIAROOT", Owner::Root)),
        Change::PutTrail(Box::new(trail("main"))),
    ];
    assert_eq!(catalog.commit(0, changes).await.expect("the commit"), 1);
    for catalog in [Arc::clone(&catalog), backend.open().await] {
        let current = catalog.current();
        assert_eq!(current.revision(), 1);
        assert_eq!(current.account(&sample::account_id()), Some(&account()));
        assert_eq!(current.user(&sample::account_id(), "alice"), Some(&user("alice")));
        let key = current.access_key("AKIAALICE").expect("the key");
        assert_eq!(key, &access_key("AKIAALICE", Owner::User("alice".to_owned())));
        assert!(
            matches!(current.owner(key), Some(crate::Principal::User(_, owner)) if owner.name == "alice")
        );
        let key = current.access_key("AKIAROOT").expect("the key");
        assert!(matches!(current.owner(key), Some(crate::Principal::Root(_))));
        let live = current.trail(&trail_arn("main")).expect("the trail");
        assert_eq!(live.trail(), &trail("main"));
        assert!(!live.has_custom_selectors());
    }
}

pub(super) async fn a_commit_on_an_older_revision_conflicts(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    begin(catalog.as_ref()).await;
    for wrong in [0, 2, 99] {
        match catalog.commit(wrong, vec![Change::PutUser(user("late"))]).await {
            Err(CommitError::Conflict { current: 1 }) => {}
            other => panic!("a commit on revision {wrong} must conflict: {other:?}"),
        }
    }
    assert_eq!(catalog.current().revision(), 1);
    assert!(catalog.current().user(&sample::account_id(), "late").is_none());
}

pub(super) async fn of_concurrent_commits_one_wins_each_revision(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    begin(catalog.as_ref()).await;
    let mut committers = tokio::task::JoinSet::new();
    for committer in 0..8_u32 {
        let catalog = Arc::clone(&catalog);
        committers.spawn(async move {
            let mut made = Vec::new();
            for round in 0..5_u32 {
                let put = user(&format!("u{committer}-{round}"));
                loop {
                    let based_on = catalog.current().revision();
                    match catalog.commit(based_on, vec![Change::PutUser(put.clone())]).await {
                        Ok(revision) => break made.push(revision),
                        Err(CommitError::Conflict { current }) => assert!(current > based_on),
                        Err(other) => panic!("only conflicts are expected: {other:?}"),
                    }
                }
            }
            made
        });
    }
    let made: Vec<_> = committers.join_all().await.into_iter().flatten().collect();
    let distinct: BTreeSet<_> = made.iter().copied().collect();
    assert_eq!(distinct, (2..42).collect(), "each commit makes a revision of its own, without gaps");
    assert_eq!(made.len(), 40);
    assert_eq!(catalog.current().users(&sample::account_id()).count(), 40);
}

pub(super) async fn a_commit_of_another_process_conflicts_and_is_then_seen(backend: Arc<dyn Backend>) {
    let (here, there) = (backend.open().await, backend.open().await);
    begin(there.as_ref()).await;
    assert_eq!(here.current().revision(), 0, "nobody has told us yet");
    match here.commit(0, vec![Change::PutAccount(account())]).await {
        Err(CommitError::Conflict { current: 1 }) => {}
        other => panic!("the other process was faster: {other:?}"),
    }
    assert_eq!(here.current().revision(), 1, "the conflict brings memory up to date");
    let made = here.commit(1, vec![Change::PutUser(user("alice"))]).await.expect("a commit on the newest");
    let shown = there.snapshot(made).await.expect("a revision that the other process made");
    assert!(shown.user(&sample::account_id(), "alice").is_some());
}

pub(super) async fn a_refused_commit_changes_nothing(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    begin(catalog.as_ref()).await;
    let key_of_nobody = access_key("AKIANOBODY", Owner::User("nobody".to_owned()));
    let mut foreign = trail("foreign");
    foreign.account = "999999999999".parse().expect("twelve digits");
    let twice = vec![Change::PutUser(user("alice")), Change::PutUser(user("alice"))];
    let refused: Vec<(Vec<Change>, IsExpected)> = vec![
        (vec![], |why| matches!(why, Refusal::Empty)),
        (twice, |why| matches!(why, Refusal::Twice { .. })),
        (vec![Change::DeleteTrail { arn: trail_arn("none") }], |why| matches!(why, Refusal::Absent { .. })),
        (vec![Change::DeleteAccessKey { id: "none".to_owned() }], |why| {
            matches!(why, Refusal::Absent { .. })
        }),
        (vec![Change::PutAccessKey(key_of_nobody)], |why| matches!(why, Refusal::Orphan { .. })),
        (vec![Change::PutTrail(Box::new(foreign))], |why| matches!(why, Refusal::Orphan { .. })),
        (vec![Change::PutTrail(Box::new(trail(&"x".repeat(3_000))))], |why| {
            matches!(why, Refusal::TooLong { .. })
        }),
        ((0..1_001).map(|index| Change::PutUser(user(&index.to_string()))).collect(), |why| {
            matches!(why, Refusal::TooMany { .. })
        }),
    ];
    for (changes, expected) in refused {
        // A change that would be fine alone must not come through with one that is not.
        let changes = match changes.len() {
            1 => std::iter::once(Change::PutUser(user("bystander"))).chain(changes).collect(),
            _ => changes,
        };
        match catalog.commit(1, changes).await {
            Err(CommitError::Refused(why)) if expected(&why) => {}
            other => panic!("the commit must be refused: {other:?}"),
        }
        assert_eq!(catalog.current().revision(), 1);
        assert!(catalog.current().user(&sample::account_id(), "bystander").is_none());
    }
    assert_eq!(backend.open().await.current().revision(), 1);
}

pub(super) async fn old_revisions_never_change(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    begin(catalog.as_ref()).await;
    let mut silent = trail("main");
    silent.logging = false;
    let commits = [
        vec![Change::PutTrail(Box::new(silent))],
        vec![Change::DeleteTrail { arn: trail_arn("main") }],
        vec![Change::PutSettings(Settings { enabled_regions: vec![sample::region("eu-west-1")] })],
    ];
    for (based_on, changes) in (1..).zip(commits) {
        catalog.commit(based_on, changes).await.expect("the commit");
    }
    for catalog in [Arc::clone(&catalog), backend.open().await] {
        let logging = async |revision| {
            let snapshot = catalog.snapshot(revision).await.expect("the revision");
            assert_eq!(snapshot.revision(), revision);
            snapshot.trail(&trail_arn("main")).map(|trail| trail.logging)
        };
        assert_eq!(logging(0).await, None);
        assert_eq!(logging(1).await, Some(true));
        assert_eq!(logging(2).await, Some(false));
        assert_eq!(logging(3).await, None);
        assert_eq!(logging(4).await, None);
        let before = catalog.snapshot(3).await.expect("the revision");
        assert_eq!(before.settings(), &Settings::default());
        assert_eq!(catalog.current().settings().enabled_regions.len(), 1);
    }
}

pub(super) async fn a_revision_that_does_not_exist_yet_is_refused(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    for asked in [1, u64::MAX] {
        match catalog.snapshot(asked).await {
            Err(SnapshotError::Unknown { current: 0, asked: named }) if named == asked => {}
            other => panic!("revision {asked} does not exist: {other:?}"),
        }
    }
}

pub(super) async fn a_trail_made_again_is_another_life(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let first = begin(catalog.as_ref()).await;
    let put = || vec![Change::PutTrail(Box::new(trail("main")))];
    catalog.commit(1, put()).await.expect("an update");
    assert_eq!(sample::trail_id(catalog.as_ref(), 2, "main").await, first, "an update keeps the life");
    catalog.commit(2, vec![Change::DeleteTrail { arn: first.arn.clone() }]).await.expect("a removal");
    catalog.commit(3, put()).await.expect("a trail under the old name");
    for catalog in [Arc::clone(&catalog), backend.open().await] {
        let second = sample::trail_id(catalog.as_ref(), 4, "main").await;
        assert_eq!((second.arn.as_str(), second.created), (first.arn.as_str(), 4));
        assert_eq!(sample::trail_id(catalog.as_ref(), 2, "main").await, first);
    }
}

pub(super) async fn revisions_survive_without_a_close(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    begin(catalog.as_ref()).await;
    drop(catalog);
    assert_eq!(backend.open().await.current().revision(), 1);
}

#[expect(dead_code, reason = "proves at compile time that the trait can be a trait object")]
fn is_dyn_compatible(catalog: &dyn Catalog) -> u64 {
    catalog.current().revision()
}
