//! Long work of pages: some at once for an account, some for all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cairn_event::AccountId;

/// Pages' work that is under way.
#[derive(Debug, Default)]
pub(crate) struct LongWork {
    /// Looks into the past of insights.
    pub(crate) backtests: Turns,
    pub(crate) validations: Turns,
    /// Tails that are followed.
    pub(crate) tails: Turns,
}

/// How many pieces of some work run for each account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<BTreeMap<AccountId, usize>>>);

/// How many may run at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TurnsMax {
    /// For one account.
    pub(crate) account: usize,
    /// For all accounts together.
    pub(crate) all: usize,
}

/// A place among them, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Turns,
    account: AccountId,
}

impl Turns {
    /// Takes a place for the account; none when as many run as may.
    pub(crate) fn begin(&self, account: AccountId, max: TurnsMax) -> Option<Turn> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = running.values().sum();
        let own = running.get(&account).copied().unwrap_or_default();
        if all >= max.all || own >= max.account {
            return None;
        }
        running.insert(account, own + 1);
        Some(Turn { turns: self.clone(), account })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut running = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        match running.get_mut(&self.account) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                running.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_so_many_turns_and_all_have_so_many() {
        let turns = Turns::default();
        let [one, other]: [AccountId; 2] = ["123456789012", "111122223333"].map(|id| id.parse().unwrap());
        let max = TurnsMax { account: 2, all: 3 };
        let first = turns.begin(one, max).unwrap();
        let second = turns.begin(one, max).unwrap();
        assert!(turns.begin(one, max).is_none());
        let beside = turns.begin(other, max).unwrap();
        assert!(turns.begin(other, max).is_none());
        drop(second);
        let again = turns.begin(other, max).unwrap();
        assert!(turns.begin(one, max).is_none());
        drop((first, beside, again));
        assert!(turns.0.lock().unwrap().is_empty());
    }
}
