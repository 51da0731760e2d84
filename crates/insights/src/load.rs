//! The start: what the store knows, and what nobody watched since.

use std::collections::BTreeMap;

use cairn_anomaly::{Minute, Series};
use cairn_event::Entry;
use cairn_journal::{ReadError, Reader};

use crate::counting::{Counting, Stale, Standing};
use crate::fleet::{At, Fleet, Limits};
use crate::metric::MetricId;
use crate::rebuild::{self, Past};
use crate::store::{Closing, Count, Gap, PlaceFilter, Position, Store, StoreError, StoredSeries};
use crate::told::{Changes, Open, Told};

/// Series that are read at a time.
const PAGE: u32 = 1_000;

/// Minutes without a server that are not worth telling: a restart takes so long.
const UNWATCHED_MIN: u32 = 2;

/// The days back at which the start of something may lie that is not over.
const OPEN_DAYS: u32 = 3;

/// The most records that wait.
const WAITING_MAX: u32 = 1_000_000;

/// The start failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    #[error("read the store")]
    Store(#[from] StoreError),
    #[error("read the journal")]
    Journal(#[source] Box<ReadError>),
    #[error("understand a journal record")]
    Entry(#[from] cairn_event::EntryError),
}

/// What counting goes on with.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) counting: Counting,
    pub(crate) told: Told,
}

/// Loads what is known; minutes that nobody watched are noted in the store before anything is counted.
pub(crate) async fn load(
    store: &Store,
    reader: &dyn Reader,
    grace_ms: i64,
    now: Minute,
) -> Result<Loaded, LoadError> {
    let position = store.position().await?;
    let standing = position.map(|it| Standing { closed: it.closed, resume: it.resume, counted: it.counted });
    let mut gaps = store.gaps(Minute::default(), Minute::new(u32::MAX)).await?;
    let unwatched = match standing {
        Some(standing) => unwatched(reader, standing, now)?,
        None => Vec::new(),
    };
    gaps.extend(&unwatched);
    let mut fleet = Fleet::new(Limits::default());
    for (place, watched) in store.places(&PlaceFilter::default()).await? {
        fleet.places.put(place, watched);
    }
    let mut stale = Vec::new();
    if let Some(standing) = standing {
        load_series(store, &mut fleet, &gaps, standing.closed, &mut stale).await?;
    }
    let mut counting = Counting::new(fleet, gaps, grace_ms, standing, reader.head());
    for (at, why) in stale {
        counting.put_stale(at, why);
    }
    let told = load_told(store, &counting, standing).await?;
    if let Some(position) = position.filter(|_| !unwatched.is_empty()) {
        note(store, &counting, &told, position, unwatched).await?;
    }
    Ok(Loaded { counting, told })
}

/// Tells which minutes nobody watched: those from the last that anything is known of up to now, and those of which the
/// journal was given up.
fn unwatched(reader: &dyn Reader, standing: Standing, now: Minute) -> Result<Vec<Gap>, LoadError> {
    let (head, tail) = (reader.head(), reader.tail());
    let mut gaps = Vec::new();
    let mut known = standing.closed;
    if standing.resume < head {
        let lost = head - standing.resume;
        tracing::warn!(lost, "insights did not count a part of the journal: it was given up");
        if let Some(first) = received(reader, head)? {
            gaps.push(Gap { from: standing.closed.plus(1), to: first.plus(1) });
            known = known.max(first);
        }
    }
    if let Some(last) = tail.checked_sub(1).filter(|last| *last >= head) {
        known = known.max(received(reader, last)?.unwrap_or(known).min(now));
    }
    if now.since(known) > UNWATCHED_MIN {
        tracing::info!(
            minutes = now.since(known),
            "no server watched for a while: insights take it for usual"
        );
        gaps.push(Gap { from: known.plus(1), to: now.plus(1) });
    }
    Ok(gaps.into_iter().filter(|gap| gap.from < gap.to).collect())
}

/// Returns the minute in which a record was received.
pub(crate) fn received(reader: &dyn Reader, position: u64) -> Result<Option<Minute>, LoadError> {
    let read = reader.get(position).map_err(|error| LoadError::Journal(Box::new(error)))?;
    let Some(bytes) = read else { return Ok(None) };
    let received_ms = Entry::decode(&bytes)?.received_ms;
    Ok(Some(Minute::of_epoch_seconds(received_ms.div_euclid(1000))))
}

async fn load_series(
    store: &Store,
    fleet: &mut Fleet,
    gaps: &[Gap],
    closed: Minute,
    stale: &mut Vec<(At, Stale)>,
) -> Result<(), LoadError> {
    let mut after = None;
    loop {
        let page = store.series(after, PAGE).await?;
        let (Some(first), Some(last)) = (page.first().map(|it| it.id), page.last().map(|it| it.id)) else {
            return Ok(());
        };
        after = Some(last);
        let known: Vec<Known> = page.into_iter().map(Known::of).collect();
        let from = known.iter().map(|known| known.next(closed)).min().unwrap_or(closed);
        let mut points = by_metric(store.points_of((first, last), from, closed.plus(1)).await?);
        for known in known {
            let points = points.remove(&known.stored.id).unwrap_or_default();
            stale.extend(put(fleet, gaps, closed, known, &points));
        }
    }
}

/// A series as it was when its state was kept.
struct Known {
    stored: StoredSeries,
    series: Option<Series>,
    /// Whether a state was kept that cannot be read.
    lost: bool,
}

impl Known {
    fn of(mut stored: StoredSeries) -> Self {
        let Some(bytes) = stored.state.take() else { return Self { stored, series: None, lost: false } };
        match Series::decode(&bytes) {
            Ok(series) => Self { stored, series: Some(series), lost: false },
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    metric = stored.id.0,
                    error,
                    "a series is built anew: its state cannot be read"
                );
                Self { stored, series: None, lost: true }
            }
        }
    }

    /// From where on its points are needed: a state is a day old at most, and a series without one no older.
    fn next(&self, closed: Minute) -> Minute {
        self.series.as_ref().map_or(closed.minus(2 * 24 * 60), Series::next)
    }
}

