//! Policies that were read before: a few texts are asked at nearly every call, and reading one takes longer
//! than deciding by it. Reading is a pure function of form and text, so nobody can tell the difference.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use super::{Policy, PolicyError, PolicyKind, Rigour};

/// Policies remembered; with more, all are read again.
const POLICIES_MAX: usize = 512;

/// The longest text remembered, in bytes; with [`POLICIES_MAX`] it bounds what memory they take.
const TEXT_BYTES_MAX: usize = 8 * 1024;

static READ: RwLock<Memo> = RwLock::new(Memo(BTreeMap::new()));

#[derive(Debug)]
struct Memo(BTreeMap<Form, BTreeMap<String, Policy>>);

/// What a text is read as.
type Form = (PolicyKind, Rigour);

/// Returns the policy that was read from this text before, or reads it.
pub(super) fn recall_or(
    form: Form,
    text: &str,
    read: impl FnOnce() -> Result<Policy, PolicyError>,
) -> Result<Policy, PolicyError> {
    if let Some(known) = READ.read().unwrap_or_else(PoisonError::into_inner).find(form, text) {
        return Ok(known.clone());
    }
    let policy = read()?;
    if text.len() <= TEXT_BYTES_MAX {
        READ.write().unwrap_or_else(PoisonError::into_inner).keep(form, text, &policy);
    }
    Ok(policy)
}

impl Memo {
    fn find(&self, form: Form, text: &str) -> Option<&Policy> {
        self.0.get(&form)?.get(text)
    }

    fn keep(&mut self, form: Form, text: &str, policy: &Policy) {
        if self.0.values().map(BTreeMap::len).sum::<usize>() >= POLICIES_MAX {
            self.0.clear();
        }
        self.0.entry(form).or_default().insert(text.to_owned(), policy.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ADMINISTRATOR_ACCESS;

    fn policy(kind: PolicyKind) -> Policy {
        Policy::parse(kind, ADMINISTRATOR_ACCESS).unwrap()
    }

    #[test]
    fn a_text_is_another_policy_for_each_kind() {
        let mut memo = Memo(BTreeMap::new());
        memo.keep((PolicyKind::Identity, Rigour::Written), "text", &policy(PolicyKind::Identity));
        memo.keep((PolicyKind::Session, Rigour::Written), "text", &policy(PolicyKind::Session));
        for kind in [PolicyKind::Identity, PolicyKind::Session] {
            assert_eq!(memo.find((kind, Rigour::Written), "text"), Some(&policy(kind)));
        }
        assert_eq!(memo.find((PolicyKind::Boundary, Rigour::Written), "text"), None);
        assert_eq!(memo.find((PolicyKind::Identity, Rigour::Written), "other"), None);
        // The same text names no principals here, which a resource's policy must.
        assert!(Policy::parse(PolicyKind::Resource, ADMINISTRATOR_ACCESS).is_err());
    }

    #[test]
    fn no_more_are_remembered_than_the_limit() {
        let mut memo = Memo(BTreeMap::new());
        let policy = policy(PolicyKind::Identity);
        for number in 0..=POLICIES_MAX {
            memo.keep((PolicyKind::Identity, Rigour::Written), &number.to_string(), &policy);
        }
        assert_eq!(memo.0.values().map(BTreeMap::len).sum::<usize>(), 1);
    }

    #[test]
    fn what_is_refused_is_refused_again() {
        for _ in 0..2 {
            assert!(Policy::parse(PolicyKind::Identity, "{}").is_err());
        }
    }
}
