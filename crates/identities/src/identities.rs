//! The directory and the memory, asked together.

use std::sync::{Arc, PoisonError, RwLock};

use cairn_catalog::SecretBytes;
use cairn_event::{Clock, InScopeOf, UserIdentity};
use cairn_wire::query::Parameters;
use jiff::Timestamp;

use crate::directory::Directory;
use crate::identified::kind;
use crate::learn::{Fact, Name, Rank, facts};
use crate::memory::Memory;
use crate::unsigned::{is_vouched_for, takes_no_signature};
use crate::web_token::{issuer_name, shorten, web_claims};
use crate::{Claim, Identified, LEARNED_MAX, Lesson, Person, Realm, Sighting, account_of_key, telemetry};

/// Whether accounts are read out of ids of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountHints {
    /// They are told, as hints.
    Told,
    /// They are not.
    Off,
}

/// Says whose keys are whose. Shared by all requests.
#[derive(Debug)]
pub struct Identities {
    directory: RwLock<Arc<Directory>>,
    pub(crate) keys: Memory,
    pub(crate) names: Memory,
    hints: AccountHints,
    clock: Arc<dyn Clock>,
}

impl Identities {
    /// Begins with a directory and nothing learned.
    pub fn new(directory: Directory, hints: AccountHints, clock: Arc<dyn Clock>) -> Self {
        Self {
            directory: RwLock::new(Arc::new(directory)),
            keys: Memory::new(LEARNED_MAX),
            names: Memory::new(LEARNED_MAX),
            hints,
            clock,
        }
    }

    /// Says who a request claims to come from. A pure look-up: it never waits.
    pub fn identify(&self, sighting: &Sighting<'_>) -> Identified {
        let realm = sighting.realm;
        let claim = heard(sighting);
        let key = match claim {
            Claim::Key(key) => Some(key),
            Claim::Bearer { credential_id } => Some(credential_id),
            Claim::Unsigned | Claim::Unclear => None,
        };
        let listed = key.and_then(|key| self.directory().person(key, sighting.upstream));
        let is_listed = listed.is_some();
        let person = listed.or_else(|| self.learned_owner(realm, key?));
        if key.is_some() {
            telemetry::identified(match (&person, is_listed) {
                (Some(_), true) => "directory",
                (Some(_), false) => "answers",
                (None, _) => "nothing",
            });
        }
        let unknown_key = match claim {
            Claim::Key(key) if person.is_none() && self.hints == AccountHints::Told => Some(key),
            _ => None,
        };
        let is_service =
            person.as_ref().is_some_and(|person| person.identity.kind.as_deref() == Some("AWSService"));
        let scope = sighting.scope.filter(|_| is_service).map(|(arn, account)| InScopeOf {
            source_arn: Some(shorten(arn)),
            source_account: account.map(shorten),
        });
        Identified {
            claim: claim.clone(),
            realm,
            person,
            is_listed,
            vouched: vouched(sighting, claim).map(Box::new),
            account_hint: unknown_key.and_then(|key| account_of_key(key)),
            scope,
        }
    }

    /// Takes what a call teaches that an upstream served well. Call it for no other.
    pub fn learn(&self, lesson: &Lesson<'_>) {
        let facts = facts(lesson);
        telemetry::learned(facts.len());
        for fact in facts {
            self.take(lesson.realm, fact);
        }
        telemetry::remembered(self.keys.len(), self.names.len());
    }

    /// Returns the secret of a key at an upstream, where the directory has one.
    pub fn secret(&self, key: &str, upstream: &str) -> Option<SecretBytes> {
        let directory = self.directory();
        directory.person(key, upstream)?;
        directory.secret(key).cloned()
    }

    /// Puts a new directory in the place of the old one.
    pub fn replace_directory(&self, directory: Directory) {
        *self.directory.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(directory);
    }

