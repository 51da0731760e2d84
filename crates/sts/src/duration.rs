//! How long credentials last.

use jiff::{SignedDuration, Timestamp};

use crate::Refusal;

/// The life of a role's session when nobody asks for another, and the longest in a chain of roles, seconds.
pub(crate) const HOUR: u32 = 3_600;
/// The life of a user's session when nobody asks for another, seconds.
pub(crate) const HALF_DAY: u32 = 43_200;

/// Returns the seconds that a session of a role lasts.
///
/// # Errors
/// More is asked for than the role or a chain allows.
pub(crate) fn of_role(asked: Option<i32>, role_max: u32, chained: bool) -> Result<u32, Refusal> {
    let seconds = seconds(asked).unwrap_or(HOUR);
    if chained && seconds > HOUR {
        return Err(Refusal::DurationBeyondChain);
    }
    if seconds > role_max { Err(Refusal::DurationBeyondRole) } else { Ok(seconds) }
}

/// Returns the seconds that a session of a user lasts; the root user's lasts an hour at most.
pub(crate) fn of_user(asked: Option<i32>, root: bool) -> u32 {
    let asked = seconds(asked);
    if root { asked.unwrap_or(HOUR).min(HOUR) } else { asked.unwrap_or(HALF_DAY) }
}

/// Returns the instant that lies `seconds` after `from`.
pub(crate) fn after(from: Timestamp, seconds: u32) -> Timestamp {
    from.saturating_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
}

// The model's range is checked before: 900 at least.
fn seconds(asked: Option<i32>) -> Option<u32> {
    asked.and_then(|seconds| u32::try_from(seconds).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_end_when_aws_ends_them() {
        for (asked, max, chained, lasts) in [
            (None, 3_600, false, Some(3_600)),
            (Some(900), 3_600, true, Some(900)),
            (Some(3_601), 3_600, false, None),
            (Some(43_200), 43_200, false, Some(43_200)),
            (Some(3_601), 43_200, true, None),
        ] {
            assert_eq!(of_role(asked, max, chained).ok(), lasts, "{asked:?} {max} {chained}");
        }
        assert_eq!((of_user(None, false), of_user(Some(129_600), false)), (43_200, 129_600));
        assert_eq!(
            (of_user(None, true), of_user(Some(900), true), of_user(Some(7_200), true)),
            (3_600, 900, 3_600)
        );
    }
}
