//! The way through a chain, from its newest digest to its oldest.
//!
//! The order is that of `aws cloudtrail validate-logs`: the digest before is the one that a valid digest
//! names, listed or not; where there is none, or none that is valid, the next older one of the listing. What
//! the AWS CLI does not do is to compare: the digest that comes next with what its successor says of it, the
//! stretches of both, and the stretch around missing ones with the length of one.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::digest_file::Opened;
use super::finding::{DigestFault, Finding, Object, expected};
use super::names::{DigestNames, Listing};
use super::text::Stretch;

/// Which chain a digest belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Chain {
    /// A digest for each hour.
    Regular,
    /// Digests of log files that missed their hour's.
    Backfill,
}

/// What a digest says of the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The digest that says it.
    pub successor: Object,
    /// The digest before it.
    pub previous: Object,
    sha256: Option<String>,
    signature: Option<String>,
    #[serde(with = "super::text")]
    begins: Timestamp,
    /// Whether the successor was proved. A signature may be taken from one that was not: it proves itself.
    is_proved: bool,
}

/// How far a walk has come: with it and a listing, another walk goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    target: Option<Target>,
    link: Option<Link>,
    /// The last valid digest.
    valid: Option<Stretch>,
    broken: Option<Break>,
}

/// What became of the digest that was looked at.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// It is proved, by this signature.
    Valid(&'a Opened<'a>, &'a str),
    /// It proves nothing.
    Invalid(DigestFault),
    /// It could not be looked at.
    Unchecked(String),
    /// Nobody knows its signature; what it says of the digest before may still be tried.
    Unsigned(&'a Opened<'a>, String),
}

/// A walk through one chain.
#[derive(Debug)]
pub struct Walk {
    chain: Chain,
    listing: Listing,
    progress: Progress,
    /// The newest digest, until the first valid one is found.
    newest: Option<Newest>,
}

#[derive(Debug, Clone, Copy)]
struct Newest {
    /// Its end, by its name.
    ended: Timestamp,
    /// When it was listed.
    now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Target {
    object: Object,
    #[serde(with = "super::text")]
    ended: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Break {
    #[serde(with = "super::text")]
    until: Timestamp,
    reported: u64,
    has_invalid: bool,
}

impl Chain {
    /// Returns what stands before lines about it.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Regular => "",
            Self::Backfill => "(backfill) ",
        }
    }
}

impl Walk {
    /// Begins at the newest digest of a listing. `now` tells which digests must be there already.
    pub fn new(chain: Chain, mut listing: Listing, now: Timestamp) -> Self {
        let target = listing.pop().map(|(object, ended)| Target { object, ended });
        let newest = target.as_ref().map(|target| Newest { ended: target.ended, now });
        let progress = Progress { target, ..Progress::default() };
        Self { chain, listing, progress, newest }
    }

    /// Goes on where another walk was.
    pub fn go_on(chain: Chain, mut listing: Listing, progress: Progress) -> Self {
        if let Some(target) = &progress.target {
            listing.forget_from(target.ended);
        }
        Self { chain, listing, progress, newest: None }
    }

    /// Returns how far it has come.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Returns which chain it is.
    pub fn chain(&self) -> Chain {
        self.chain
    }

    /// Returns the digest to be looked at; nothing when the walk is over.
    pub fn target(&self) -> Option<&Object> {
        let target = self.progress.target.as_ref()?;
        // The newest digest was listed because it is in the range.
        let is_in_range = self.progress.valid.is_none_or(|valid| self.listing.range().from <= valid.from);
        is_in_range.then_some(&target.object)
    }

