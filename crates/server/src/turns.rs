//! Long work of pages: one at a time for an account, a few for all.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use cairn_event::AccountId;

/// The accounts that some work runs for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<BTreeSet<AccountId>>>);

/// A place among them, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Turns,
    account: AccountId,
}

impl Turns {
    /// Takes the account's place; none when its work runs already, or that of `max` accounts.
    pub(crate) fn begin(&self, account: AccountId, max: usize) -> Option<Turn> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = running.len() < max && running.insert(account);
        begun.then(|| Turn { turns: self.clone(), account })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_one_turn_and_all_have_so_many() {
        let turns = Turns::default();
        let [one, other, third]: [AccountId; 3] =
            ["123456789012", "111122223333", "444455556666"].map(|id| id.parse().unwrap());
        let running = turns.begin(one, 2).unwrap();
        assert!(turns.begin(one, 2).is_none());
        let beside = turns.begin(other, 2).unwrap();
        assert!(turns.begin(third, 2).is_none());
        drop(beside);
        assert!(turns.begin(third, 2).is_some());
        drop(running);
        assert!(turns.begin(one, 2).is_some());
    }
}
