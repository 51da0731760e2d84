//! What the best detector could find: one that knows the true rate of every minute.
//!
//! It fires when the calls of the last one to five minutes are less likely than [`UNLIKELY`] allows. No detector that
//! has to learn the rate, with as few false starts, does better; what it misses, the counts do not tell.

use crate::families::Stream;
use crate::random::ln_factorial;

/// Five windows a minute, 10,080 minutes a week: at most one false start in 1,000 series-weeks.
const UNLIKELY: f64 = 1e-3 / (5.0 * 10_080.0);

/// Returns the minute, counted from `at`, in which the oracle first fires; `surge` or silence.
pub(crate) fn fires(stream: &Stream, counts: &[u32], at: usize, within: usize, surge: bool) -> Option<u32> {
    if !stream.foreseeable {
        return None;
    }
    let fires = |now: usize| {
        (1..=5).any(|minutes| {
            let from = (now + 1).saturating_sub(minutes);
            let count: u32 = counts[from..=now].iter().sum();
            let mean: f64 = stream.rates[from..=now].iter().map(|rate| f64::from(*rate)).sum();
            let shape = stream.shape.map(|shape| shape * minutes as f64);
            let likely = if surge { at_least(count, mean, shape) } else { at_most(count, mean, shape) };
            likely < UNLIKELY
        })
    };
    (at..(at + within).min(counts.len())).find(|now| fires(*now)).map(|now| (now - at + 1) as u32)
}

/// P(X >= count).
fn at_least(count: u32, mean: f64, shape: Option<f64>) -> f64 {
    if f64::from(count) <= mean {
        return 1.0;
    }
    let mut term = probability(count, mean, shape);
    let (mut sum, mut count) = (0.0, count);
    while term > sum * 1e-9 {
        sum += term;
        count += 1;
        term *= ratio(count, mean, shape);
    }
    sum
}

/// P(X <= count).
fn at_most(count: u32, mean: f64, shape: Option<f64>) -> f64 {
    if f64::from(count) >= mean {
        return 1.0;
    }
    (0..=count).rev().map(|count| probability(count, mean, shape)).take_while(|term| *term > 1e-30).sum()
}

/// P(X = count) / P(X = count - 1).
fn ratio(count: u32, mean: f64, shape: Option<f64>) -> f64 {
    let count = f64::from(count);
    match shape {
        None => mean / count,
        Some(shape) => (count - 1.0 + shape) / count * mean / (mean + shape),
    }
}

fn probability(count: u32, mean: f64, shape: Option<f64>) -> f64 {
    let many = f64::from(count);
    if mean <= 0.0 {
        return if count == 0 { 1.0 } else { 0.0 };
    }
    match shape {
        None => (many * mean.ln() - mean - ln_factorial(many)).exp(),
        Some(shape) => {
            let none = shape * (shape / (mean + shape)).ln();
            let ratios: f64 = (1..=count).map(|count| ratio(count, mean, Some(shape)).ln()).sum();
            (none + ratios).exp()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_and_what_is_left_make_one() {
        for (mean, shape) in [(0.4, None), (12.0, None), (200.0, None), (5.0, Some(0.5)), (80.0, Some(7.0))] {
            let count = (mean * 1.5_f64).ceil() as u32 + 1;
            let below: f64 = (0..count).map(|count| probability(count, mean, shape)).sum();
            assert!((below + at_least(count, mean, shape) - 1.0).abs() < 1e-6, "{mean} {shape:?}");
            let count = (mean / 2.0_f64) as u32;
            let above: f64 = (count + 1..5_000).map(|count| probability(count, mean, shape)).sum();
            assert!((above + at_most(count, mean, shape) - 1.0).abs() < 1e-6, "{mean} {shape:?}");
        }
    }
}
