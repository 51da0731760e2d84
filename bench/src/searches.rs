//! Parts `search` and `past`: searches, counts and exports behind Event history, and a data directory to try them on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cairn_event::{Clock as _, Region};
use cairn_history::{
    Attribute, Field, Filter, History, HistoryCategory, LookupFields, Operator, Search, SearchInput,
};
use jiff::{SignedDuration, Timestamp};

use crate::engine::MachineClock;
use crate::lookup;
use crate::maker::{ACCOUNT, Maker};
use crate::part::{Run, count, runtime};
use crate::report::{Limit, Table, Target};
use crate::scratch::scratch;
use crate::spread::Spread;

/// The smaller history that is measured too.
const SMALLER: u64 = 1_000_000;

/// What an event takes of the disk, journal, splits and a merge in progress, generously.
const BYTES_AN_EVENT: u64 = 900;

/// How often each search is made.
const TIMES: u32 = 15;

/// The events of a measured export.
const EXPORTED: u64 = 20_000;

/// A search that is measured, and how long its first page may take.
struct Way {
    name: &'static str,
    filters: Vec<Filter>,
    text: String,
    hours: i64,
    page_ms: Option<f64>,
    summary_ms: Option<f64>,
}

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let mut sizes = vec![SMALLER.min(run.events), run.events];
    sizes.dedup();
    for events in sizes {
        let dir = scratch(&run.dir, "search", events * BYTES_AN_EVENT)?;
        let (runtime, maker) = (runtime("search")?, Arc::new(Maker::new(lookup::times(events))));
        let (history, built) = runtime.block_on(lookup::build(dir.path(), &maker, events))?;
        run.show(built);
        let (table, targets) = runtime.block_on(measure(&history, &maker, events))?;
        run.show(table);
        if events == run.events {
            targets.into_iter().for_each(|target| run.target(target));
        }
    }
    Ok(())
}

/// Makes a data directory with a history of so many events, and leaves it for `cairn serve`.
pub(crate) fn past(run: &mut Run) -> anyhow::Result<()> {
    let dir = run.dir.join(format!("past-{}", run.events));
    std::fs::create_dir(&dir).with_context(|| format!("make {}", dir.display()))?;
    let (runtime, maker) = (runtime("past")?, Arc::new(Maker::new(lookup::times(run.events))));
    let (_history, built) = runtime.block_on(lookup::build(&dir, &maker, run.events))?;
    run.show(built);
    run.told(&format!("cairn serve --data-dir {}", dir.display()));
    Ok(())
}

/// Looks for what usual people look for.
fn ways(sample: &LookupFields<'_>) -> Vec<Way> {
    let equals =
        |field, value: &str| Filter { field, operator: Operator::Equals, values: vec![value.to_owned()] };
    let of = |attribute, value: &str| equals(Field::Of(attribute), value);
    let user = sample.username.as_deref().unwrap_or_default();
    let way = |name, filters, text: &str, hours| Way {
        name,
        filters,
        text: text.to_owned(),
        hours,
        page_ms: Some(100.0),
        summary_ms: Some(1000.0),
    };
    let begins = |field, value: &str| Filter { operator: Operator::StartsWith, ..equals(field, value) };
    let text = |name, text: &str| Way {
        page_ms: Some(1000.0),
        summary_ms: None,
        ..way(name, Vec::new(), text, 24 * 90)
    };
    let days = 24 * 90;
    vec![
        way("all, a day", Vec::new(), "", 24),
        way("all, 90 days", Vec::new(), "", days),
        way("changes", vec![of(Attribute::ReadOnly, "false")], "", days),
        way("a user", vec![of(Attribute::Username, user)], "", days),
        way(
            "a user's changes at a service",
            vec![
                of(Attribute::Username, user),
                of(Attribute::ReadOnly, "false"),
                of(Attribute::EventSource, "ec2.amazonaws.com"),
            ],
            "",
            days,
        ),
        way(
            "frequent, nothing in common",
            vec![of(Attribute::EventName, "AssumeRole"), of(Attribute::EventSource, "kms.amazonaws.com")],
            "",
            days,
        ),
        way(
            "errors",
            vec![Filter { operator: Operator::Exists, values: Vec::new(), ..equals(Field::ErrorCode, "") }],
            "",
            days,
        ),
        way("addresses by prefix", vec![begins(Field::SourceIpAddress, "198.51.100.1")], "", days),
        Way {
            summary_ms: None,
            ..way(
                "request ids by prefix",
                vec![begins(
                    Field::RequestId,
                    sample.request_id.as_deref().and_then(|id| id.get(..13)).unwrap_or("x"),
                )],
                "",
                days,
            )
        },
        text("text, once", &sample.event_id),
        text("text, a user", user),
        text("text, everywhere", "amazonaws"),
        text("text, nowhere", "nowhere-to-be-found"),
        text("text, nowhere of usual letters", "instances-reservation-principal"),
    ]
}

