//! A backtest over log files, read on this machine.
//!
//! First all files are read and their calls are sorted by metric and minute, in temporary files where memory does not
//! hold them. Then one metric after the other is told its past, on all processors.

use std::collections::HashMap;
use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::Context as _;
use cairn_anomaly::Minute;
use cairn_event::Clock as _;
use cairn_insights::store::Gap;
use cairn_insights::{Finding, Metric, Past, REMEMBERED_DAYS, find, phase};
use cairn_server::SystemClock;
use jiff::Timestamp;

use super::counting::{Counted, Counting, Seen, Tally};
use super::found::Found;
use super::report::Report;
use super::sorting::Sorted;
use super::{Backtest, Done};
use crate::client::Client;
use crate::import::Format;
use crate::import::documents::Documents;
use crate::import::place::{Found as Document, Origin};
use crate::insights::words;
use crate::settings::Place;

/// The minutes of a day.
const DAY: u32 = 1440;

/// A metric and its minutes that had calls.
type Points = (Metric, Vec<(Minute, u32)>);

/// What all metrics have in common.
struct Times {
    seen: HashMap<cairn_insights::Place, Seen>,
    gaps: Vec<Gap>,
    from: Minute,
}

/// Reads log files, and reports what would have been found.
pub(super) async fn read(of: &Backtest, place: &Place, report: &mut Report) -> anyhow::Result<Done> {
    let now = Minute::of_epoch_seconds(SystemClock.now().as_second());
    let minute = |at: Timestamp| Minute::of_epoch_seconds(at.as_second());
    let from = of.from.map_or(Minute::default(), minute);
    // What claims to come from the future has a wrong clock.
    let to = of.to.map_or(now.plus(1), minute).min(now.plus(1));
    anyhow::ensure!(from < to, "look at the past: --from is not before --to");
    let window = (from.minus(REMEMBERED_DAYS * DAY), to);
    let client = match of.places.iter().any(|origin| matches!(origin, Origin::Bucket { .. })) {
        true => Some(Client::find(place, of.region.as_ref()).await?),
        false => None,
    };
    let mut documents = Vec::new();
    for origin in &of.places {
        documents.extend(origin.find(client.as_ref()).await?);
    }
    let found = documents.len();
    documents.retain(|document| may_matter(document, window));
    let passed = found - documents.len();
    report.stage("files", documents.len() as u64)?;
    let mut counting = Counting::new(window, of.region.clone());
    for (done, document) in documents.iter().enumerate() {
        let opened = document.open(client.as_ref()).await;
        count(&mut counting, opened).with_context(|| format!("read {document}"))?;
        report.reach(done as u64 + 1, documents.len() as u64);
    }
    let tally = counting.tally;
    let mut done = judge(counting.counted(), from, report)?;
    done.remarks.extend(remarks(tally, passed));
    Ok(done)
}

/// Tells by a log file's name whether its events may make a difference: the newest of them is not after the time in it.
fn may_matter(document: &Document, (first, end): (Minute, Minute)) -> bool {
    let name = document.to_string();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if name.contains("_CloudTrail-Digest_") {
        return false;
    }
    name.split('_').find_map(named_minute).is_none_or(|named| named >= first && named < end.plus(DAY))
}

/// Reads the time in a log file's name, `20260302T0815Z`.
fn named_minute(part: &str) -> Option<Minute> {
    let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%MZ", part).ok()?;
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Minute::of_epoch_seconds(at.timestamp().as_second()))
}

fn count(counting: &mut Counting, opened: anyhow::Result<Box<dyn Read>>) -> anyhow::Result<()> {
    let mut documents = Documents::open(opened?, Format::CloudTrail)?;
    while let Some(line) = documents.next()? {
        counting.see(&line.text)?;
    }
    Ok(())
}

