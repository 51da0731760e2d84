//! Lookups over random events, cut at random into head, splits and merged splits, agree with filtering and
//! sorting all events by hand.

use std::path::Path;
use std::sync::Arc;

use cairn_event::{AccountId, Entry, Origin, Region};
use cairn_projection::Record;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::accounts::Accounts;
use crate::attribute::{Attribute, HistoryCategory};
use crate::draft::Draft;
use crate::durable;
use crate::query::LookupInput;
use crate::split::{self, Split};

pub(crate) const NOW: i64 = 1_800_000_000;
const DAY: i64 = 86_400;
pub(crate) const RETENTION: i64 = 90 * DAY;

pub(crate) const ACCOUNTS: [&str; 3] = ["111111111111", "222222222222", "333333333333"];
pub(crate) const REGIONS: [&str; 2] = ["us-east-1", "eu-central-1"];
pub(crate) const NAMES: [&str; 3] = ["CreateBucket", "DeleteBucket", "ListBuckets"];
pub(crate) const USERS: [&str; 3] = ["alice", "bob", "root"];
pub(crate) const BUCKETS: [&str; 3] = ["logs", "shop", "shop-data"];

/// What an event is made of; every choice is small, so that events collide in every way.
#[derive(Debug, Clone)]
pub(crate) struct Sketch {
    account: usize,
    region: usize,
    seconds: i64,
    category: &'static str,
    name: usize,
    user: usize,
    bucket: Option<usize>,
    read_only: Option<bool>,
    key: bool,
    padding: usize,
}

/// How a stretch of the journal is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kept {
    Head,
    Split,
    /// Merged with the stretch before, if that is a split.
    Merged,
    /// A split of version 1.
    Old,
    /// One of version 2.
    Second,
    /// Such a split, written anew.
    Renewed,
}

pub(crate) fn sketches() -> impl Strategy<Value = Vec<Sketch>> {
    // Mostly rising times with jumps back, around both ends of the retention.
    let seconds = prop_oneof![
        6 => NOW - 300..NOW,
        2 => NOW - RETENTION - 5..NOW - RETENTION + 5,
        1 => NOW - 5..NOW + 5,
    ];
    let category = select(vec!["Management", "Management", "Management", "Insight", "Data"]);
    let who = (0..ACCOUNTS.len(), 0..REGIONS.len(), 0..NAMES.len(), 0..USERS.len());
    let what = (proptest::option::of(0..BUCKETS.len()), proptest::option::of(any::<bool>()), any::<bool>());
    let sketch = (who, what, seconds, category, 0_usize..3000).prop_map(
        |((account, region, name, user), (bucket, read_only, key), seconds, category, padding)| Sketch {
            account,
            region,
            seconds,
            category,
            name,
            user,
            bucket,
            read_only,
            key,
            padding,
        },
    );
    proptest::collection::vec(sketch, 0..160)
}

fn kept() -> impl Strategy<Value = Kept> {
    use Kept::{Head, Merged, Old, Renewed, Second, Split};
    select(vec![Head, Split, Split, Merged, Merged, Old, Second, Renewed])
}

pub(crate) fn stretches() -> impl Strategy<Value = Vec<(usize, Kept)>> {
    proptest::collection::vec((1_usize..50, kept()), 1..8)
}

/// Tells whether a call is a failed sign-in, which may have no other sign of failure than its answer.
fn is_sign_in(number: usize, sketch: &Sketch) -> bool {
    sketch.bucket.is_none() && number.is_multiple_of(2) && sketch.category != "Insight"
}

