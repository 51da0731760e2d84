//! A series from its past: points are the truth, and what a series knows can always be built anew from them.

#[cfg(test)]
mod tests;

use cairn_anomaly::{Minute, Series, Verdict};

use crate::metric::{Kind, Metric};
use crate::store::Gap;

/// The days that a series remembers: what was before makes no difference to it.
pub const REMEMBERED_DAYS: u32 = 35;

/// What happened to a series.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// Since when its calls would be among `points`: the minute of the first event in its place, or the one that points
    /// are known from when that is later. What was before is unknown, and not nothing: a day is learnt without a verdict.
    pub first_seen: Minute,
    /// Its minutes that had calls, in order, none twice.
    pub points: &'a [(Minute, u32)],
    /// Minutes that nobody watched, in order.
    pub gaps: &'a [Gap],
    /// The minute that it is to be told next.
    pub to: Minute,
    /// Minutes into the hour at which its own hours begin.
    pub phase: u8,
}

/// A series that knows its past, and what it said on the way.
#[derive(Debug, Clone)]
pub struct Rebuilt {
    /// The series.
    pub series: Series,
    /// What it said, in order.
    pub verdicts: Vec<Verdict>,
}

/// Tells a series its past, from its first call on of those since its place is known.
pub fn rebuild(past: &Past<'_>) -> Rebuilt {
    let known = past.points.iter().copied().skip_while(|(minute, _)| *minute < past.first_seen);
    let mut points = known.take_while(|(minute, _)| *minute < past.to).peekable();
    let mut gaps = past.gaps.iter().copied().peekable();
    let begin = points.peek().map_or(past.to, |(minute, _)| *minute);
    let mut series = Series::begin(past.first_seen.min(begin), begin, past.phase);
    let mut verdicts = Vec::new();
    while series.next() < past.to {
        let minute = series.next();
        let calls = points.next_if(|(at, _)| *at == minute).map_or(0, |(_, calls)| calls);
        while gaps.next_if(|gap| gap.to <= minute).is_some() {}
        let watched = !gaps.peek().is_some_and(|gap| gap.contains(minute));
        tell(&mut series, calls, watched, &mut verdicts);
    }
    Rebuilt { series, verdicts }
}

/// Tells a series of its next minute. Of one that nobody watched, what is known counts where it is more than usual.
pub(crate) fn tell(series: &mut Series, calls: u32, watched: bool, verdicts: &mut Vec<Verdict>) {
    if !watched && f64::from(calls) <= series.usual().average {
        series.pass_unobserved();
    } else {
        verdicts.extend(series.step(calls).into_iter().flatten());
    }
}

/// Spreads the work of all series over the minutes of an hour: a metric's own hours always begin at the same.
pub fn phase(metric: &Metric) -> u8 {
    let code = match &metric.kind {
        Kind::Calls => "",
        Kind::Errors(code) => code,
    };
    let texts =
        [metric.place.account.as_str(), metric.place.region.as_str(), &metric.source, &metric.name, code];
    let sum = texts
        .iter()
        .flat_map(|text| text.bytes())
        .fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    u8::try_from(sum % 60).unwrap_or_default()
}