/// Tells each metric its past.
fn judge(counted: Counted, from: Minute, report: &mut Report) -> anyhow::Result<Done> {
    let Some((first, to)) = counted.span() else {
        let remarks = vec!["There was no event of CloudTrail in it.".to_owned()];
        return Ok(Done { remarks, ..Done::default() });
    };
    let Counted { metrics, seen, gaps, sorter } = counted;
    let from = from.max(first);
    let of = metrics.len() as u64;
    report.stage("metrics", of)?;
    let mut remarks = Vec::new();
    let short = seen.values().filter(|seen| seen.is_too_short()).count();
    if short > 0 {
        remarks.push(format!(
            "Nothing is judged in the first 24 hours of an account and Region, and of {short} of {} there is no more.",
            seen.len()
        ));
    }
    for gap in &gaps {
        let (from, days) = (words::minute(gap.from.epoch_seconds()), gap.to.since(gap.from) / 60);
        remarks
            .push(format!("No file has an event of the {days} hours from {from} on: taken as not watched."));
    }
    let times = Times { seen, gaps, from };
    in_parallel(sorter.sorted()?, metrics, &times, |done, found| {
        report.reach(done, of);
        found.iter().try_for_each(|finding| report.find(Found::here(finding)))
    })?;
    let looked_at = Some((from.epoch_seconds(), to.epoch_seconds().max(from.epoch_seconds())));
    Ok(Done { looked_at, metrics: of, remarks })
}

/// Hands each metric's points to whichever processor is free, and takes what is found.
fn in_parallel(
    sorted: Sorted,
    metrics: Vec<Metric>,
    times: &Times,
    mut take: impl FnMut(u64, Vec<Finding>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (points, waiting) = sync_channel::<Points>(workers);
    let (findings, found) = sync_channel::<Vec<Finding>>(workers);
    let waiting = Mutex::new(waiting);
    thread::scope(|scope| {
        let reader = scope.spawn(move || gather(sorted, metrics, &points));
        for _ in 0..workers {
            let (waiting, findings) = (&waiting, findings.clone());
            scope.spawn(move || work(waiting, &findings, times));
        }
        drop(findings);
        let mut failed = Ok(());
        for (done, found) in (1..).zip(found) {
            // Nobody waits for a reader that is gone; the others end by themselves.
            if failed.is_ok() {
                failed = take(done, found);
            }
        }
        let read = reader.join().map_err(|_panicked| anyhow::anyhow!("read what was sorted"))?;
        failed.and(read)
    })
}

/// Adds sightings up to points, metric by metric.
fn gather(sorted: Sorted, metrics: Vec<Metric>, to: &SyncSender<Points>) -> anyhow::Result<()> {
    let mut sorted = sorted.peekable();
    for (number, metric) in (0_u32..).zip(metrics) {
        let mut points: Vec<(Minute, u32)> = Vec::new();
        while let Some(sighting) =
            sorted.next_if(|next| next.as_ref().is_ok_and(|next| next.metric == number))
        {
            let minute = Minute::new(sighting?.minute);
            match points.last_mut().filter(|(last, _)| *last == minute) {
                Some((_, calls)) => *calls = calls.saturating_add(1),
                None => points.push((minute, 1)),
            }
        }
        if let Some(Err(error)) = sorted.next_if(Result::is_err) {
            return Err(error).context("read a temporary file");
        }
        if to.send((metric, points)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn work(waiting: &Mutex<Receiver<Points>>, findings: &SyncSender<Vec<Finding>>, times: &Times) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((metric, points)) = next else { return };
        // A place without an event has no metric.
        let Some(seen) = times.seen.get(&metric.place) else { continue };
        let past = Past {
            first_seen: seen.first,
            points: &points,
            gaps: &times.gaps,
            to: seen.end(),
            phase: phase(&metric),
        };
        if findings.send(find(&metric, &past, times.from, None)).is_err() {
            return;
        }
    }
}

fn remarks(tally: Tally, passed: usize) -> Vec<String> {
    let Tally { events, counted, too_many, unreadable, data } = tally;
    let mut remarks = vec![format!(
        "{} read, {} of them writes or errors of the management kind.",
        words::many(events, "event", "events"),
        words::count(counted)
    )];
    let mut remark = |number: u64, one: &str, more: &str| {
        if number > 0 {
            remarks.push(words::many(number, one, more));
        }
    };
    remark(
        data,
        "data event was passed over: whether it counts is a trail's choice.",
        "data events were passed over: which of them count is a trail's choice.",
    );
    remark(unreadable, "is no event of CloudTrail.", "are no events of CloudTrail.");
    remark(
        too_many,
        "is of more metrics than can be told apart.",
        "are of more metrics than can be told apart.",
    );
    remark(
        passed as u64,
        "file was not opened: its name tells that nothing in it can matter.",
        "files were not opened: their names tell that nothing in them can matter.",
    );
    remarks
}

#[cfg(test)]
mod tests;
