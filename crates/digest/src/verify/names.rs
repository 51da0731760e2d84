//! Names of digest files (reference §4.1, §5.2): where they are looked for, and what a name tells.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::finding::Object;
use super::text::{Stretch, shifted};
use super::walk::Chain;

/// The most digests that one walk lists: hourly ones of more than a hundred years.
pub const LISTED_MAX: usize = 1 << 20;

/// The most digests that may lie in folders of other days than their names say.
const MISPLACED_MAX: usize = 10_000;

/// A digest that covers the end of the range may end up to an hour later.
const SPILL: SignedDuration = SignedDuration::from_hours(1);

const SUFFIX: &str = ".json.gz";
const BACKFILL_SUFFIX: &str = "_backfill";

/// Whose digests they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The account whose events are in the log files.
    pub account: String,
    /// The organization, where its id is part of the keys.
    pub organization: Option<String>,
    /// The trail's name.
    pub trail: String,
    /// Where the trail was made.
    pub home_region: String,
    /// The Region that the digests are about.
    pub source_region: String,
}

/// How the keys of one trail's digests are made in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestNames {
    scope: Scope,
    prefix: Option<String>,
}

/// Digests of one chain in one bucket, oldest first, eight bytes each.
#[derive(Debug)]
pub struct Listing {
    names: DigestNames,
    bucket: String,
    chain: Chain,
    range: Stretch,
    slots: Vec<Slot>,
    /// Keys in another day's folder than their name says, by index of the slot.
    misplaced: BTreeMap<usize, String>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// Seconds since 1970.
    ended: u32,
    bytes: u32,
}

/// More digests than a walk takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "list more than {LISTED_MAX} digest files, or {MISPLACED_MAX} in wrong folders: choose a shorter range"
)]
pub struct TooManyListed;

impl DigestNames {
    /// Describes the digests under a prefix.
    pub fn new(scope: Scope, prefix: Option<&str>) -> Self {
        let prefix = prefix.map(|prefix| prefix.trim_end_matches('/')).filter(|prefix| !prefix.is_empty());
        Self { scope, prefix: prefix.map(str::to_owned) }
    }

    /// Returns whose they are.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Returns what the keys of all digests of this account and Region begin with.
    pub fn digests_prefix(&self) -> String {
        self.folder("CloudTrail-Digest")
    }

    /// Returns what the keys of all log files of this account and Region begin with.
    pub fn logs_prefix(&self) -> String {
        self.folder("CloudTrail")
    }

    /// Returns a key that sorts before every digest of the range and after most older ones.
    pub fn marker(&self, start: Timestamp) -> String {
        self.key(shifted(start, -SignedDuration::from_mins(1)), Chain::Regular)
    }

    /// Returns the key of the digest that ends at an instant.
    pub fn key(&self, ended: Timestamp, chain: Chain) -> String {
        let day = ended.strftime("%Y/%m/%d/");
        let backfill = if chain == Chain::Backfill { BACKFILL_SUFFIX } else { "" };
        let time = ended.strftime(FORMAT);
        format!("{}{day}{}{time}{backfill}{SUFFIX}", self.digests_prefix(), self.file_prefix())
    }

    /// Reads a key; nothing when it is none of this trail's digests.
    pub fn read(&self, key: &str) -> Option<(Timestamp, Chain)> {
        let inside = key.strip_prefix(&self.digests_prefix())?;
        let (day, file) = inside.rsplit_once('/')?;
        let mut parts = day.split('/');
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !parts.by_ref().take(3).all(is_number) || day.split('/').count() != 3 {
            return None;
        }
        let time = file.strip_prefix(&self.file_prefix())?.strip_suffix(SUFFIX)?;
        let (time, chain) = match time.strip_suffix(BACKFILL_SUFFIX) {
            Some(time) => (time, Chain::Backfill),
            None => (time, Chain::Regular),
        };
        Some((instant(time, FORMAT)?, chain))
    }

    /// Describes the digests beside another one of the same trail, which may lie under another prefix, and with
    /// an organization or not: an ordinary trail may have been one of an organization, and the other way round.
    pub fn beside(&self, key: &str) -> Self {
        let Some((prefix, inside)) = key.split_once(ROOT) else {
            return Self::new(self.scope.clone(), None);
        };
        let above = inside.split_once('/').map(|(above, _)| above).filter(|above| is_organization(above));
        let scope = Scope { organization: above.map(str::to_owned), ..self.scope.clone() };
        Self::new(scope, Some(prefix))
    }

    fn folder(&self, kind: &str) -> String {
        let Scope { account, organization, source_region, .. } = &self.scope;
        let prefix = self.prefix.as_ref().map(|prefix| format!("{prefix}/")).unwrap_or_default();
        let organization = organization.as_ref().map(|id| format!("{id}/")).unwrap_or_default();
        format!("{prefix}{ROOT}{organization}{account}/{kind}/{source_region}/")
    }

