//! Log files that no digest lists: somebody else may have put them there.
//!
//! A walk goes backwards in time, and a log file is listed by a digest that ends after its name's time. So
//! once the walk is some hours below a day, everything that the day's folder may hold was listed, and the
//! folder can be compared and forgotten. What is kept is eight bytes for each log file of the days under way.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::names::instant;
use super::text::{Stretch, shifted};

/// The most log files of days under way that an interrupted walk remembers; a larger day is then not compared.
pub const PENDING_KEPT_MAX: usize = 100_000;

/// The most stretches without proof that are remembered. Log files of later ones are told one by one.
const UNPROVEN_MAX: usize = 10_000;

/// How far a log file's name and its delivery may lie apart from the digest's stretch.
const SLACK: SignedDuration = SignedDuration::from_hours(2);

/// Days since 1970.
type Day = i64;

const DAY_SECONDS: i64 = 86_400;

/// What the digests of a walk list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// By day, then by folder: the first eight bytes of the SHA-256 of each bucket and key.
    days: BTreeMap<Day, BTreeMap<String, BTreeSet<u64>>>,
    /// The next day to compare; none before the first digest.
    next: Option<Day>,
    /// The stretch of delivery times that valid digests cover.
    proven: Option<Stretch>,
    /// Stretches that were reported as unproven.
    unproven: Vec<Stretch>,
    /// Days that an interruption made forget.
    forgotten: BTreeSet<Day>,
}

/// A day to be compared: its folders with what digests list there.
#[derive(Debug)]
pub struct DayCheck {
    /// The folders, each with its bucket, `bucket/key/of/folder/`.
    folders: BTreeMap<String, BTreeSet<u64>>,
    proven: Stretch,
    unproven: Vec<Stretch>,
    is_forgotten: bool,
}

impl Coverage {
    /// Notes a valid digest.
    pub fn digest(&mut self, stretch: Stretch) {
        self.proven = Some(self.proven.map_or(stretch, |proven| proven.and(stretch)));
        // A name's time may be that of the slot's end, on the next day.
        let latest = day(shifted(stretch.until, SLACK));
        self.next.get_or_insert(latest);
    }

    /// Notes a log file that a valid digest lists.
    pub fn log(&mut self, bucket: &str, key: &str) {
        let Some((folder, _)) = key.rsplit_once('/') else { return };
        let Some(date) = folder_day(folder) else { return };
        // A log file of a day that is done already can't have been listed by this digest in good order; its
        // warning has been given.
        if self.next.is_none_or(|next| date <= next) {
            let folders = self.days.entry(date).or_default();
            folders.entry(format!("{bucket}/{folder}/")).or_default().insert(fingerprint(bucket, key));
        }
    }

    /// Notes a stretch whose log files are reported as unproven.
    pub fn unproven(&mut self, stretch: Stretch) {
        if self.unproven.len() < UNPROVEN_MAX {
            self.unproven.push(stretch);
        }
    }

    /// Returns a day that the walk is done with, at a digest that begins at `reached`. `folder` is where log
    /// files of a day lie in any case, `bucket/key/of/folder/` without the day.
    pub fn due(&mut self, reached: Timestamp, folder: &str) -> Option<DayCheck> {
        let begins = Timestamp::from_second(self.next? * DAY_SECONDS).ok()?;
        if reached >= shifted(begins, -SLACK) {
            return None;
        }
        self.take(folder)
    }

    /// Returns a day that is left when the walk is over.
    pub fn rest(&mut self, folder: &str) -> Option<DayCheck> {
        let oldest = day(self.proven?.from);
        (self.next? >= oldest).then(|| self.take(folder))?
    }

    /// Returns how many log files of days under way it holds.
    pub fn pending(&self) -> usize {
        self.days.values().flat_map(BTreeMap::values).map(BTreeSet::len).sum()
    }

    /// Makes itself small enough to be written down: days with too many log files are given up.
    pub fn shrink(&mut self) {
        while self.pending() > PENDING_KEPT_MAX {
            if let Some((date, _)) = self.days.pop_last() {
                self.forgotten.insert(date);
            }
        }
    }

