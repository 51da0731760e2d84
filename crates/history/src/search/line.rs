//! Who may wait for work that reads from disk: so many in all, and so many of each account.
//!
//! Whoever finds no place in the line is told so at once, and can come again. Whoever leaves it, by being dropped,
//! makes room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cairn_event::AccountId;

/// A line with an end.
#[derive(Debug)]
pub(crate) struct Line {
    all_max: usize,
    account_max: usize,
    standing: Mutex<Standing>,
}

#[derive(Debug, Default)]
struct Standing {
    all: usize,
    by_account: HashMap<AccountId, usize>,
}

/// A place in a line, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    line: Arc<Line>,
    account: AccountId,
}

impl Line {
    pub(crate) fn new(all_max: usize, account_max: usize) -> Arc<Self> {
        Arc::new(Self { all_max, account_max, standing: Mutex::default() })
    }

    /// Takes a place at the end; none where there is none, or none for this account.
    pub(crate) fn join(self: &Arc<Self>, account: AccountId) -> Option<Place> {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let of_account = standing.by_account.get(&account).copied().unwrap_or_default();
        if standing.all >= self.all_max || of_account >= self.account_max {
            return None;
        }
        standing.all += 1;
        standing.by_account.insert(account, of_account + 1);
        Some(Place { line: Arc::clone(self), account })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut standing = self.line.standing.lock().unwrap_or_else(PoisonError::into_inner);
        standing.all = standing.all.saturating_sub(1);
        if let Some(of_account) = standing.by_account.get_mut(&self.account) {
            *of_account = of_account.saturating_sub(1);
            if *of_account == 0 {
                standing.by_account.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_an_end_and_each_account_a_share() {
        let [one, two]: [AccountId; 2] = ["111111111111", "222222222222"].map(|id| id.parse().unwrap());
        let line = Line::new(3, 2);
        let first = line.join(one).unwrap();
        let second = line.join(one).unwrap();
        assert!(line.join(one).is_none(), "its share is taken");
        let third = line.join(two).unwrap();
        assert!(line.join(two).is_none(), "the line is full");
        drop(first);
        let fourth = line.join(one).unwrap();
        for place in [second, third, fourth] {
            drop(place);
        }
        assert!(line.standing.lock().unwrap().by_account.is_empty());
    }
}