    fn file_prefix(&self) -> String {
        let Scope { account, trail, home_region, source_region, .. } = &self.scope;
        format!("{account}_CloudTrail-Digest_{source_region}_{trail}_{home_region}_")
    }
}

impl Listing {
    /// Begins a listing of the digests of one chain that end in a range.
    pub fn new(names: DigestNames, bucket: impl Into<String>, chain: Chain, range: Stretch) -> Self {
        Self { names, bucket: bucket.into(), chain, range, slots: Vec::new(), misplaced: BTreeMap::new() }
    }

    /// Takes the next key, in the bucket's order. Returns whether later keys can still be of the range.
    ///
    /// # Errors
    /// They are too many.
    pub fn push(&mut self, key: &str, bytes: u64) -> Result<bool, TooManyListed> {
        let Some((ended, chain)) = self.names.read(key) else { return Ok(true) };
        if ended > shifted(self.range.until, SPILL) {
            return Ok(false);
        }
        let Ok(seconds) = u32::try_from(ended.as_second()) else { return Ok(true) };
        if ended < self.range.from || chain != self.chain {
            return Ok(true);
        }
        if key != self.names.key(ended, chain) {
            self.misplaced.insert(self.slots.len(), key.to_owned());
        }
        if self.slots.len() == LISTED_MAX || self.misplaced.len() > MISPLACED_MAX {
            return Err(TooManyListed);
        }
        self.slots.push(Slot { ended: seconds, bytes: u32::try_from(bytes).unwrap_or(u32::MAX) });
        Ok(true)
    }

    /// Returns how many digests are left.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Says whether none is left.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Returns the range that is listed.
    pub fn range(&self) -> Stretch {
        self.range
    }

    /// Returns how keys are made here.
    pub fn names(&self) -> &DigestNames {
        &self.names
    }

    /// Returns the bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Returns the newest digests with their sizes, newest first.
    pub fn newest(&self) -> impl Iterator<Item = (Object, u64)> + '_ {
        let slots = self.slots.iter().enumerate().rev();
        slots.map(|(index, slot)| (self.object(index, *slot), u64::from(slot.bytes)))
    }

    /// Takes the newest digest out.
    pub(super) fn pop(&mut self) -> Option<(Object, Timestamp)> {
        let slot = self.slots.pop()?;
        let object = self.object(self.slots.len(), slot);
        self.misplaced.remove(&self.slots.len());
        Some((object, slot.ended()))
    }

    /// Takes out everything that does not end before an instant, and what is then the newest.
    pub(super) fn pop_before(&mut self, ended: Timestamp) -> Option<(Object, Timestamp)> {
        std::iter::from_fn(|| self.pop()).find(|(_, listed)| *listed < ended)
    }

    /// Drops what does not end before an instant: a walk that follows its links needs none of it any more.
    pub(super) fn forget_from(&mut self, ended: Timestamp) {
        while self.slots.last().is_some_and(|slot| slot.ended() >= ended) {
            self.slots.pop();
            self.misplaced.remove(&self.slots.len());
        }
    }

    fn object(&self, index: usize, slot: Slot) -> Object {
        let key = match self.misplaced.get(&index) {
            Some(key) => key.clone(),
            None => self.names.key(slot.ended(), self.chain),
        };
        Object::new(self.bucket.as_str(), key)
    }
}

impl Slot {
    fn ended(self) -> Timestamp {
        Timestamp::from_second(i64::from(self.ended)).unwrap_or(Timestamp::MAX)
    }
}

/// Reads an instant of exactly the given form, in UTC.
pub(super) fn instant(text: &str, format: &str) -> Option<Timestamp> {
    let read = DateTime::strptime(format, text).ok()?;
    let instant = read.to_zoned(TimeZone::UTC).ok()?.timestamp();
    // The form also allows shorter numbers, which no name has.
    (instant.strftime(format).to_string() == text).then_some(instant)
}

