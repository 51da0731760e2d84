//! Searches, counts and exports over random events, cut at random into head, splits of both versions and merged
//! splits, agree with looking at all events by hand.

use std::collections::BTreeMap;
use std::time::Duration;

use cairn_event::Entry;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::answer::{Budget, Span, answer, hunt};
use super::ask::{Search, SearchInput};
use super::export::Export;
use super::field::Field;
use super::filter::{Filter, Operator};
use super::summary::{Ranked, Summary, summarise};
use super::tally::{self, Limits};
use crate::attribute::{Attribute, HistoryCategory};
use crate::lookup::tests::{
    ACCOUNTS, BUCKETS, NAMES, NOW, REGIONS, RETENTION, USERS, build, entry, sketches, stretches,
};
use crate::token::Tokens;
use crate::view::View;

fn values(field: Field) -> Vec<String> {
    let of = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    match field {
        Field::Of(Attribute::EventId) => of(&["id-1", "id-20", "id-", "x"]),
        Field::Of(Attribute::EventName) => of(&[NAMES[0], NAMES[1], "Create", "List", "x"]),
        Field::Of(Attribute::ReadOnly) => of(&["true", "false"]),
        Field::Of(Attribute::Username) => of(&[USERS[0], USERS[1], "al", "x"]),
        Field::Of(Attribute::ResourceType) => of(&["AWS::S3::Bucket", "AWS::S3", "x"]),
        Field::Of(Attribute::ResourceName) => of(&[BUCKETS[0], BUCKETS[1], "sh", "x"]),
        Field::Of(Attribute::EventSource) => of(&["s3.amazonaws.com", "s3", "x"]),
        Field::Of(Attribute::AccessKeyId) => of(&["AKIA0", "AKIA", "x"]),
        Field::Outcome => of(&["succeeded", "failed", "denied"]),
        Field::ErrorCode => of(&["AccessDenied", "No", "x"]),
        Field::SourceIpAddress => of(&["198.51.100.1", "198.51.100.", "203"]),
        Field::UserAgent => of(&["agent-0/", "agent-1", &format!("agent-0/{}", "y".repeat(300)), "x"]),
        Field::PrincipalArn => of(&["arn:aws:iam::111111111111:user/alice"]),
        Field::RequestId => of(&["request-2", "request-", "x"]),
        Field::EventType => of(&["AwsApiCall", "Aws", "x"]),
        Field::RecipientAccountId => of(&[ACCOUNTS[0]]),
    }
}

fn filter() -> impl Strategy<Value = Filter> {
    let what = (select(Field::ALL.to_vec()), select(Operator::ALL.to_vec()));
    what.prop_flat_map(|(field, operator)| {
        let count = if operator.has_values() { 1..=2 } else { 0..=0 };
        proptest::collection::vec(select(values(field)), count).prop_map(move |values| Filter {
            field,
            operator,
            values,
        })
    })
}

#[derive(Debug, Clone)]
struct Ask {
    account: usize,
    region: usize,
    insight: bool,
    filters: Vec<Filter>,
    text: &'static str,
    range: Option<(i64, i64)>,
    page: usize,
}

fn asks() -> impl Strategy<Value = Ask> {
    let texts =
        vec!["", "", "", "ALICE", "alice shop", "request-1", "ice", "\"userName\":\"bob\"", "nowhere"];
    let range = proptest::option::of((NOW - 310..NOW + 5, 0_i64..200));
    let who = (0..ACCOUNTS.len(), 0..REGIONS.len(), proptest::bool::weighted(0.1));
    let what = (proptest::collection::vec(filter(), 0..4), select(texts), range, 1_usize..9);
    (who, what).prop_map(|((account, region, insight), (filters, text, range, page))| Ask {
        account,
        region,
        insight,
        filters,
        text,
        range: range.map(|(start, length)| (start, start + length)),
        page,
    })
}