pub(crate) fn entry(number: usize, sketch: &Sketch) -> Entry {
    let time = jiff::Timestamp::from_second(sketch.seconds).unwrap().to_string();
    let mut event = serde_json::json!({
        "eventTime": time, "eventID": format!("id-{number}"), "eventCategory": sketch.category,
        "padding": "x".repeat(sketch.padding),
    });
    if sketch.category == "Insight" {
        event["insightDetails"] = serde_json::json!({
            "eventSource": "s3.amazonaws.com", "eventName": NAMES[sketch.name],
        });
    } else {
        event["eventSource"] = "s3.amazonaws.com".into();
        event["eventName"] = NAMES[sketch.name].into();
        event["userIdentity"] = serde_json::json!({ "type": "IAMUser", "userName": USERS[sketch.user] });
        if sketch.key {
            event["userIdentity"]["accessKeyId"] = format!("AKIA{}", sketch.user).into();
        }
        if let Some(bucket) = sketch.bucket {
            event["requestParameters"] = serde_json::json!({ "bucketName": BUCKETS[bucket] });
        }
        event["readOnly"] = sketch.read_only.into();
        event["eventType"] = "AwsApiCall".into();
        event["requestID"] = format!("request-{number}").into();
        event["sourceIPAddress"] = format!("198.51.100.{}", number % 5).into();
        // Too long to be kept beside the event.
        event["userAgent"] = format!("agent-{}/{}", number % 2, "y".repeat(sketch.padding / 8)).into();
        if number.is_multiple_of(5) {
            event["errorMessage"] = "Failed".into();
        }
        if is_sign_in(number, sketch) {
            event["eventSource"] = "signin.amazonaws.com".into();
            event["responseElements"] = serde_json::json!({ NAMES[sketch.name]: "Failure" });
        }
        if number.is_multiple_of(3) {
            event["errorCode"] = ["AccessDenied", "NoSuchBucket"][number % 2].into();
        }
    }
    Entry {
        revision: 1,
        received_ms: 0,
        account: ACCOUNTS[sketch.account].parse().unwrap(),
        region: REGIONS[sketch.region].parse().unwrap(),
        origin: Origin::Call,
        event: event.to_string().into_bytes(),
    }
}

/// Builds the view of these entries, cut as `stretches` say; what is left over goes to the head.
pub(crate) fn build(root: &Path, entries: &[Entry], stretches: &[(usize, Kept)]) -> View {
    let (drafts, splits) = (root.join("drafts"), root.join("splits"));
    for dir in [&drafts, &splits] {
        std::fs::create_dir_all(dir).unwrap();
    }
    let mut view = View::default();
    let mut merging: Vec<Arc<Split>> = Vec::new();
    let mut position = 0;
    for (number, (length, kept)) in (0_u64..).zip(stretches.iter().chain([&(usize::MAX, Kept::Head)])) {
        let mut draft = Draft::create(&drafts, number, position).unwrap();
        let stretch = (position..).zip(entries.iter().skip(usize::try_from(position).unwrap()).take(*length));
        let records: Vec<Record> =
            stretch.map(|(position, entry)| Record { position, entry: entry.clone() }).collect();
        draft.take(&records).unwrap();
        position = draft.next();
        if draft.events() == 0 || *kept == Kept::Head {
            merge(&drafts, &splits, &mut merging, &mut view);
            view.put_head(draft.part());
            continue;
        }
        if *kept != Kept::Merged {
            merge(&drafts, &splits, &mut merging, &mut view);
        }
        let finished = draft.finish().unwrap();
        let (span, accounts) = ((draft.from(), draft.next()), draft.accounts());
        if matches!(kept, Kept::Old | Kept::Second | Kept::Renewed) {
            let is_second = *kept == Kept::Second || number.is_multiple_of(2);
            let seal = if is_second { split::seal_second } else { split::seal_old };
            let manifest = seal(finished, span, accounts, draft.dir()).unwrap();
            let old = publish(draft.dir(), &splits.join(manifest.id()));
            let made = if *kept == Kept::Renewed { renew(&old, &drafts, &splits) } else { old };
            view.replace_splits(&[], vec![made]);
            continue;
        }
        let manifest = split::seal(finished, span.0, span.1, accounts, draft.dir()).unwrap();
        merging.push(publish(draft.dir(), &splits.join(manifest.id())));
    }
    merge(&drafts, &splits, &mut merging, &mut view);
    view
}

fn publish(dir: &Path, name: &Path) -> Arc<Split> {
    durable::publish(dir, name).unwrap();
    Split::open(name).unwrap()
}

fn renew(old: &Arc<Split>, drafts: &Path, splits: &Path) -> Arc<Split> {
    let dir = drafts.join("merge");
    std::fs::create_dir_all(&dir).unwrap();
    let manifest = split::renew(old, &dir, &drafts.join("pieces"), 7).unwrap();
    assert!(old.is_old() && manifest.id() != old.manifest().id());
    publish(&dir, &splits.join(manifest.id()))
}