/// Tells whether a part of a key is the id of an organization: `o-` and ten to thirty-two letters and digits.
fn is_organization(part: &str) -> bool {
    let id = part.strip_prefix("o-").unwrap_or_default();
    (10..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// What stands before the accounts of all keys.
const ROOT: &str = "AWSLogs/";

/// The time in a digest's name.
const FORMAT: &str = "%Y%m%dT%H%M%SZ";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names() -> DigestNames {
        let scope = Scope {
            account: "111122223333".into(),
            organization: None,
            trail: "main".into(),
            home_region: "us-east-1".into(),
            source_region: "eu-west-1".into(),
        };
        DigestNames::new(scope, Some("pre/"))
    }

    const KEY: &str = "pre/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T081209Z.json.gz";

    #[test]
    fn a_key_is_made_and_read() {
        let names = names();
        let ended = "2026-03-02T08:12:09Z".parse().unwrap();
        assert_eq!(names.key(ended, Chain::Regular), KEY);
        assert_eq!(names.read(KEY), Some((ended, Chain::Regular)));
        let backfill = KEY.replace(".json", "_backfill.json");
        assert_eq!(names.key(ended, Chain::Backfill), backfill);
        assert_eq!(names.read(&backfill), Some((ended, Chain::Backfill)));
        assert_eq!(names.read(&KEY.replace("/2026/03/02", "/1/2/3")), Some((ended, Chain::Regular)));
        assert_eq!(DigestNames::new(names.scope.clone(), None).beside(KEY), names);
    }

    #[test]
    fn digests_of_an_organization_lie_with_it_and_a_trail_that_changes_is_followed() {
        let ordinary = names();
        let organization = Some("o-exampleorgid".to_owned());
        let members = DigestNames::new(Scope { organization, ..ordinary.scope.clone() }, Some("pre"));
        let ended = "2026-03-02T08:12:09Z".parse().unwrap();
        let key = KEY.replace("AWSLogs/", "AWSLogs/o-exampleorgid/");
        assert_eq!(members.key(ended, Chain::Regular), key);
        assert_eq!(members.read(&key), Some((ended, Chain::Regular)));
        assert_eq!((members.read(KEY), ordinary.read(&key)), (None, None));
        assert_eq!(ordinary.beside(&key), members);
        assert_eq!(members.beside(KEY), ordinary);
        for (other, above) in
            [("o-Exampleorgid", None), ("o-short", None), ("o-0123456789", Some("o-0123456789"))]
        {
            let beside = ordinary.beside(&KEY.replace("AWSLogs/", &format!("AWSLogs/{other}/")));
            assert_eq!(beside.scope().organization.as_deref(), above);
        }
    }

    #[test]
    fn the_first_instant_has_a_marker() {
        let marker = names().marker(Timestamp::MIN);
        assert_eq!(marker, names().key(Timestamp::MIN, Chain::Regular));
    }

    #[test]
    fn other_keys_are_none_of_the_trails() {
        for other in [
            KEY.replace("main", "main2"),
            KEY.replace("main", "main_us-east-1"),
            KEY.replace("us-east-1", "us-east-2"),
            KEY.replace("pre/", ""),
            KEY.replace("/03/02/", "/03/"),
            KEY.replace("/03/02/", "/03/02/04/"),
            KEY.replace("/03/02/", "/03/x/"),
            KEY.replace("081209Z", "08120Z"),
            KEY.replace("081209Z", "251209Z"),
            KEY.replace(".gz", ""),
        ] {
            assert_eq!(names().read(&other), None, "{other}");
        }
    }

    #[test]
    fn a_listing_gives_back_what_was_in_the_range() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let range = Stretch { from: at("2026-03-02T08:00:00Z"), until: at("2026-03-02T10:00:00Z") };
        let mut listing = Listing::new(names(), "b", Chain::Regular, range);
        let misplaced = KEY.replace("/03/02/", "/03/03/");
        assert!(listing.push(&KEY.replace("T081209Z", "T075959Z"), 1).unwrap());
        assert!(listing.push(KEY, 2).unwrap());
        assert!(listing.push(&KEY.replace(".json", "_backfill.json"), 3).unwrap());
        assert!(listing.push("other", 4).unwrap());
        assert!(listing.push(&KEY.replace("T081209Z", "T110000Z"), 5).unwrap());
        assert!(!listing.push(&KEY.replace("T081209Z", "T110001Z"), 6).unwrap());
        assert!(listing.push(&misplaced, 7).unwrap());
        let keys: Vec<_> = listing.newest().map(|(object, bytes)| (object.key, bytes)).collect();
        let later = KEY.replace("T081209Z", "T110000Z");
        assert_eq!(keys, [(misplaced.clone(), 7), (later.clone(), 5), (KEY.to_owned(), 2)]);
        assert_eq!(listing.pop().unwrap().0.key, misplaced);
        assert_eq!(listing.pop_before(at("2026-03-02T11:00:00Z")).unwrap().0.key, KEY);
        assert!(listing.pop().is_none());
    }

    proptest! {
        #[test]
        fn fuzz_any_key_is_read_or_not(tail in r"[0-9/a-zA-Z_\-.é]{0,60}", at in 0..200_usize) {
            let cut = KEY.get(..at.min(KEY.len())).unwrap_or_default();
            let _either = names().read(&format!("{cut}{tail}")).is_some();
        }

        #[test]
        fn every_second_has_a_key(second in 0..4_000_000_000_i64) {
            let ended = Timestamp::from_second(second).unwrap();
            prop_assert_eq!(names().read(&names().key(ended, Chain::Backfill)), Some((ended, Chain::Backfill)));
        }
    }
}