fn search(ask: &Ask) -> Search {
    let time = |seconds: i64| Timestamp::from_second(seconds).unwrap();
    Search::parse(SearchInput {
        account: ACCOUNTS[ask.account].parse().unwrap(),
        region: &REGIONS[ask.region].parse().unwrap(),
        start: ask.range.map(|(start, _)| time(start)),
        end: ask.range.map(|(_, end)| time(end)),
        category: if ask.insight { HistoryCategory::Insight } else { HistoryCategory::Management },
        filters: ask.filters.clone(),
        text: ask.text,
    })
    .unwrap()
}

fn span(search: &Search) -> Span {
    Span::of(search, Timestamp::from_second(NOW).unwrap(), RETENTION)
}

/// The values that an event has of a field, read from its JSON by hand.
fn has(event: &Value, insight: bool, field: Field) -> Vec<String> {
    let at = |pointer: &str| -> Vec<String> {
        event.pointer(pointer).and_then(Value::as_str).map(str::to_owned).into_iter().collect()
    };
    let call = |values: Vec<String>| if insight { Vec::new() } else { values };
    let details = if insight { "/insightDetails" } else { "" };
    let bucket = at("/requestParameters/bucketName");
    match field {
        Field::Of(Attribute::EventId) => at("/eventID"),
        Field::Of(Attribute::EventName) => at(&format!("{details}/eventName")),
        Field::Of(Attribute::EventSource) => at(&format!("{details}/eventSource")),
        Field::Of(Attribute::ReadOnly) => {
            call(event["readOnly"].as_bool().map(|is| is.to_string()).into_iter().collect())
        }
        Field::Of(Attribute::Username) => call(at("/userIdentity/userName")),
        Field::Of(Attribute::ResourceType) => {
            call(bucket.iter().map(|_| "AWS::S3::Bucket".to_owned()).collect())
        }
        Field::Of(Attribute::ResourceName) => call(bucket),
        Field::Of(Attribute::AccessKeyId) => call(at("/userIdentity/accessKeyId")),
        Field::Outcome => outcomes(event).into_iter().map(str::to_owned).collect(),
        Field::ErrorCode => at("/errorCode"),
        Field::SourceIpAddress => at("/sourceIPAddress"),
        Field::UserAgent => at("/userAgent"),
        Field::PrincipalArn => at("/userIdentity/arn"),
        Field::RequestId => at("/requestID"),
        Field::EventType => at("/eventType"),
        Field::RecipientAccountId => at("/recipientAccountId"),
    }
}

/// What came of a call, read from its event by hand.
fn outcomes(event: &Value) -> Vec<&'static str> {
    let name = event["eventName"].as_str().unwrap_or_default();
    let is_refused_sign_in =
        event["eventSource"] == "signin.amazonaws.com" && event["responseElements"][name] == "Failure";
    match event["errorCode"].as_str() {
        Some("AccessDenied") => vec!["failed", "denied"],
        Some(_) => vec!["failed"],
        None if event["errorMessage"].is_string() || is_refused_sign_in => vec!["failed"],
        None => vec!["succeeded"],
    }
}

fn holds(filter: &Filter, values: &[String]) -> bool {
    let equal = values.iter().any(|value| filter.values.contains(value));
    match filter.operator {
        Operator::Equals => equal,
        Operator::NotEquals => !equal,
        Operator::StartsWith => {
            values.iter().any(|value| filter.values.iter().any(|beginning| value.starts_with(beginning)))
        }
        Operator::Exists => !values.is_empty(),
        Operator::NotExists => values.is_empty(),
    }
}

