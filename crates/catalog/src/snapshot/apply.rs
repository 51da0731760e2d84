//! One revision and a list of changes make the next revision, or a refusal. Pure.

use std::collections::BTreeSet;
use std::sync::Arc;

use cairn_event::AccountId;

use super::Snapshot;
use crate::change::{CHANGES_MAX, KEY_BYTES_MAX, Step};
use crate::entity::{Entity, user_key};
use crate::{Change, EntityKind, Owner, Refusal};

impl Snapshot {
    /// Makes the next revision. The steps say which rows change for it.
    pub(crate) fn apply(&self, changes: Vec<Change>) -> Result<(Self, Vec<Step>), Refusal> {
        let steps: Vec<Step> = changes.into_iter().map(Change::into_step).collect();
        check_list(&steps)?;
        let mut next = self.clone();
        next.revision = self.revision.checked_add(1).ok_or(Refusal::TooLarge(u64::MAX))?;
        for step in &steps {
            next.take(self, step)?;
        }
        for step in &steps {
            next.check_owner(step)?;
        }
        Ok((next.index(), steps))
    }

    fn take(&mut self, before: &Self, step: &Step) -> Result<(), Refusal> {
        let Some(entity) = step.entity.clone() else {
            return if self.remove(step.kind, &step.key) {
                Ok(())
            } else {
                Err(Refusal::Absent { kind: step.kind.as_str(), key: step.key.clone() })
            };
        };
        let created = match before.trails.get(&step.key) {
            Some(trail) => trail.id.created,
            None => self.revision,
        };
        self.admit(entity, created).map_err(|source| Refusal::Selectors { trail: step.key.clone(), source })
    }

    fn remove(&mut self, kind: EntityKind, key: &str) -> bool {
        match kind {
            EntityKind::AccessKey => self.access_keys.remove(key).is_some(),
            EntityKind::Trail => self.trails.remove(key).is_some(),
            EntityKind::User => self.remove_user(key),
            // No change removes these.
            EntityKind::Account | EntityKind::Settings => false,
        }
    }

    fn remove_user(&mut self, key: &str) -> bool {
        let Some((account, name)) = parse_user_key(key) else { return false };
        self.users.get_mut(&account).is_some_and(|users| users.remove(name).is_some())
    }

    /// Checks that what the step leaves behind belongs to something that is there.
    fn check_owner(&self, step: &Step) -> Result<(), Refusal> {
        let orphan = |owner| Err(Refusal::Orphan { kind: step.kind, key: step.key.clone(), owner });
        let account = match &step.entity {
            None if step.kind == EntityKind::User => return self.check_keys_of_removed(&step.key),
            None | Some(Entity::Account(_) | Entity::Settings(_)) => return Ok(()),
            Some(Entity::User(user)) => user.account,
            Some(Entity::AccessKey(key)) => key.account,
            Some(Entity::Trail(trail)) => trail.account,
        };
        if !self.accounts.contains_key(&account) {
            return orphan(EntityKind::Account);
        }
        match &step.entity {
            Some(Entity::AccessKey(key)) if self.owner(key).is_none() => orphan(EntityKind::User),
            _ => Ok(()),
        }
    }

    fn check_keys_of_removed(&self, user: &str) -> Result<(), Refusal> {
        let left = self.access_keys.values().find(|key| match &key.owner {
            Owner::Root => false,
            Owner::User(name) => user_key(&key.account, name) == user,
        });
        match left {
            Some(key) => Err(Refusal::Orphan {
                kind: EntityKind::AccessKey,
                key: key.id.clone(),
                owner: EntityKind::User,
            }),
            None => Ok(()),
        }
    }
}

/// Rebuilds a revision from its rows.
pub(crate) fn assemble(
    revision: crate::Revision,
    rows: impl IntoIterator<Item = (Entity, crate::Revision)>,
) -> Result<Arc<Snapshot>, Refusal> {
    let mut snapshot = Snapshot::empty(revision);
    for (entity, created) in rows {
        let key = entity.key();
        snapshot.admit(entity, created).map_err(|source| Refusal::Selectors { trail: key, source })?;
    }
    Ok(Arc::new(snapshot.index()))
}

fn check_list(steps: &[Step]) -> Result<(), Refusal> {
    if steps.is_empty() {
        return Err(Refusal::Empty);
    }
    if steps.len() > CHANGES_MAX {
        return Err(Refusal::TooMany { what: "changes", count: steps.len(), max: CHANGES_MAX });
    }
    let mut seen = BTreeSet::new();
    for step in steps {
        let bytes = step.key.len();
        if bytes > KEY_BYTES_MAX {
            return Err(Refusal::TooLong { what: "a key", bytes, max: KEY_BYTES_MAX });
        }
        // Two changes of one row would need an order within the revision, which snapshots do not have.
        if !seen.insert((step.kind, &step.key)) {
            return Err(Refusal::Twice { kind: step.kind.as_str(), key: step.key.clone() });
        }
    }
    Ok(())
}

fn parse_user_key(key: &str) -> Option<(AccountId, &str)> {
    let (account, name) = key.split_once('/')?;
    Some((account.parse().ok()?, name))
}