    fn take(&mut self, folder: &str) -> Option<DayCheck> {
        let date = self.next?;
        self.next = Some(date - 1);
        let mut folders = self.days.remove(&date).unwrap_or_default();
        let begins = Timestamp::from_second(date * DAY_SECONDS).ok()?;
        folders.entry(format!("{folder}{}/", begins.strftime("%Y/%m/%d"))).or_default();
        let is_forgotten = self.forgotten.remove(&date);
        Some(DayCheck { folders, proven: self.proven?, unproven: self.unproven.clone(), is_forgotten })
    }
}

impl DayCheck {
    /// Returns the folders to list, each as bucket and what keys there begin with.
    pub fn folders(&self) -> impl Iterator<Item = (&str, &str)> + '_ {
        self.folders.keys().filter_map(|folder| folder.split_once('/'))
    }

    /// Says whether an interruption made forget what digests list.
    pub fn is_forgotten(&self) -> bool {
        self.is_forgotten
    }

    /// Tells whether an object in one of the folders should have been listed by a digest and was not.
    /// `delivered` is when it was put, where that is known.
    pub fn is_unlisted(&self, bucket: &str, key: &str, delivered: Option<Timestamp>) -> bool {
        let Some((folder, name)) = key.rsplit_once('/') else { return false };
        let known = self.folders.get(&format!("{bucket}/{folder}/"));
        let is_listed = known.is_some_and(|listed| listed.contains(&fingerprint(bucket, key)));
        // Names of directories, and what this command itself asks people to keep beside digests.
        if is_listed || name.is_empty() || name.ends_with(".metadata.json") {
            return false;
        }
        let named = named_time(name);
        let told = |is_so: fn(Timestamp, Timestamp) -> bool, bound, otherwise| {
            named.is_none_or(|named| is_so(named, bound))
                && delivered.map_or(otherwise, |at| is_so(at, bound))
        };
        let Stretch { from: oldest, until: newest } = self.proven;
        let is_later = told(|at, bound| at >= shifted(bound, -LATE), newest, true)
            && delivered.is_none_or(|delivered| delivered >= newest);
        let is_earlier = told(|at, bound| at < shifted(bound, SLACK), oldest, true)
            && delivered.is_none_or(|delivered| delivered < oldest);
        let near = |at: Timestamp| {
            let about =
                |stretch: &Stretch| shifted(stretch.from, -SLOT) <= at && at <= shifted(stretch.until, SLOT);
            self.unproven.iter().any(about)
        };
        !(is_later || is_earlier || named.is_some_and(near))
    }
}

/// How far a log file's name may lie before the end of the newest digest without being listed in it.
const LATE: SignedDuration = SignedDuration::from_mins(30);

/// A name's time is that of a slot of five minutes.
const SLOT: SignedDuration = SignedDuration::from_mins(10);

fn day(at: Timestamp) -> Day {
    at.as_second().div_euclid(DAY_SECONDS)
}

/// Reads the day that a folder's last three parts name.
fn folder_day(folder: &str) -> Option<Day> {
    let mut parts = folder.rsplit('/');
    let (day_of_month, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day_of_month.parse().ok()?).ok()?;
    Some(day(date.to_zoned(TimeZone::UTC).ok()?.timestamp()))
}

/// Reads the time in a log file's name.
fn named_time(name: &str) -> Option<Timestamp> {
    name.split('_').find_map(|part| instant(part, "%Y%m%dT%H%MZ"))
}

