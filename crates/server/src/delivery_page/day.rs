//! What was delivered in the last hours, by the hour.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// How many hours are told, the one that is not over among them.
pub(super) const HOURS: usize = 24;

const HOUR_S: i64 = 3_600;

/// The last hours. Members are as they are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Day {
    #[serde(flatten)]
    total: Counts,
    hours: Vec<Hour>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Hour {
    #[serde(rename = "StartTime", serialize_with = "written")]
    start_s: i64,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Counts {
    files: u64,
    bytes: u64,
    events: u64,
    digests: u64,
}

impl Day {
    /// Begins to count for the hours until an instant.
    pub(super) fn until(now: Timestamp) -> Self {
        let last = now.as_second().div_euclid(HOUR_S);
        let first = last - i64::try_from(HOURS).unwrap_or_default() + 1;
        let hours = (first..=last)
            .map(|hour| Hour { start_s: hour.saturating_mul(HOUR_S), counts: Counts::default() })
            .collect();
        Self { total: Counts::default(), hours }
    }

    /// Returns where the first hour begins.
    pub(super) fn begins(&self) -> Timestamp {
        let first = self.hours.first().map_or(0, |hour| hour.start_s);
        Timestamp::from_second(first).unwrap_or_default()
    }

    pub(super) fn hours(&self) -> &[Hour] {
        &self.hours
    }

    /// Counts a log file, if it was delivered in these hours.
    pub(super) fn count_file(&mut self, at: Timestamp, bytes: u64, events: u64) {
        let file = Counts { files: 1, bytes, events, digests: 0 };
        self.count(at.as_second().div_euclid(HOUR_S), file);
    }

    /// Counts the digests of an hour since the epoch, if it is one of these.
    pub(super) fn count_digests(&mut self, hour: i64, digests: u32) {
        self.count(hour, Counts { digests: digests.into(), ..Counts::default() });
    }

    fn count(&mut self, hour: i64, more: Counts) {
        let start_s = hour.saturating_mul(HOUR_S);
        if let Some(found) = self.hours.iter_mut().find(|known| known.start_s == start_s) {
            found.counts.add(more);
            self.total.add(more);
        }
    }
}

impl Counts {
    fn add(&mut self, more: Self) {
        self.files = self.files.saturating_add(more.files);
        self.bytes = self.bytes.saturating_add(more.bytes);
        self.events = self.events.saturating_add(more.events);
        self.digests = self.digests.saturating_add(more.digests);
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn written<S: Serializer>(seconds: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    let at = Timestamp::from_second(*seconds).unwrap_or_default();
    serializer.serialize_str(&super::instant(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_digests_count_in_their_hours() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut day = Day::until(at("2026-03-02T08:14:55Z"));
        assert_eq!(day.begins(), at("2026-03-01T09:00:00Z"));
        day.count_file(at("2026-03-01T08:59:59Z"), 1, 1);
        day.count_file(at("2026-03-01T09:00:00Z"), 100, 7);
        day.count_file(at("2026-03-02T08:14:00Z"), 50, 2);
        day.count_file(at("2026-03-02T08:15:00Z"), 50, 2);
        let hour = at("2026-03-02T08:00:00Z").as_second() / HOUR_S;
        for (hour, digests) in [(hour - 24, 9), (hour - 1, 1), (hour, 2), (hour + 1, 9)] {
            day.count_digests(hour, digests);
        }
        let told = serde_json::to_value(&day).unwrap();
        let counts = |told: &serde_json::Value| {
            ["Files", "Bytes", "Events", "Digests"].map(|name| told[name].as_u64().unwrap())
        };
        assert_eq!(counts(&told), [3, 200, 11, 3]);
        let hours = told["Hours"].as_array().unwrap();
        assert_eq!(hours.len(), HOURS);
        assert_eq!(hours[0]["StartTime"], "2026-03-01T09:00:00Z");
        assert_eq!(counts(&hours[0]), [1, 100, 7, 0]);
        assert_eq!(counts(&hours[22]), [0, 0, 0, 1]);
        assert_eq!(hours[23]["StartTime"], "2026-03-02T08:00:00Z");
        assert_eq!(counts(&hours[23]), [2, 100, 4, 2]);
    }
}