fn merge(drafts: &Path, splits: &Path, parts: &mut Vec<Arc<Split>>, view: &mut View) {
    let parts = std::mem::take(parts);
    if parts.len() < 2 {
        view.replace_splits(&[], parts);
        return;
    }
    let dir = drafts.join("merge");
    std::fs::create_dir_all(&dir).unwrap();
    let manifest = split::merge(&parts, &dir).unwrap();
    view.replace_splits(&[], vec![publish(&dir, &splits.join(manifest.id()))]);
}

#[derive(Debug, Clone)]
struct Ask {
    account: usize,
    /// Where it is not asked in one account: which ones are, and since when each is told.
    across: Option<[Option<Option<i64>>; ACCOUNTS.len()]>,
    region: usize,
    insight: bool,
    filter: Option<(Attribute, String)>,
    start: Option<i64>,
    end: Option<i64>,
    page: i64,
}

fn asks() -> impl Strategy<Value = Ask> {
    let value = |attribute: Attribute| -> BoxedStrategy<String> {
        let text = |values: Vec<String>| select(values).boxed();
        let of = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        match attribute {
            Attribute::EventId => (0..170_u32).prop_map(|number| format!("id-{number}")).boxed(),
            Attribute::EventName => text(of(&NAMES)),
            Attribute::ReadOnly => text(of(&["true", "false"])),
            Attribute::Username => text(of(&USERS)),
            Attribute::ResourceType => text(of(&["AWS::S3::Bucket", "AWS::S3::Object"])),
            Attribute::ResourceName => text(of(&BUCKETS)),
            Attribute::EventSource => text(of(&["s3.amazonaws.com", "signin.amazonaws.com"])),
            Attribute::AccessKeyId => text(of(&["AKIA0", "AKIA1", "nothing"])),
        }
    };
    let filter = select(Attribute::ALL.to_vec())
        .prop_flat_map(move |attribute| value(attribute).prop_map(move |value| (attribute, value)));
    let time = prop_oneof![NOW - 310..NOW + 5, NOW - RETENTION - 6..NOW - RETENTION + 6];
    let range = (proptest::option::of(time.clone()), proptest::option::of(time));
    let since = proptest::option::weighted(0.7, proptest::option::of(NOW - 320..NOW));
    let across = proptest::option::of([since.clone(), since.clone(), since]);
    let who = (0..ACCOUNTS.len(), across, 0..REGIONS.len(), any::<bool>());
    (who, proptest::option::weighted(0.8, filter), range, 1_i64..8).prop_map(
        |((account, across, region, insight), filter, (start, end), page)| {
            let (start, end) = match (start, end) {
                (Some(start), Some(end)) if start > end => (Some(end), Some(start)),
                range => range,
            };
            Ask { account, across, region, insight, filter, start, end, page }
        },
    )
}

/// The answer by hand: the positions, newest first.
fn expected(sketches: &[Sketch], entries: &[Entry], ask: &Ask) -> Vec<u64> {
    let mut found = Vec::new();
    for (position, (sketch, entry)) in (0_u64..).zip(sketches.iter().zip(entries)) {
        let wanted = if ask.insight { "Insight" } else { "Management" };
        let in_time = sketch.seconds >= NOW - RETENTION
            && ask.start.is_none_or(|start| sketch.seconds >= start)
            && sketch.seconds <= ask.end.unwrap_or(NOW);
        let call = !ask.insight;
        let has = ask.filter.as_ref().is_none_or(|(attribute, value)| match attribute {
            Attribute::EventId => *value == format!("id-{position}"),
            Attribute::EventName => value == NAMES[sketch.name],
            Attribute::ReadOnly => call && sketch.read_only.is_some_and(|is| *value == is.to_string()),
            Attribute::Username => call && value == USERS[sketch.user],
            Attribute::ResourceType => call && sketch.bucket.is_some() && value == "AWS::S3::Bucket",
            Attribute::ResourceName => call && sketch.bucket.is_some_and(|bucket| value == BUCKETS[bucket]),
            Attribute::EventSource => {
                let is_sign_in = is_sign_in(usize::try_from(position).unwrap(), sketch);
                value == if is_sign_in { "signin.amazonaws.com" } else { "s3.amazonaws.com" }
            }
            Attribute::AccessKeyId => call && sketch.key && *value == format!("AKIA{}", sketch.user),
        });
        let told = match &ask.across {
            None => sketch.account == ask.account,
            Some(since) => {
                since[sketch.account].is_some_and(|since| since.is_none_or(|at| sketch.seconds >= at))
            }
        };
        let ours = told && entry.region.as_str() == REGIONS[ask.region];
        if ours && sketch.category == wanted && in_time && has {
            found.push((sketch.seconds, position));
        }
    }
    found.sort_unstable_by(|left, right| right.cmp(left));
    found.into_iter().map(|(_, position)| position).collect()
}