/// The answer by hand: seconds, positions and events, newest first.
fn expected(entries: &[Entry], ask: &Ask) -> Vec<(i64, u64, Value)> {
    let (start, end) = ask.range.unwrap_or((NOW - RETENTION, NOW));
    let mut found = Vec::new();
    for (position, entry) in (0_u64..).zip(entries) {
        let event: Value = serde_json::from_slice(&entry.event).unwrap();
        let time: Timestamp = event["eventTime"].as_str().unwrap().parse().unwrap();
        let seconds = time.as_second();
        let here =
            entry.account.as_str() == ACCOUNTS[ask.account] && entry.region.as_str() == REGIONS[ask.region];
        let category = event["eventCategory"] == if ask.insight { "Insight" } else { "Management" };
        let in_time = (start.max(NOW - RETENTION)..=end).contains(&seconds);
        let filtered =
            ask.filters.iter().all(|filter| holds(filter, &has(&event, ask.insight, filter.field)));
        let lower = String::from_utf8(entry.event.clone()).unwrap().to_lowercase();
        let words = match ask.text {
            "\"userName\":\"bob\"" => lower.contains("\"username\":\"bob\""),
            text => text.to_lowercase().split_whitespace().all(|word| lower.contains(word)),
        };
        if here && category && in_time && filtered && words {
            found.push((seconds, position, event));
        }
    }
    found.sort_unstable_by_key(|(seconds, position, _)| std::cmp::Reverse((*seconds, *position)));
    found
}

fn all_pages(view: &View, ask: &Ask, right: usize) -> Vec<u64> {
    let (search, tokens) = (search(ask), Tokens::new(&[1; 32]).unwrap());
    let (mut found, mut token): (Vec<u64>, Option<String>) = (Vec::new(), None);
    loop {
        let page = answer(
            (view, &CancellationToken::new()),
            &search,
            (ask.page, token.as_deref()),
            &tokens,
            span(&search),
        )
        .unwrap();
        assert!(page.searched_back_to.is_none());
        if let Some(total) = page.total {
            assert!(token.is_none() && total.exact && total.count == right as u64, "{total:?} for {right}");
        }
        found.extend(page.events.iter().map(|event| event.position));
        let Some(next) = page.next_token else { return found };
        assert_eq!(page.events.len(), ask.page, "a page before the last is full");
        token = Some(next);
    }
}

/// Goes on with as little as can be looked at for a page.
fn step_by_step(view: &View, ask: &Ask) -> Vec<u64> {
    let search = search(ask);
    let (mut found, mut after) = (Vec::new(), None);
    for round in 0..10_000 {
        // As little work as can be, or as little time.
        let least = match round % 2 {
            0 => Budget { blocks: 0, passed: 0, time: Duration::MAX },
            _ => Budget { blocks: usize::MAX / 2, passed: usize::MAX / 2, time: Duration::ZERO },
        };
        let haul = hunt(view, &search, (span(&search), after), ask.page, least).unwrap();
        found.extend(haul.events.iter().map(|event| event.position));
        match haul.last {
            Some(last) => after = Some(last),
            None => return found,
        }
    }
    panic!("the search comes nowhere");
}

