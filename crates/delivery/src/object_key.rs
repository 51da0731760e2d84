//! Where a log file lies in its bucket (reference §4.1).
//!
//! ```text
//! [<prefix>/]AWSLogs/[<organization>/]<account>/<folder>/<region>/<YYYY>/<MM>/<DD>/<account>_<folder>_<region>_<YYYYMMDDTHHmmZ>_<16>.json.gz
//! ```
//!
//! The time in the name is the window's end, rounded up to a five-minute mark as in AWS's names. The
//! sixteen characters are the first position in base 62, eleven digits, and five that tell the trail,
//! account and Region apart: later files sort behind earlier ones, so a reader that lists after the last
//! key it saw never misses a file.

use aws_lc_rs::digest::{Context, SHA256};
use cairn_catalog::Trail;
use jiff::Timestamp;

use crate::log_file::SealedLogFile;

/// Returns the key of a log file.
pub fn object_key(trail: &Trail, file: &SealedLogFile) -> String {
    let marked_ms = ceil_to(file.window_end_ms, MARK_MS);
    let time = Timestamp::from_millisecond(marked_ms).unwrap_or(Timestamp::MAX);
    let (account, region, folder) = (&file.account, &file.region, file.folder.as_str());
    format!(
        "{root}{account}/{folder}/{region}/{day}/{account}_{folder}_{region}_{minute}_{unique}.json.gz",
        root = trail.files_root(),
        day = time.strftime("%Y/%m/%d"),
        minute = time.strftime("%Y%m%dT%H%MZ"),
        unique = unique(&trail.arn, file),
    )
}

fn unique(trail_arn: &str, file: &SealedLogFile) -> String {
    let mut hash = Context::new(&SHA256);
    for part in [trail_arn, file.account.as_str(), file.region.as_str(), file.folder.as_str()] {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    let hash = hash.finish();
    let tail = hash.as_ref().iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    let mut text = base62::<11>(file.first_position);
    text.push_str(&base62::<5>(tail));
    text
}

/// Renders the lowest `DIGITS` base-62 digits of `number`; ASCII order is numeric order.
fn base62<const DIGITS: usize>(mut number: u64) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        let index = usize::try_from(number % 62).unwrap_or_default();
        *digit = ALPHABET.get(index).copied().unwrap_or(b'0');
        number /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

fn ceil_to(ms: i64, step_ms: i64) -> i64 {
    ms.saturating_add(step_ms - 1).div_euclid(step_ms).saturating_mul(step_ms)
}

const MARK_MS: i64 = 5 * 60 * 1000;

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use cairn_catalog::contract::sample;
    use cairn_event::EventTime;

    use super::*;
    use crate::log_file::Folder;

    fn file(window_end_ms: i64, first_position: u64) -> SealedLogFile {
        SealedLogFile {
            account: "123456789012".parse().unwrap(),
            region: "eu-west-1".parse().unwrap(),
            folder: Folder::CloudTrail,
            window_end_ms,
            first_position,
            last_position: first_position,
            oldest_event: EventTime::from_epoch_seconds(0),
            newest_event: EventTime::from_epoch_seconds(0),
            events: 1,
            sha256: [0; 32],
            body: Bytes::new(),
        }
    }

    fn trail(prefix: Option<&str>, organization: Option<&str>) -> Trail {
        let mut trail = sample::trail("main");
        trail.s3_prefix = prefix.map(str::to_owned);
        trail.organization = organization.map(str::to_owned);
        trail
    }

    #[test]
    fn a_key_has_cloudtrails_layout() {
        let key = object_key(&trail(Some("logs"), None), &file(1_772_439_060_000, 61));
        let (head, unique) = key.split_at(key.len() - "_0000000000zABCDE.json.gz".len());
        assert_eq!(
            head,
            "logs/AWSLogs/123456789012/CloudTrail/eu-west-1/2026/03/02/\
             123456789012_CloudTrail_eu-west-1_20260302T0815Z"
        );
        assert!(unique.starts_with("_0000000000z") && unique.ends_with(".json.gz"), "{unique}");
        for (prefix, organization, expected) in [
            (None, None, "AWSLogs/123456789012/CloudTrail/"),
            (Some(""), None, "AWSLogs/123456789012/CloudTrail/"),
            (None, Some("o-exampleorgid"), "AWSLogs/o-exampleorgid/123456789012/CloudTrail/"),
            (Some("logs"), Some("o-exampleorgid"), "logs/AWSLogs/o-exampleorgid/123456789012/CloudTrail/"),
        ] {
            let key = object_key(&trail(prefix, organization), &file(0, 0));
            assert!(key.starts_with(expected), "{key}");
        }
    }

    #[test]
    fn later_files_sort_behind_earlier_ones() {
        let positions = [0, 1, 9, 10, 35, 36, 61, 62, 3843, 3844, u64::MAX - 1, u64::MAX];
        let keys: Vec<String> =
            positions.iter().map(|at| object_key(&trail(None, None), &file(60_000, *at))).collect();
        assert!(keys.is_sorted(), "{keys:#?}");
    }

    #[test]
    fn two_trails_of_one_bucket_never_share_a_name() {
        let other = sample::trail("other");
        assert_ne!(object_key(&trail(None, None), &file(0, 5)), object_key(&other, &file(0, 5)));
    }
}
