//! From the claim in a request to the caller in its record.

use std::sync::Arc;

use cairn_access::{Caller, Trust};
use cairn_event::{AccountId, UserIdentity};

use crate::learn::saml_caller;
use crate::{LESSON_BYTES_MAX, Person, Realm, Verdict};

/// What a request says of who sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is signed with a key.
    Key(String),
    /// It carries a bearer token; what tells the token apart, and does not tell it.
    Bearer {
        /// What `credentialId` of the record says.
        credential_id: String,
    },
    /// It is not signed.
    Unsigned,
    /// It carries more than one claim, or one that can't be read: whichever the upstream takes, nobody here knows.
    Unclear,
}

/// A request on its way to an upstream.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'a> {
    /// Where keys of the request mean something.
    pub realm: Realm,
    /// The upstream's name in the settings.
    pub upstream: &'a str,
    /// The claim.
    pub claim: &'a Claim,
    /// The record's `eventSource`.
    pub event_source: &'a str,
    /// The API's operation; empty where nobody could make it out.
    pub operation: &'a str,
    /// The request's form, where it has one and it was read.
    pub form: Option<&'a [u8]>,
    /// The resource and the account in whose scope the request says it is made, if its signature covers that.
    pub scope: Option<(&'a str, Option<&'a str>)>,
}

/// Who called, as far as the directory and earlier answers tell; what it is worth the answer shows.
#[derive(Debug, Clone)]
pub struct Identified {
    pub(crate) claim: Claim,
    pub(crate) realm: Realm,
    pub(crate) person: Option<Arc<Person>>,
    /// Whether the operator's directory says so.
    pub(crate) is_listed: bool,
    /// Somebody whom a token in the request names: the caller of an unsigned call of STS.
    pub(crate) vouched: Option<Box<UserIdentity>>,
    pub(crate) account_hint: Option<AccountId>,
    pub(crate) scope: Option<cairn_event::InScopeOf>,
}

impl Identified {
    /// Returns the key that the request names.
    pub fn access_key_id(&self) -> Option<&str> {
        match &self.claim {
            Claim::Key(key) => Some(key),
            Claim::Bearer { .. } | Claim::Unsigned | Claim::Unclear => None,
        }
    }

    /// Tells whether the request carries a token that names its caller, instead of a signature.
    pub fn is_vouched(&self) -> bool {
        self.vouched.is_some()
    }

    /// Returns whose the claim is; none where nobody told.
    pub fn person(&self) -> Option<&Person> {
        self.person.as_deref()
    }

    /// Tells whether the operator's directory names the caller. What an upstream's answers say of other accounts
    /// is that upstream's word alone.
    pub fn is_listed(&self) -> bool {
        self.is_listed
    }

    /// Returns where the request's keys mean something.
    pub fn realm(&self) -> Realm {
        self.realm
    }

    /// Returns the account that the key itself names, where nobody told whose it is: a hint and no fact.
    pub fn account_hint(&self) -> Option<AccountId> {
        self.account_hint
    }

    /// Returns the account that the caller belongs to; the upstream's where nobody told another.
    pub fn account(&self) -> AccountId {
        self.person().and_then(|person| person.account).unwrap_or(self.realm.account)
    }

    /// Takes what a good answer tells of the caller itself: whom a SAML assertion is about.
    pub fn told_by(&mut self, operation: &str, answer: &[u8]) {
        if self.vouched.is_some() && operation == "AssumeRoleWithSAML" && answer.len() <= LESSON_BYTES_MAX {
            self.vouched = saml_caller(answer).map(Box::new).or(self.vouched.take());
        }
    }

    /// Returns the `userIdentity` of a claim that is believed.
    pub fn identity(&self) -> UserIdentity {
        if let Some(vouched) = &self.vouched {
            return (**vouched).clone();
        }
        let known = self.person().map(|person| person.identity.clone());
        let account_id = Some(self.realm.account.to_string());
        match (&self.claim, known) {
            (Claim::Key(key), Some(known)) => {
                UserIdentity { access_key_id: Some(key.clone()), in_scope_of: self.scope.clone(), ..known }
            }
            (Claim::Bearer { credential_id }, Some(known)) => {
                UserIdentity { credential_id: Some(credential_id.clone()), ..known }
            }
            (Claim::Key(key), None) => {
                UserIdentity { access_key_id: Some(key.clone()), account_id, ..kind("Unknown") }
            }
            (Claim::Bearer { credential_id }, None) => UserIdentity {
                credential_id: Some(credential_id.clone()),
                account_id,
                ..kind("IdentityCenterUser")
            },
            (Claim::Unsigned | Claim::Unclear, _) => kind("Unknown"),
        }
    }

    /// Returns the caller that a verdict makes of the claim.
    pub fn caller(&self, verdict: Verdict) -> Caller {
        let known = |identity, trust| Caller::Known {
            identity: Box::new(identity),
            account: Some(self.account()),
            trust,
        };
        match (&self.claim, verdict) {
            (Claim::Unsigned, Verdict::Accepted) if self.vouched.is_some() => {
                known(self.identity(), Trust::Accepted)
            }
            (Claim::Unsigned, Verdict::Claimed) if self.vouched.is_some() => {
                known(self.identity(), Trust::Claimed)
            }
            (Claim::Unsigned, Verdict::Rejected) if self.vouched.is_some() => {
                Caller::Rejected { access_key_id: None }
            }
            (Claim::Unsigned, _) => Caller::Unsigned,
            (_, Verdict::Verified) => known(self.identity(), Trust::Verified),
            (Claim::Unclear, Verdict::Rejected) => Caller::Rejected { access_key_id: None },
            (Claim::Unclear, _) => known(kind("Unknown"), Trust::Claimed),
            (_, Verdict::Accepted) => known(self.identity(), Trust::Accepted),
            (_, Verdict::Claimed) => known(self.identity(), Trust::Claimed),
            (_, Verdict::Undecided) => known(self.nameless(), Trust::Claimed),
            (_, Verdict::Rejected) => {
                Caller::Rejected { access_key_id: self.access_key_id().map(str::to_owned) }
            }
        }
    }

    /// Returns what stands for a claim that nobody decided about.
    fn nameless(&self) -> UserIdentity {
        let credential_id = match &self.claim {
            Claim::Bearer { credential_id } => Some(credential_id.clone()),
            Claim::Key(_) | Claim::Unsigned | Claim::Unclear => None,
        };
        UserIdentity {
            access_key_id: self.access_key_id().map(str::to_owned),
            credential_id,
            ..kind("Unknown")
        }
    }
}

pub(crate) fn kind(kind: &str) -> UserIdentity {
    UserIdentity { kind: Some(kind.to_owned()), ..UserIdentity::default() }
}