fn fingerprint(bucket: &str, key: &str) -> u64 {
    let hash = digest(&SHA256, format!("{bucket}/{key}").as_bytes());
    hash.as_ref().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: &str = "b/AWSLogs/1/CloudTrail/r/";

    fn at(text: &str) -> Timestamp {
        format!("2026-03-{text}:00Z").parse().unwrap()
    }

    fn key(day: &str, time: &str, unique: &str) -> String {
        format!("AWSLogs/1/CloudTrail/r/2026/03/{day}/1_CloudTrail_r_202603{day}T{time}Z_{unique}.json.gz")
    }

    /// Hourly digests from noon of the third back to noon of the first, with a log file each.
    fn walked() -> (Coverage, Vec<DayCheck>) {
        let (mut coverage, mut days) = (Coverage::default(), Vec::new());
        let mut end = at("03T12:00");
        while end > at("01T12:00") {
            let start = end - SignedDuration::from_hours(1);
            coverage.digest(Stretch { from: start, until: end });
            let zoned = end.to_zoned(TimeZone::UTC);
            coverage.log(
                "b",
                &key(&zoned.strftime("%d").to_string(), &zoned.strftime("%H%M").to_string(), "real"),
            );
            days.extend(coverage.due(start, FOLDER));
            end = start;
        }
        (coverage, days)
    }

    #[test]
    fn each_day_is_compared_once_the_walk_is_below_it() {
        let (mut coverage, mut days) = walked();
        assert_eq!(days.len(), 2, "the third and the second; the first is under way");
        assert_eq!(coverage.pending(), 11);
        days.extend(std::iter::from_fn(|| coverage.rest(FOLDER)));
        let folders: Vec<_> = days.iter().flat_map(DayCheck::folders).map(|(_, folder)| folder).collect();
        let expected = ["03", "02", "01"].map(|day| format!("AWSLogs/1/CloudTrail/r/2026/03/{day}/"));
        assert_eq!(folders, expected);
        assert_eq!(coverage.pending(), 0);
    }

    #[test]
    fn what_no_digest_lists_is_told_apart_from_what_none_can_list_yet() {
        let (mut coverage, mut days) = walked();
        days.extend(std::iter::from_fn(|| coverage.rest(FOLDER)));
        let unlisted = |key: &str, delivered: Option<&str>| {
            days.iter()
                .filter(|day| day.folders().any(|(_, folder)| key.starts_with(folder)))
                .any(|day| day.is_unlisted("b", key, delivered.map(at)))
        };
        for (key, delivered, expected) in [
            (key("02", "0800", "real"), Some("02T07:58"), false),
            (key("02", "0805", "forged"), Some("02T08:05"), true),
            (key("02", "0805", "forged"), None, true),
            (key("02", "0805", "forged"), Some("09T09:00"), true),
            (key("03", "1155", "recent"), Some("03T12:01"), false),
            (key("03", "1205", "recent"), None, false),
            (key("03", "1155", "forged"), Some("03T11:56"), true),
            (key("01", "1155", "older"), Some("01T11:56"), false),
            (key("01", "0100", "older"), None, false),
            (key("01", "1155", "forged"), Some("02T11:56"), true),
            ("AWSLogs/1/CloudTrail/r/2026/03/02/".to_owned(), Some("02T08:05"), false),
            ("AWSLogs/1/CloudTrail/r/2026/03/02/note.txt".to_owned(), Some("02T08:05"), true),
        ] {
            assert_eq!(unlisted(&key, delivered), expected, "{key} {delivered:?}");
        }
    }

    #[test]
    fn log_files_of_a_stretch_that_was_reported_are_not_told_again() {
        let mut coverage = Coverage::default();
        coverage.digest(Stretch { from: at("02T09:00"), until: at("02T10:00") });
        coverage.unproven(Stretch { from: at("02T08:00"), until: at("02T09:00") });
        coverage.digest(Stretch { from: at("02T07:00"), until: at("02T08:00") });
        let day = coverage.rest(FOLDER).unwrap();
        assert!(!day.is_unlisted("b", &key("02", "0830", "x"), Some(at("02T08:30"))));
        assert!(day.is_unlisted("b", &key("02", "0930", "x"), Some(at("02T09:30"))));
    }

    #[test]
    fn stretches_without_end_are_compared() {
        let whole = Stretch { from: Timestamp::MIN, until: Timestamp::MAX };
        let mut coverage = Coverage::default();
        coverage.digest(whole);
        coverage.unproven(whole);
        let day = coverage.due(Timestamp::MIN, FOLDER).unwrap();
        assert!(!day.is_unlisted("b", &key("02", "0830", "x"), Some(at("02T08:30"))));
    }

    #[test]
    fn what_is_written_down_has_a_limit() {
        let mut coverage = Coverage::default();
        coverage.digest(Stretch { from: at("02T09:00"), until: at("02T10:00") });
        for index in 0..=PENDING_KEPT_MAX {
            coverage.log("b", &key("02", "0930", &index.to_string()));
        }
        coverage.log("b", &key("01", "0930", "x"));
        coverage.shrink();
        assert_eq!(coverage.pending(), 1);
        let kept: Coverage = serde_json::from_str(&serde_json::to_string(&coverage).unwrap()).unwrap();
        assert_eq!(kept.pending(), 1);
        let mut kept = kept;
        assert!(kept.rest(FOLDER).unwrap().is_forgotten());
    }
}