    /// Returns the digests that will likely be looked at after this one, newest first, with their sizes.
    pub fn upcoming(&self) -> impl Iterator<Item = (Object, u64)> + '_ {
        self.listing.newest()
    }

    /// Returns the signature that the digest's successor gives it.
    pub fn told_signature(&self) -> Option<&str> {
        let (link, target) = (self.progress.link.as_ref()?, self.progress.target.as_ref()?);
        link.signature.as_deref().filter(|_| link.previous == target.object)
    }

    /// Returns the bucket to list and the names there, where the digest lies in another place than the last.
    pub fn elsewhere(&self) -> Option<(&str, DigestNames)> {
        let object = &self.progress.target.as_ref()?.object;
        let names = self.listing.names().beside(&object.key);
        let is_here = object.bucket == self.listing.bucket() && names == *self.listing.names();
        (!is_here).then_some((object.bucket.as_str(), names))
    }

    /// Takes the listing of the place that [`Self::elsewhere`] named.
    pub fn relist(&mut self, mut listing: Listing) {
        if let Some(target) = &self.progress.target {
            listing.forget_from(target.ended);
        }
        self.listing = listing;
    }

    /// Compares a proved digest with what its successor says of it.
    ///
    /// # Errors
    /// It is another one.
    pub fn judge(&self, signature: &str) -> Result<(), DigestFault> {
        let told = self.progress.link.as_ref().filter(|link| link.is_proved);
        let same = self.told_signature().is_none_or(|told| told.eq_ignore_ascii_case(signature));
        match told {
            Some(link) if !same => Err(DigestFault::Replaced { by_successor: link.successor.key.clone() }),
            _ => Ok(()),
        }
    }

    /// Goes on to the next digest. Returns what was found.
    pub fn advance(&mut self, outcome: Outcome<'_>) -> Vec<Finding> {
        let Some(target) = self.progress.target.take() else { return Vec::new() };
        match outcome {
            Outcome::Valid(opened, _) => self.accept(&target, opened),
            Outcome::Invalid(fault) => {
                self.stumble(&target, true);
                self.progress.link = None;
                vec![Finding::Digest { chain: self.chain, object: target.object, fault }]
            }
            Outcome::Unchecked(why) => {
                self.stumble(&target, false);
                self.progress.link = None;
                vec![Finding::UncheckedDigest { chain: self.chain, object: target.object, why }]
            }
            Outcome::Unsigned(opened, why) => {
                self.stumble(&target, false);
                self.progress.link = link(&target.object, opened, false);
                vec![Finding::UncheckedDigest { chain: self.chain, object: target.object, why }]
            }
        }
    }

    /// Ends the walk: tells of the stretch below the last valid digest, where the older ones prove nothing.
    pub fn finish(&self) -> Option<Finding> {
        let (_valid, broken) = (self.progress.valid?, self.progress.broken?);
        let from = self.listing.range().from;
        (broken.has_invalid && from < broken.until).then_some(Finding::Unproven {
            chain: self.chain,
            from,
            until: broken.until,
            reported: broken.reported,
            expected: None,
        })
    }

    fn accept(&mut self, target: &Target, opened: &Opened<'_>) -> Vec<Finding> {
        let chain = self.chain;
        let mut findings = self.newest_missing(opened);
        let linked =
            self.progress.link.take().filter(|link| link.is_proved && link.previous == target.object);
        if let Some(broken) = self.progress.broken.take() {
            findings.extend(self.unproven(broken, opened));
        } else if let Some(link) = linked {
            let differs = link.sha256.is_some_and(|hash| !hash.eq_ignore_ascii_case(opened.sha256()));
            if differs {
                let (object, previous) = (link.successor, target.object.clone());
                findings.push(Finding::PreviousHash { chain, object, previous });
            }
            if opened.end() < link.begins {
                findings.push(Finding::Gap { chain, from: opened.end(), until: link.begins });
            }
        }
        // Links that lead nowhere older would be followed for ever.
        let is_older = self.progress.valid.is_none_or(|valid| opened.start() < valid.from);
        self.progress.valid = Some(Stretch { from: opened.start(), until: opened.end() });
        match link(&target.object, opened, true).filter(|_| is_older) {
            Some(link) => {
                let named = self.listing.names().beside(&link.previous.key).read(&link.previous.key);
                let ended = named.map_or(opened.start(), |(ended, _)| ended);
                self.progress.target = Some(Target { object: link.previous.clone(), ended });
                self.progress.link = Some(link);
                self.listing.forget_from(ended);
            }
            None => {
                self.older(target.ended);
                if let Some(next) = &self.progress.target {
                    findings.push(Finding::NewChain { chain, from: next.ended, until: opened.start() });
                }
            }
        }
        findings
    }

    /// Passes over a digest that proves nothing.
    fn stumble(&mut self, target: &Target, is_invalid: bool) {
        let until = self.progress.valid.map_or(target.ended, |valid| valid.from);
        let broken = self.progress.broken.get_or_insert(Break { until, reported: 0, has_invalid: false });
        broken.reported += 1;
        broken.has_invalid |= is_invalid;
        self.older(target.ended);
    }

    fn older(&mut self, ended: Timestamp) {
        let next = self.listing.pop_before(ended);
        self.progress.target = next.map(|(object, ended)| Target { object, ended });
    }

    /// Tells of the stretch around digests that prove nothing, and of those of which not even the name is left.
    fn unproven(&self, broken: Break, opened: &Opened<'_>) -> Option<Finding> {
        let Break { until, reported, has_invalid } = broken;
        let length = match self.progress.valid {
            Some(valid) => valid.until.duration_since(valid.from),
            None => opened.end().duration_since(opened.start()),
        };
        let from = opened.end();
        let expected = expected(from, until, length);
        let are_more = expected.is_some_and(|expected| expected > reported);
        (has_invalid || are_more).then_some(Finding::Unproven {
            chain: self.chain,
            from,
            until,
            reported,
            expected,
        })
    }

    /// Looks, at the first valid digest, whether the newest ones are where they must be.
    fn newest_missing(&mut self, opened: &Opened<'_>) -> Vec<Finding> {
        let Some(Newest { ended, now }) = self.newest.take() else { return Vec::new() };
        let length = opened.end().duration_since(opened.start());
        let patience = length.saturating_mul(2).saturating_add(LATENESS);
        let settled = now.checked_sub(patience).unwrap_or(Timestamp::MIN);
        let until = self.listing.range().until.min(settled);
        let is_missing = self.chain == Chain::Regular && ended < until;
        is_missing.then_some(Finding::NewestMissing { after: ended, until }).into_iter().collect()
    }
}

/// How late a digest may be delivered.
const LATENESS: SignedDuration = SignedDuration::from_mins(10);

fn link(successor: &Object, opened: &Opened<'_>, is_proved: bool) -> Option<Link> {
    let (previous, sha256, signature) = opened.previous()?;
    Some(Link {
        successor: successor.clone(),
        previous,
        sha256: sha256.map(str::to_owned),
        signature: signature.map(str::to_owned),
        begins: opened.start(),
        is_proved,
    })
}

#[cfg(test)]
mod tests;