    /// Returns how many keys were learned and not forgotten.
    pub fn learned(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.directory.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn learned_owner(&self, realm: Realm, key: &str) -> Option<Arc<Person>> {
        let now = self.now();
        self.keys.find(realm, key, now).map(|person| self.complete(realm, person, now))
    }

    /// Adds to a user or a session of a role what lists said of the name.
    fn complete(&self, realm: Realm, person: Arc<Person>, now: Timestamp) -> Arc<Person> {
        let identity = &person.identity;
        if let (Some("IAMUser"), None, Some(name)) =
            (identity.kind.as_deref(), &identity.arn, &identity.user_name)
            && let Some(named) = self.names.find(realm, &Name::User(name.clone()).key(), now)
        {
            let mut fuller = (*person).clone();
            fuller.fill_from(&named);
            return Arc::new(fuller);
        }
        let issuer = identity.session_context.as_ref().and_then(|context| context.session_issuer.as_ref());
        if let Some(issuer) = issuer.filter(|issuer| issuer.kind == "Role" && issuer.arn.is_empty())
            && let Some(role) = &issuer.user_name
            && let Some(named) = self.names.find(realm, &Name::Role(role.clone()).key(), now)
            && named.identity.account_id.as_deref() == Some(issuer.account_id.as_str())
        {
            let mut fuller = (*person).clone();
            if let Some(issuer) =
                fuller.identity.session_context.as_mut().and_then(|context| context.session_issuer.as_mut())
            {
                issuer.arn = named.identity.arn.clone().unwrap_or_default();
                if issuer.principal_id.is_empty() {
                    issuer.principal_id = named.identity.principal_id.clone().unwrap_or_default();
                }
            }
            return Arc::new(fuller);
        }
        person
    }

    fn take(&self, realm: Realm, fact: Fact) {
        match fact {
            Fact::Key { id, person, rank, expires } => self.keys.learn((realm, &id), *person, rank, expires),
            Fact::Name { name, person } => {
                self.names.learn((realm, &name.key()), *person, Rank::Listed, None);
            }
            Fact::NoKey(id) => self.keys.forget(realm, &id),
            Fact::NoName(name) => {
                self.names.forget(realm, &name.key());
                if let Name::User(name) = name {
                    self.keys.forget_where(|_, held| held.realm == realm && is_user(&held.person, &name));
                }
            }
        }
    }
}

fn is_user(person: &Person, name: &str) -> bool {
    person.identity.kind.as_deref() == Some("IAMUser") && person.identity.user_name.as_deref() == Some(name)
}

/// Returns the claim that counts: calls that take no signature are answered whatever they carry, and the one that
/// is in them nobody looked at.
fn heard<'a>(sighting: &Sighting<'a>) -> &'a Claim {
    match sighting.claim {
        Claim::Unsigned => &Claim::Unsigned,
        _ if is_vouched_for(sighting.event_source, sighting.operation) => &Claim::Unsigned,
        _ if takes_no_signature(sighting.event_source, sighting.operation) => &Claim::Unclear,
        claim => claim,
    }
}

/// Reads the caller of AssumeRoleWithWebIdentity and of AssumeRoleWithSAML out of the token that it sends, without
/// believing it.
fn vouched(sighting: &Sighting<'_>, claim: &Claim) -> Option<UserIdentity> {
    if *claim != Claim::Unsigned || sighting.event_source != "sts.amazonaws.com" {
        return None;
    }
    let parameters = Parameters::parse("", sighting.form?).ok()?;
    match sighting.operation {
        "AssumeRoleWithWebIdentity" => {
            let Some(claims) = parameters.value("WebIdentityToken").and_then(web_claims) else {
                // A token that is no JWT: its provider stands beside it.
                return Some(UserIdentity {
                    identity_provider: parameters.value("ProviderId").map(shorten),
                    ..kind("WebIdentityUser")
                });
            };
            let issuer = issuer_name(&claims.issuer);
            Some(UserIdentity {
                principal_id: Some(format!("{issuer}:{}:{}", claims.audience, claims.subject)),
                identity_provider: Some(issuer.to_owned()),
                user_name: Some(claims.subject),
                ..kind("WebIdentityUser")
            })
        }
        // Whom the assertion is about only the answer tells in the terms that records use.
        "AssumeRoleWithSAML" => Some(kind("SAMLUser")),
        _ => None,
    }
}
