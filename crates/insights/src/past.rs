//! Building series anew whose past has changed, and finding what was unusual in it.

use std::time::Duration;

use cairn_anomaly::{Closing, Direction, Minute, Sensitivity, Series, Verdict};
use tokio::time::Instant;

use crate::counting::{Found, Stale};
use crate::fleet::{At, BEHIND_MAX};
use crate::follow::{FollowError, Follower};
use crate::rebuild::{self, Past, REMEMBERED_DAYS, Rebuilt};
use crate::store::{Heard, Keep};
use crate::telemetry;

/// How much work of building series anew is done at a time, beside which live minutes stay in time.
const REBUILD_FOR: Duration = Duration::from_millis(300);

/// How much is done at a time while nothing waits in the journal.
const REBUILD_FOR_IDLE: Duration = Duration::from_millis(900);

impl Follower {
    /// Builds series anew, one after another, for a while; for longer as long as nothing else is to be done.
    pub(crate) async fn rebuild(&mut self) -> Result<(), FollowError> {
        let began = Instant::now();
        let mut rebuilt = 0;
        loop {
            let is_idle = self.source.tail() == self.next();
            if began.elapsed() >= if is_idle { REBUILD_FOR_IDLE } else { REBUILD_FOR } {
                break;
            }
            let now_ms = self.clock.now().as_millisecond();
            let Some((at, stale)) = self.counting()?.next_stale(self.rebuilt_last, now_ms) else { break };
            self.rebuild_one(at, stale).await?;
            self.rebuilt_last = Some(at);
            rebuilt += 1;
        }
        if rebuilt == 0 {
            return Ok(());
        }
        telemetry::rebuilt(rebuilt);
        self.commit().await?;
        self.send().await
    }

    async fn rebuild_one(&mut self, at: At, stale: Stale) -> Result<(), FollowError> {
        let counting = self.counting()?;
        let (Some(id), Some(closed)) = (counting.fleet.id(at), counting.closed()) else {
            self.counting_mut()?.rebuilt(at, None);
            return Ok(());
        };
        let metric = counting.fleet.metric(at);
        let whole = counting.fleet.behind(at).map_or(closed, |behind| behind.whole(closed));
        let to = whole.plus(1);
        let untold_from = counting.fleet.series(at).map_or(to, Series::next);
        // As far back as what came late lies, and what a series remembers of before; older points are not kept.
        let from = stale.from.min(to).minus(REMEMBERED_DAYS * DAY).max(Keep::at(closed).points);
        // What was before is unknown: a call in the first minute is nothing new.
        let first_seen = counting.fleet.known_from(&metric.place).unwrap_or(to).max(from);
        let (phase, gaps) = (rebuild::phase(metric), counting.fleet.unwatched(at, counting.gaps()));
        let points = self.shared.store.points(id, from, closed.plus(1)).await?;
        let later = points.iter().copied().filter(|(minute, _)| *minute >= to).collect();
        let building = tokio::task::spawn_blocking(move || {
            rebuild::rebuild(&Past { first_seen, points: &points, gaps: &gaps, to, phase })
        });
        let Rebuilt { series, mut verdicts } = building.await.map_err(|_panicked| FollowError::Lost)?;
        self.end_what_never_was(at, to, &mut verdicts);
        self.end_what_is_not_heard(at, &mut verdicts);
        let counting = self.counting_mut()?;
        counting.rebuilt(at, Some(series));
        counting.fleet.set_waiting(at, later);
        counting.add_found(news(&verdicts, &stale, untold_from).map(|verdict| Found {
            at,
            verdict,
            imported: is_imported(&verdict, &stale) && !is_untold(&verdict, untold_from),
        }));
        Ok(())
    }

    /// What went on in the last minute that files tell of ends there, if nothing is heard: nobody knows more of it.
    fn end_what_is_not_heard(&self, at: At, verdicts: &mut Vec<Verdict>) {
        let Some(fleet) = self.counting.as_ref().map(|counting| &counting.fleet) else { return };
        let place = &fleet.metric(at).place;
        let (Some(Heard(None)), Some(last)) = (fleet.heard(at), fleet.places.imported_to(place)) else {
            return;
        };
        for sensitivity in Sensitivity::ALL {
            let of = verdicts.iter().rev().find(|verdict| sensitivity_of(verdict) == sensitivity);
            if let Some(Verdict::Started(opening)) = of.copied() {
                verdicts.push(ended(sensitivity, opening.direction, opening.start, last.plus(1)));
            }
        }
    }