fn ranked<'r>(
    right: impl Iterator<Item = &'r (i64, u64, Value)>,
    insight: bool,
    field: Field,
) -> Vec<Ranked> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (_, _, event) in right {
        for value in has(event, insight, field) {
            *counts.entry(value).or_default() += 1;
        }
    }
    let mut ranked: Vec<Ranked> = counts.into_iter().map(|(value, count)| Ranked { value, count }).collect();
    ranked.sort_by_key(|one| std::cmp::Reverse(one.count));
    ranked
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_looking_at_everything(
        sketches in sketches(), stretches in stretches(), asks in proptest::collection::vec(asks(), 16),
    ) {
        let root = tempfile::tempdir().unwrap();
        let entries: Vec<Entry> =
            sketches.iter().enumerate().map(|(number, sketch)| entry(number, sketch)).collect();
        let view = build(root.path(), &entries, &stretches);
        let left = CancellationToken::new();
        for ask in &asks {
            let right = expected(&entries, ask);
            let positions: Vec<u64> = right.iter().map(|(_, position, _)| *position).collect();
            prop_assert_eq!(&all_pages(&view, ask, right.len()), &positions, "{:?}", ask);
            prop_assert_eq!(&step_by_step(&view, ask), &positions, "{:?}", ask);

            let search = search(ask);
            let mut export = Export::new(search.clone(), span(&search), 1 << 20);
            let mut exported = Vec::new();
            while let Some(piece) = export.next(&view).unwrap() {
                exported.extend(piece.iter().map(|event| event.position));
            }
            prop_assert_eq!(&exported, &positions, "{:?}", ask);

            if tally::can_be_counted(&view, &search, span(&search)) {
                let right = right.len() as u64;
                let count = |limits| {
                    tally::count((&view, &left), &search, span(&search), (u64::MAX, limits)).unwrap()
                };
                let summed_up = |limits| {
                    let empty = Summary { bucket_seconds: 1 << 30, ..Summary::default() };
                    let at = (&view, &left);
                    let summary = tally::summarise(at, &search, span(&search), (empty, limits)).unwrap();
                    summary.map(|summary| summary.total)
                };
                let all = Limits { reads: usize::MAX, time: Duration::MAX };
                let total = count(all);
                prop_assert!(total.exact && total.count == right, "{:?} {:?}", total, ask);
                prop_assert_eq!(summed_up(all), Some(right));
                let [unread, at_once] =
                    [Limits { reads: 0, ..all }, Limits { time: Duration::ZERO, ..all }].map(|limits| {
                        let total = count(limits);
                        assert_eq!(summed_up(limits), total.exact.then_some(total.count));
                        total
                    });
                prop_assert!(unread.count == right || (!unread.exact && unread.count < right));
                // In no time nothing is looked at.
                prop_assert_eq!((at_once.count, at_once.exact && right > 0), (0, false), "{:?}", ask);
            }
            let summary = summarise((&view, &left), &search, span(&search), 7).unwrap();
            prop_assert_eq!(summary.total, right.len() as u64);
            prop_assert_eq!(summary.counted_back_to, None);
            let mut start = span(&search).start;
            for bucket in &summary.buckets {
                prop_assert_eq!(bucket.start, start);
                let end = start + summary.bucket_seconds;
                start = end;
                let here: Vec<_> =
                    right.iter().filter(|(seconds, ..)| (bucket.start..end).contains(seconds)).collect();
                let errors = here.iter().filter(|(.., event)| outcomes(event).contains(&"failed")).count();
                prop_assert_eq!((bucket.count, bucket.errors), (here.len() as u64, errors as u64), "{:?}", ask);
                prop_assert_eq!(bucket.by_source.values().sum::<u64>(), bucket.count);
            }
            for (field, told) in [
                (Field::Of(Attribute::Username), &summary.usernames),
                (Field::Of(Attribute::EventName), &summary.event_names),
                (Field::Of(Attribute::EventSource), &summary.event_sources),
                (Field::ErrorCode, &summary.error_codes),
                (Field::SourceIpAddress, &summary.source_ip_addresses),
            ] {
                prop_assert_eq!(told, &ranked(right.iter(), ask.insight, field), "{} {:?}", field, ask);
            }
            let denied = right.iter().filter(|(.., event)| event["errorCode"] == "AccessDenied");
            let denied = ranked(denied, ask.insight, Field::Of(Attribute::Username));
            prop_assert_eq!(&summary.denied_usernames, &denied, "{:?}", ask);
            for (outcome, told) in [("failed", summary.failed), ("denied", summary.denied)] {
                let by_hand = right.iter().filter(|(.., event)| outcomes(event).contains(&outcome)).count();
                prop_assert_eq!(told, by_hand as u64, "{} {:?}", outcome, ask);
                let filter =
                    Filter { field: Field::Outcome, operator: Operator::Equals, values: vec![outcome.to_owned()] };
                let filters = ask.filters.iter().cloned().chain([filter]).collect();
                let listed = all_pages(&view, &Ask { filters, ..ask.clone() }, by_hand);
                prop_assert_eq!(listed.len() as u64, told, "{} {:?}", outcome, ask);
            }
        }
    }
}
