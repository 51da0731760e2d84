//! Any sequence of commits can be read back, revision by revision: compared with a plain map per revision.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Backend;
use super::sample::{access_key, account, account_id, trail, trail_arn, user};
use crate::{Change, CommitError, Owner, Snapshot};

/// What a revision holds: keys, and the bodies as text.
type Contents = BTreeMap<String, String>;

/// Makes one commit of each group of choices (any bytes mean something), then reads every revision back,
/// from memory and from a catalog opened anew.
///
/// # Panics
/// If a revision is not what the commits made it.
pub async fn check_history(backend: &dyn Backend, commits: &[Vec<[u8; 3]>]) {
    let catalog = backend.open().await;
    catalog.commit(0, vec![Change::PutAccount(account())]).await.expect("the account");
    let mut history = vec![contents(&catalog.snapshot(0).await.expect("revision 0"))];
    history.push(contents(&catalog.current()));
    for choices in commits {
        let newest = history.last().cloned().unwrap_or_default();
        let changes: Vec<Change> = choices.iter().map(|choice| change(*choice)).collect();
        let expected = applied(&newest, &changes);
        match (catalog.commit(catalog.current().revision(), changes).await, expected) {
            (Ok(made), Some(next)) => {
                assert_eq!(made, history.len() as u64);
                history.push(next);
            }
            (Err(CommitError::Refused(_)), None) => {}
            (outcome, expected) => panic!("{outcome:?}, though the model says {expected:?}"),
        }
        assert_eq!(Some(&contents(&catalog.current())), history.last());
    }
    for catalog in [catalog, backend.open().await] {
        for (revision, expected) in (0..).zip(&history) {
            let snapshot = catalog.snapshot(revision).await.expect("the revision");
            assert_eq!(&contents(&snapshot), expected, "revision {revision}");
        }
    }
}

pub(super) async fn any_history_can_be_read_back(backend: Arc<dyn Backend>) {
    // A fixed sequence that visits every choice; implementations add random ones.
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let commits: Vec<Vec<[u8; 3]>> =
        (0..60).map(|_| (0..=next() % 4).map(|_| [next(), next(), next()]).collect()).collect();
    check_history(backend.as_ref(), &commits).await;
}

fn change([what, which, how]: [u8; 3]) -> Change {
    let name = format!("n{}", which % 3);
    let key = format!("AKIA{}", which % 3);
    match what % 6 {
        0 => {
            let mut put = trail(&name);
            put.logging = how.is_multiple_of(2);
            put.s3_prefix = Some(how.to_string());
            Change::PutTrail(Box::new(put))
        }
        1 => Change::DeleteTrail { arn: trail_arn(&name) },
        2 => {
            let mut put = user(&name);
            put.path = format!("/{how}/");
            Change::PutUser(put)
        }
        3 => Change::DeleteUser { account: account_id(), name },
        4 if how.is_multiple_of(3) => Change::PutAccessKey(access_key(&key, Owner::Root)),
        4 => Change::PutAccessKey(access_key(&key, Owner::User(name))),
        _ => Change::DeleteAccessKey { id: key },
    }
}

/// The contents after the changes; `None` if they must be refused.
fn applied(before: &Contents, changes: &[Change]) -> Option<Contents> {
    let mut after = before.clone();
    let mut touched = std::collections::BTreeSet::new();
    for change in changes {
        let (key, body) = row(change);
        if !touched.insert(key.clone()) {
            return None;
        }
        match body {
            Some(body) => after.insert(key, body),
            None => Some(after.remove(&key)?),
        };
    }
    let has_owner = |body: &String| match body.strip_prefix("of ").and_then(|rest| rest.split_once(';')) {
        Some((owner, _)) => after.contains_key(&format!("user {owner}")),
        None => true,
    };
    (!changes.is_empty() && after.values().all(has_owner)).then_some(after)
}

fn row(change: &Change) -> (String, Option<String>) {
    match change {
        Change::PutTrail(put) => (format!("trail {}", put.arn), Some(format!("{put:?}"))),
        Change::DeleteTrail { arn } => (format!("trail {arn}"), None),
        Change::PutUser(put) => (format!("user {}", put.name), Some(format!("{put:?}"))),
        Change::DeleteUser { name, .. } => (format!("user {name}"), None),
        Change::PutAccessKey(put) => (format!("key {}", put.id), Some(key_body(put))),
        Change::DeleteAccessKey { id } => (format!("key {id}"), None),
        Change::PutAccount(_) | Change::PutSettings(_) => panic!("the model does not choose these"),
    }
}

fn key_body(key: &crate::AccessKey) -> String {
    match &key.owner {
        Owner::Root => format!("{key:?}"),
        Owner::User(name) => format!("of {name};{key:?}"),
    }
}

fn contents(snapshot: &Snapshot) -> Contents {
    let trails = snapshot.trails().map(|live| (format!("trail {}", live.arn), format!("{:?}", live.trail())));
    let id = account_id();
    let users = snapshot.users(&id).map(|user| (format!("user {}", user.name), format!("{user:?}")));
    let keys = (0..3)
        .filter_map(|which| snapshot.access_key(&format!("AKIA{which}")))
        .map(|key| (format!("key {}", key.id), key_body(key)));
    trails.chain(users).chain(keys).collect()
}