    /// What was told and is not unusual, knowing better, ends now.
    fn end_what_never_was(&self, at: At, to: Minute, verdicts: &mut Vec<Verdict>) {
        for sensitivity in Sensitivity::ALL {
            let Some(open) = self.told.open(&Default::default(), at, sensitivity) else { continue };
            let mut of = verdicts.iter().filter(|verdict| sensitivity_of(verdict) == sensitivity);
            let goes_on = match of.next_back() {
                Some(Verdict::Started(_)) => true,
                Some(Verdict::Ended(closing)) => closing.end > open.start,
                None => false,
            };
            if !goes_on {
                verdicts.push(ended(sensitivity, open.direction, open.start, to));
            }
        }
    }
}

/// Minutes of a day.
const DAY: u32 = 24 * 60;

pub(crate) fn ended(sensitivity: Sensitivity, direction: Direction, start: Minute, end: Minute) -> Verdict {
    Verdict::Ended(Closing { sensitivity, direction, start, end, calls: 0 })
}

pub(crate) fn sensitivity_of(verdict: &Verdict) -> Sensitivity {
    match verdict {
        Verdict::Started(opening) => opening.sensitivity,
        Verdict::Ended(closing) => closing.sensitivity,
    }
}

/// Returns what is news of what a series says of its past: what lies in the minutes that changed, what goes on, and
/// what it would have said since it stands still. The rest was judged in its time, by whoever listened then.
fn news<'v>(
    verdicts: &'v [Verdict],
    stale: &'v Stale,
    untold_from: Minute,
) -> impl Iterator<Item = Verdict> + 'v {
    let goes_on = |verdict: &Verdict| {
        let of = sensitivity_of(verdict);
        let last = verdicts.iter().rev().find(|later| sensitivity_of(later) == of);
        last == Some(verdict)
    };
    let is_news = move |verdict: &&Verdict| match verdict {
        Verdict::Started(_) => {
            is_of(verdict, (stale.from, stale.to)) || is_untold(verdict, untold_from) || goes_on(verdict)
        }
        Verdict::Ended(_) => true,
    };
    verdicts.iter().filter(is_news).copied()
}

/// Tells whether something lies in minutes that were imported. What was told late beside them is live all the same.
fn is_imported(verdict: &Verdict, stale: &Stale) -> bool {
    is_of(verdict, (stale.from, stale.to)) && !stale.live.is_some_and(|live| is_of(verdict, live))
}

/// Tells whether something lies in some minutes: a silence may begin a while before it is seen.
fn is_of(verdict: &Verdict, (from, to): (Minute, Minute)) -> bool {
    match verdict {
        Verdict::Started(opening) => {
            opening.start <= to && opening.start.plus(opening.minutes + BEHIND_MAX) > from
        }
        Verdict::Ended(closing) => closing.start <= to && closing.end > from,
    }
}

/// Tells whether something is seen in minutes that were not judged in their time, because the series stood still. Those
/// are live ones, whatever was imported into them: nobody hides what happens by importing beside it.
fn is_untold(verdict: &Verdict, untold_from: Minute) -> bool {
    match verdict {
        Verdict::Started(opening) => opening.start.plus(opening.minutes) > untold_from,
        Verdict::Ended(closing) => closing.end >= untold_from,
    }
}

#[cfg(test)]
mod tests {
    use cairn_anomaly::Opening;

    use super::*;

    fn started(start: u32) -> Verdict {
        let (sensitivity, direction) = (Sensitivity::Medium, Direction::Surge);
        Verdict::Started(Opening { sensitivity, direction, start: Minute::new(start), minutes: 1, calls: 9 })
    }

    fn over(start: u32, end: u32) -> Verdict {
        ended(Sensitivity::Medium, Direction::Surge, Minute::new(start), Minute::new(end))
    }

    #[test]
    fn what_was_judged_in_its_time_is_no_news() {
        let stale = Stale { from: Minute::new(500), to: Minute::new(510), live: None };
        let past = [started(100), over(100, 103), started(505), over(505, 506), started(900)];
        let news = |untold_from| news(&past, &stale, Minute::new(untold_from)).collect::<Vec<_>>();
        assert_eq!(news(901), [over(100, 103), started(505), over(505, 506), started(900)]);
        assert_eq!(news(100), past, "but what nobody judged then");
    }
}