async fn measure(history: &History, maker: &Maker, events: u64) -> anyhow::Result<(Table, Vec<Target>)> {
    let mut table = Table::new(
        &format!("Searches, {events} events (cairn-bench search --events {events})"),
        "one account and Region hold all; 50 results and their number on a first page, 60 stretches in a summary; ms, \
         one thread, files in the page cache; `pages` is how many it takes until one is full or nothing is left, at most \
         20; a summary of text reads what it counts and stops after 30,000 blocks",
        &["page p50", "page slowest", "pages", "found", "of", "summary p50", "summary slowest", "counted"],
    );
    let sample = maker.event(events / 2);
    let sample = LookupFields::parse(&sample)?;
    let mut targets = Vec::new();
    for way in ways(&sample) {
        let search = search(&way)?;
        let (mut page, mut summary) = (Spread::default(), Spread::default());
        let (mut pages, mut found, mut of) = (0, 0, f64::NAN);
        for _ in 0..TIMES {
            let (mut token, now) = (None, MachineClock.now());
            (pages, found) = (0, 0);
            loop {
                let at = Instant::now();
                let answer = history.search(search.clone(), (50, token), now).await?;
                page.add(at.elapsed());
                pages += 1;
                found += answer.events.len();
                of = answer.total.map_or(of, |total| count(total.count));
                token = answer.next_token;
                if found >= 50 || token.is_none() || pages >= 20 {
                    break;
                }
            }
        }
        let mut counted = 0;
        for _ in 0..TIMES.div_ceil(5) {
            let at = Instant::now();
            counted = history.summarise(search.clone(), 60, MachineClock.now()).await?.total;
            summary.add(at.elapsed());
        }
        let slowest = [&mut page, &mut summary].map(|spread| spread.percentile_ms(100.0));
        for (limit, slowest, what) in
            [(way.page_ms, slowest[0], "a page"), (way.summary_ms, slowest[1], "a summary")]
        {
            let limit = limit.map(Limit::AtMost);
            targets.extend(
                limit.map(|limit| Target::new(format!("{what} of {}", way.name), slowest, limit, "ms")),
            );
        }
        let middle = [&mut page, &mut summary].map(|spread| spread.percentile_ms(50.0));
        let figures = [
            middle[0],
            slowest[0],
            f64::from(pages),
            count(found as u64),
            of,
            middle[1],
            slowest[1],
            count(counted),
        ];
        table.row(way.name, &figures);
    }
    let (seconds, exported) = export(history).await?;
    table.row("export, events/s", &[count(exported) / seconds]);
    Ok((table, targets))
}

async fn export(history: &History) -> anyhow::Result<(f64, u64)> {
    let everything = search(&Way {
        name: "",
        filters: Vec::new(),
        text: String::new(),
        hours: 24 * 90,
        page_ms: None,
        summary_ms: None,
    })?;
    let began = Instant::now();
    let mut export = history.export(everything, EXPORTED, MachineClock.now())?;
    let mut exported = 0;
    while let Some((rest, events)) = history.next_piece(export).await? {
        export = rest;
        exported += events.len() as u64;
    }
    Ok((began.elapsed().max(Duration::from_nanos(1)).as_secs_f64(), exported))
}

fn search(way: &Way) -> anyhow::Result<Search> {
    let start: Option<Timestamp> = MachineClock.now().checked_sub(SignedDuration::from_hours(way.hours)).ok();
    Ok(Search::parse(SearchInput {
        account: ACCOUNT.parse()?,
        region: &Region::us_east_1(),
        start,
        end: None,
        category: HistoryCategory::Management,
        filters: way.filters.clone(),
        text: &way.text,
    })?)
}
