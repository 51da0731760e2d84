//! What is to be validated.

use cairn_catalog::Snapshot;
use cairn_control::{Caller, trails_here};
use cairn_event::{AccountId, Region};
use cairn_wire::ErrorCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{DigestNames, Plan, Scope, Stretch};
use crate::page::Refused;

/// A trail and a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) trail_arn: String,
    range: Stretch,
    /// Of an organization's trail, the account whose files are meant.
    account: Option<AccountId>,
}

/// Whose trail it is: what is read in a bucket elsewhere is read for it.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    pub(super) account: AccountId,
    pub(super) trail_arn: String,
    /// The bucket is looked for from here on.
    pub(super) home: Region,
}

/// The body of a request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Body {
    #[serde(rename = "TrailARN")]
    trail_arn: String,
    start_time: Timestamp,
    end_time: Option<Timestamp>,
    account_id: Option<String>,
}

/// The longest ARN of a trail; what is asked is recorded.
const ARN_BYTES_MAX: usize = 512;

/// How far a client's clock may be ahead.
const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Ask {
    /// Reads a body.
    pub(super) fn parse(body: &[u8], now: Timestamp) -> Result<Self, Refused> {
        let members: Result<serde_json::Map<String, Value>, _> = serde_json::from_slice(body);
        let body = members.and_then(|members| serde_json::from_value(Value::Object(members)));
        let Body { trail_arn, start_time, end_time, account_id } = body.map_err(|_mistyped| {
            Refused::misunderstood(
                "The body is a JSON object with TrailARN and StartTime, and perhaps EndTime, both times such as \
                 2026-03-01T00:00:00Z, and AccountId.",
            )
        })?;
        if trail_arn.len() > ARN_BYTES_MAX {
            return Err(Refused::misunderstood("TrailARN is longer than any."));
        }
        let second = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at);
        let (from, until) = (second(start_time), second(end_time.unwrap_or(now)));
        if from > until {
            let message = "StartTime must not be later than EndTime, which is now if left out.";
            return Err(Refused::Told(ErrorCode::InvalidTimeRangeException, message.to_owned()));
        }
        let tomorrow = now.saturating_add(DAY).unwrap_or(now);
        if from < Timestamp::UNIX_EPOCH || until > tomorrow {
            return Err(Refused::misunderstood(
                "StartTime is no earlier than 1970, and EndTime within a day of now.",
            ));
        }
        let account = account_id.map(|id| id.parse()).transpose();
        let account = account.map_err(|_no_id| Refused::misunderstood("AccountId has twelve digits."))?;
        Ok(Self { trail_arn, range: Stretch { from, until }, account })
    }

    /// Says for the record what is asked.
    pub(super) fn remark(&self) -> Value {
        json!({
            "trailARN": self.trail_arn,
            "startTime": self.range.from.to_string(),
            "endTime": self.range.until.to_string(),
            "accountId": self.account,
        })
    }

    /// Settles where the files lie, and whose they are: the trail is one that the caller sees in the endpoint's Region.
    pub(super) fn plan(&self, snapshot: &Snapshot, caller: &Caller) -> Result<(Plan, Owner), Refused> {
        let unknown = || {
            let message = format!("Unknown trail: {} for the user: {}", self.trail_arn, caller.account);
            Refused::Told(ErrorCode::TrailNotFoundException, message)
        };
        let trail = trails_here(snapshot, caller).find(|trail| trail.arn == self.trail_arn);
        let trail = trail.ok_or_else(unknown)?;
        // Of an ordinary trail all files are its owner's.
        let account = match &trail.organization {
            Some(_) => self.account.unwrap_or(caller.account),
            None => trail.account,
        };
        let scope = Scope {
            account: account.to_string(),
            organization: trail.organization.clone(),
            trail: trail.name.clone(),
            home_region: trail.home_region.to_string(),
            source_region: caller.region.to_string(),
        };
        let plan = Plan {
            home_region: trail.home_region.to_string(),
            names: DigestNames::new(scope, trail.s3_prefix.as_deref()),
            bucket: trail.s3_bucket.clone(),
            range: self.range,
        };
        let (trail_arn, home) = (trail.arn.clone(), trail.home_region.clone());
        Ok((plan, Owner { account: trail.account, trail_arn, home }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_understood_or_refused() {
        let now: Timestamp = "2026-03-02T00:00:00Z".parse().unwrap();
        let ask = |body: &str| Ask::parse(body.as_bytes(), now);
        let range =
            |from: &str, until: &str| Stretch { from: from.parse().unwrap(), until: until.parse().unwrap() };
        let whole = ask(
            r#"{"TrailARN": "arn", "StartTime": "2026-03-01T00:00:00.9Z", "EndTime": "2026-03-01T10:00:00Z",
                "AccountId": "111122223333"}"#,
        )
        .unwrap();
        assert_eq!(whole.range, range("2026-03-01T00:00:00Z", "2026-03-01T10:00:00Z"));
        assert_eq!(whole.account, Some("111122223333".parse().unwrap()));
        let short = ask(r#"{"TrailARN": "arn", "StartTime": "2026-03-01T00:00:00Z"}"#).unwrap();
        assert_eq!((short.range.until, short.account), (now, None));
        for body in [
            "",
            "[]",
            r#"["arn", "2026-03-01T00:00:00Z"]"#,
            r#"{"TrailARN": "arn"}"#,
            r#"{"TrailARN": "arn", "StartTime": "yesterday"}"#,
            r#"{"TrailARN": "arn", "StartTime": "2026-03-03T00:00:00Z"}"#,
            r#"{"TrailARN": "arn", "StartTime": "-009999-01-02T01:59:59Z"}"#,
            r#"{"TrailARN": "arn", "StartTime": "1969-12-31T23:59:59Z"}"#,
            r#"{"TrailARN": "arn", "StartTime": "2026-03-01T00:00:00Z", "EndTime": "2026-03-03T00:00:01Z"}"#,
            r#"{"TrailARN": "arn", "StartTime": "2026-03-01T00:00:00Z", "AccountId": "1"}"#,
            r#"{"TrailARN": "arn", "StartTime": "2026-03-01T00:00:00Z", "Bucket": "b"}"#,
        ] {
            assert!(ask(body).is_err(), "{body}");
        }
        let long = json!({ "TrailARN": "a".repeat(ARN_BYTES_MAX + 1), "StartTime": "2026-03-01T00:00:00Z" });
        assert!(ask(&long.to_string()).is_err());
    }
}