fn by_metric(points: Vec<Count>) -> BTreeMap<MetricId, Vec<(Minute, u32)>> {
    let mut by_metric: BTreeMap<MetricId, Vec<(Minute, u32)>> = BTreeMap::new();
    for Count { metric, minute, calls } in points {
        by_metric.entry(metric).or_default().push((minute, calls));
    }
    by_metric
}

/// Takes in a series and tells it of the minutes since its state was kept. What it says to that was dealt with when
/// these minutes were closed.
fn put(
    fleet: &mut Fleet,
    gaps: &[Gap],
    closed: Minute,
    known: Known,
    points: &[(Minute, u32)],
) -> Option<(At, Stale)> {
    let Known { stored, series, lost } = known;
    let phase = rebuild::phase(&stored.metric);
    let at = fleet.put(Some(stored.id), stored.metric, None);
    let mark = stored.mark;
    let behind = mark.and_then(|mark| Some((mark.newest_late?, mark.behind_until?)));
    if let Some((newest, until)) = behind {
        fleet.put_behind(at, newest, until);
    }
    if let Some(heard) = mark.and_then(|mark| mark.heard) {
        fleet.begin_imported(at, heard);
    }
    let gaps = &fleet.unwatched(at, gaps);
    let first_seen = fleet.known_from(&fleet.metric(at).place).unwrap_or(closed);
    let whole = fleet.behind(at).map_or(closed, |behind| behind.whole(closed));
    let changed = mark.and_then(|mark| mark.changed);
    let series = match series {
        // It stands still until it is built anew.
        kept if changed.is_some() => kept,
        Some(series) => Some(go_on(series, points, gaps, whole)),
        None if lost => Some(Series::begin(first_seen, whole.plus(1), phase)),
        None if points.is_empty() => None,
        None => {
            let past = Past { first_seen, points, gaps, to: whole.plus(1), phase };
            Some(rebuild::rebuild(&past).series)
        }
    };
    if let Some(series) = series {
        fleet.replace(at, series);
    }
    fleet.set_waiting(at, points.iter().copied().filter(|(minute, _)| *minute > whole).collect());
    let stale = changed.map(|it| Stale { from: it.from, to: it.to, live: it.live });
    let lost = lost.then_some(Stale { from: closed, to: closed, live: Some((closed, closed)) });
    stale.or(lost).map(|stale| (at, stale))
}

fn go_on(mut series: Series, points: &[(Minute, u32)], gaps: &[Gap], whole: Minute) -> Series {
    let next = series.next();
    let mut points = points.iter().copied().skip_while(|(minute, _)| *minute < next).peekable();
    let mut gaps = gaps.iter().copied().peekable();
    let mut told = Vec::new();
    while series.next() <= whole {
        let minute = series.next();
        let calls = points.next_if(|(at, _)| *at == minute).map_or(0, |(_, calls)| calls);
        while gaps.next_if(|gap| gap.to <= minute).is_some() {}
        let watched = !gaps.peek().is_some_and(|gap| gap.contains(minute));
        rebuild::tell(&mut series, calls, watched, &mut told);
        told.clear();
    }
    series
}

async fn load_told(
    store: &Store,
    counting: &Counting,
    standing: Option<Standing>,
) -> Result<Told, LoadError> {
    let mut told = Told::default();
    let Some(standing) = standing else { return Ok(told) };
    let mut open = Changes::new();
    for found in store.open_records(standing.closed.minus(OPEN_DAYS * 24 * 60)).await? {
        let insight = &found.record.insight;
        let Some(at) = counting.fleet.find(&insight.metric) else { continue };
        let begun =
            Open { start: insight.start, direction: insight.direction, imported: found.record.imported };
        open.insert((at, insight.sensitivity), Some(begun));
    }
    told.change(open);
    told.wait(store.unsent(WAITING_MAX).await?);
    Ok(told)
}

/// Notes minutes that nobody watched.
async fn note(
    store: &Store,
    counting: &Counting,
    told: &Told,
    position: Position,
    gaps: Vec<Gap>,
) -> Result<(), StoreError> {
    let held = told.unusual(&Changes::new()).into_iter().chain(counting.all_stale());
    let held: Vec<MetricId> = held.filter_map(|at| counting.fleet.id(at)).collect();
    store.close_minute(&Closing { held: &held, gaps: &gaps, ..Closing::at(position) }).await
}