fn query(ask: &Ask, token: Option<&str>) -> Query {
    let region: Region = REGIONS[ask.region].parse().unwrap();
    let account: AccountId = ACCOUNTS[ask.account].parse().unwrap();
    let attributes: Vec<(&str, &str)> =
        ask.filter.iter().map(|(attribute, value)| (attribute.as_str(), value.as_str())).collect();
    let time = |seconds: i64| Timestamp::from_second(seconds).unwrap();
    let input = LookupInput {
        account,
        region: &region,
        attributes: &attributes,
        start: ask.start.map(time),
        end: ask.end.map(time),
        category: None,
        max_results: Some(ask.page),
        next_token: token,
    };
    let mut query = Query::parse(input).unwrap();
    if ask.insight {
        // Past the check that Insights events have only three attributes: the others find nothing.
        query.category = HistoryCategory::Insight;
    }
    match ask.across {
        None => query,
        Some(since) => {
            let since = ACCOUNTS
                .into_iter()
                .zip(since)
                .filter_map(|(account, since)| Some((account.parse().unwrap(), since?.map(time))));
            query.across(Accounts::new("o-example", since))
        }
    }
}

/// Follows the pages to the end; every page but the last must be full.
fn all_pages(view: &View, ask: &Ask, tokens: &Tokens, entries: &[Entry]) -> Vec<u64> {
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let now = Timestamp::from_second(NOW).unwrap();
        let page = answer(view, &query(ask, token.as_deref()), tokens, now, RETENTION).unwrap();
        for event in &page.events {
            let entry = &entries[usize::try_from(event.position).unwrap()];
            assert_eq!(event.event, entry.event, "the bytes are the recorded ones");
            assert_eq!(event.account, entry.account);
            found.push(event.position);
        }
        let Some(next) = page.next_token else { return found };
        assert_eq!(page.events.len(), usize::try_from(ask.page).unwrap(), "a page before the last is full");
        token = Some(next);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_filtering_and_sorting(
        sketches in sketches(), stretches in stretches(), asks in proptest::collection::vec(asks(), 12),
    ) {
        let root = tempfile::tempdir().unwrap();
        let tokens = Tokens::new(&[1; 32]).unwrap();
        let entries: Vec<Entry> =
            sketches.iter().enumerate().map(|(number, sketch)| entry(number, sketch)).collect();
        let view = build(root.path(), &entries, &stretches);
        for ask in &asks {
            let found = all_pages(&view, ask, &tokens, &entries);
            prop_assert_eq!(found, expected(&sketches, &entries, ask), "{:?}", ask);
        }
    }

    #[test]
    fn pages_neither_miss_nor_repeat_while_events_arrive(
        sketches in sketches(), stretches in stretches(), ask in asks(),
    ) {
        // Between two pages everything is cut anew and more events have come. Those that were there from
        // the beginning appear exactly once; newcomers may appear where they sort below the page before.
        let tokens = Tokens::new(&[1; 32]).unwrap();
        let entries: Vec<Entry> =
            sketches.iter().enumerate().map(|(number, sketch)| entry(number, sketch)).collect();
        let latest = ask.start.map_or(NOW, |start| start.max(NOW));
        let ask = Ask { end: ask.end.or(Some(latest)), ..ask };
        let mut known = entries.len() / 3;
        let there = expected(&sketches[..known], &entries[..known], &ask);
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let root = tempfile::tempdir().unwrap();
            let view = build(root.path(), &entries[..known], &stretches);
            let now = Timestamp::from_second(NOW).unwrap();
            let page = answer(&view, &query(&ask, token.as_deref()), &tokens, now, RETENTION).unwrap();
            found.extend(page.events.iter().map(|event| event.position));
            token = page.next_token;
            if token.is_none() {
                break;
            }
            known = (known + 7).min(entries.len());
        }
        let mut sorted = found.clone();
        sorted.sort_unstable();
        sorted.dedup();
        prop_assert_eq!(sorted.len(), found.len(), "nothing twice");
        let of_the_first: Vec<u64> = found.into_iter().filter(|at| there.contains(at)).collect();
        prop_assert_eq!(of_the_first, there, "nothing missed, and in order");
    }
}
