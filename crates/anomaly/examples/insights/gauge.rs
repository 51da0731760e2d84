//! Labelled series of others: gauges and hourly counts, told to a series as if they were calls a minute.

use std::fs;
use std::path::Path;

use cairn_anomaly::{Minute, Series, Verdict};

use crate::families::share_of;

pub(crate) type Failure = Box<dyn std::error::Error>;

/// One value of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) minute: Minute,
    pub(crate) value: f64,
    pub(crate) label: bool,
}

/// Reads lines of a time, a value and perhaps a label, below a heading.
pub(crate) fn read(path: &Path) -> Result<Vec<Sample>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("read {}: {error}", path.display()))?;
    let samples: Option<Vec<Sample>> =
        text.lines().skip(1).filter(|line| !line.is_empty()).map(sample).collect();
    samples.ok_or_else(|| format!("{}: a line is not a time and a value", path.display()).into())
}

fn sample(line: &str) -> Option<Sample> {
    let mut fields = line.split(',').map(|field| field.trim_matches('"'));
    let (time, value) = (fields.next()?, fields.next()?);
    let label = fields.next().is_some_and(|label| label == "1");
    Some(Sample { minute: minute(time)?, value: value.parse().ok()?, label })
}

/// Reads `YYYY-MM-DD HH:MM:SS`, with whatever follows the minutes.
pub(crate) fn minute(time: &str) -> Option<Minute> {
    let mut parts = time.split(['-', ' ', 'T', ':']);
    let mut next = || parts.next()?.parse::<i64>().ok();
    let (year, month, day, hour, minute) = (next()?, next()?, next()?, next()?, next()?);
    // Days from the civil calendar, with years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(Minute::of_epoch_seconds((days * 24 + hour) * 3_600 + minute * 60))
}

/// How strongly each sample is called unusual, from 0 to 1: the lower the sensitivity that a start within it has,
/// the stronger. `scale` makes calls of a value. Also says at which samples something unusual goes on (at Medium).
pub(crate) fn scores(samples: &[Sample], scale: f64) -> (Vec<f64>, Vec<bool>) {
    let Some(first) = samples.first() else { return (Vec::new(), Vec::new()) };
    let mut series = Series::begin(first.minute, first.minute, 0);
    let (mut scores, mut unusual) = (Vec::new(), Vec::new());
    let mut goes_on = false;
    for (at, sample) in samples.iter().enumerate() {
        while series.next() < sample.minute {
            series.pass_unobserved();
        }
        let minutes =
            samples.get(at + 1).map_or(5, |next| next.minute.since(sample.minute)).clamp(1, 60) as usize;
        let calls = (sample.value * scale).round().max(0.0) as u32;
        let (mut score, mut any) = (0.0_f64, goes_on);
        for part in 0..minutes {
            for verdict in series.step(share_of(calls, part, minutes)).into_iter().flatten() {
                match verdict {
                    Verdict::Started(opening) => {
                        score = score.max(STRENGTHS[opening.sensitivity as usize]);
                        if opening.sensitivity == cairn_anomaly::Sensitivity::Medium {
                            (goes_on, any) = (true, true);
                        }
                    }
                    Verdict::Ended(closing) => {
                        goes_on &= closing.sensitivity != cairn_anomaly::Sensitivity::Medium;
                    }
                }
            }
        }
        scores.push(score);
        unusual.push(any);
    }
    (scores, unusual)
}

/// Of a start at Low, Medium and High.
const STRENGTHS: [f64; 3] = [1.0, 0.8, 0.6];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        let seconds = |time| minute(time).map(Minute::epoch_seconds);
        assert_eq!(seconds("2014-04-01 00:05:00"), Some(1_396_310_700));
        assert_eq!(seconds("2018-03-15T01:00:00Z"), Some(1_521_075_600));
        assert_eq!(seconds("2000-02-29 23:59:59.000000"), Some(951_868_740));
        assert_eq!(seconds("yesterday"), None);
    }
}
