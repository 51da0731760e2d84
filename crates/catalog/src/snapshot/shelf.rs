//! What an organization keeps for a while: found by organization, by account, and by age.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;

use cairn_event::AccountId;
use jiff::Timestamp;

use crate::{AccountCreation, Handshake};

/// Something that is kept for a while once it is over.
pub(super) trait Kept {
    fn id(&self) -> &str;
    fn organization(&self) -> &str;
    fn account(&self) -> Option<AccountId>;
    /// When it is over.
    fn over(&self) -> Timestamp;
}

/// Things of one kind, and where they are looked for.
#[derive(Debug, Clone)]
pub(super) struct Shelf<T> {
    all: BTreeMap<String, Arc<T>>,
    by_organization: BTreeMap<String, BTreeMap<String, Arc<T>>>,
    by_account: BTreeMap<AccountId, BTreeMap<String, Arc<T>>>,
    by_age: BTreeMap<(Timestamp, String), Arc<T>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            all: BTreeMap::new(),
            by_organization: BTreeMap::new(),
            by_account: BTreeMap::new(),
            by_age: BTreeMap::new(),
        }
    }
}

impl<T: Kept> Shelf<T> {
    pub(super) fn put(&mut self, item: T) {
        let (id, item) = (item.id().to_owned(), Arc::new(item));
        self.remove(&id);
        let of_organization = self.by_organization.entry(item.organization().to_owned()).or_default();
        of_organization.insert(id.clone(), Arc::clone(&item));
        if let Some(account) = item.account() {
            self.by_account.entry(account).or_default().insert(id.clone(), Arc::clone(&item));
        }
        self.by_age.insert((item.over(), id.clone()), Arc::clone(&item));
        self.all.insert(id, item);
    }

    pub(super) fn remove(&mut self, id: &str) -> bool {
        let Some(item) = self.all.remove(id) else { return false };
        take(&mut self.by_organization, item.organization(), id);
        if let Some(account) = item.account() {
            take(&mut self.by_account, &account, id);
        }
        self.by_age.remove(&(item.over(), id.to_owned()));
        true
    }

    pub(super) fn get(&self, id: &str) -> Option<&T> {
        self.all.get(id).map(Arc::as_ref)
    }

    /// Lists what an organization keeps, by id.
    pub(super) fn of_organization(&self, id: &str) -> impl Iterator<Item = &T> {
        self.by_organization.get(id).into_iter().flat_map(BTreeMap::values).map(Arc::as_ref)
    }

    /// Lists what is about an account, by id.
    pub(super) fn of_account(&self, account: AccountId) -> impl Iterator<Item = &T> {
        self.by_account.get(&account).into_iter().flat_map(BTreeMap::values).map(Arc::as_ref)
    }

    /// Lists everything, what was over first before the rest.
    pub(super) fn oldest_first(&self) -> impl Iterator<Item = &T> {
        self.by_age.values().map(Arc::as_ref)
    }
}

/// Takes a thing out of an index, and its place with the last one.
fn take<K, Q, T>(index: &mut BTreeMap<K, BTreeMap<String, Arc<T>>>, place: &Q, id: &str)
where
    K: Ord + Borrow<Q>,
    Q: Ord + ?Sized,
{
    let Some(items) = index.get_mut(place) else { return };
    items.remove(id);
    if items.is_empty() {
        index.remove(place);
    }
}

impl Kept for Handshake {
    fn id(&self) -> &str {
        &self.id
    }

    fn organization(&self) -> &str {
        &self.organization
    }

    fn account(&self) -> Option<AccountId> {
        Some(self.account)
    }

    fn over(&self) -> Timestamp {
        self.over()
    }
}

impl Kept for AccountCreation {
    fn id(&self) -> &str {
        &self.id
    }

    fn organization(&self) -> &str {
        &self.organization
    }

    fn account(&self) -> Option<AccountId> {
        None
    }

    fn over(&self) -> Timestamp {
        self.completed
    }
}
