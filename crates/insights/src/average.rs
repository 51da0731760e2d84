//! Averages, written as CloudTrail writes them.

use serde::Serialize;
use serde_json::value::RawValue;

/// Calls a minute, as text: at most ten decimals, no exponent, no zeros that say nothing.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Average(Box<RawValue>);

/// Ten decimals: `0.0000882145` is one call in 11,336 minutes.
const UNIT: u128 = 10_000_000_000;

impl Average {
    /// Divides, rounded half up; of no minutes the average is 0.
    pub(crate) fn of(calls: u64, minutes: u32) -> Self {
        let (calls, minutes) = (u128::from(calls), u128::from(minutes));
        let units = (2 * calls * UNIT + minutes).checked_div(2 * minutes).unwrap_or(0);
        let (whole, rest) = (units / UNIT, units % UNIT);
        let decimals = format!("{rest:010}");
        let text = match decimals.trim_end_matches('0') {
            "" => whole.to_string(),
            decimals => format!("{whole}.{decimals}"),
        };
        Self(RawValue::from_string(text).expect("digits and a point between them are JSON"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn averages_are_written_as_cloudtrail_writes_them() {
        for (calls, minutes, expected) in [
            (31, 1, "31"),
            (19, 2, "9.5"),
            (1, 11_336, "0.0000882145"),
            (3, 5, "0.6"),
            (0, 10_080, "0"),
            (0, 0, "0"),
            (7, 0, "0"),
            (2, 3, "0.6666666667"),
            (1, u32::MAX, "0.0000000002"),
            (u64::MAX, 1, "18446744073709551615"),
            (1_999_999_999_999, 2_000_000_000, "999.9999999995"),
        ] {
            assert_eq!(Average::of(calls, minutes).0.get(), expected, "{calls} in {minutes}");
        }
    }

    proptest! {
        #[test]
        fn averages_are_what_division_gives(calls in 0_u64..1 << 50, minutes in 1_u32..) {
            let written: f64 = Average::of(calls, minutes).0.get().parse().unwrap();
            #[expect(clippy::cast_precision_loss, reason = "50 bits are exact")]
            let divided = calls as f64 / f64::from(minutes);
            prop_assert!((written - divided).abs() <= 1e-10 + divided * 1e-12, "{} {}", written, divided);
        }
    }
}
