//! CloudWatch Logs: streams, tokens, rejected lines, status, and the lives of trails.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cairn_catalog::contract::sample;
use cairn_catalog::{Change, DONE, EXCLUSION_TAG, Member, Tag, Trail, TrailId};
use cairn_stream::{
    LinesTaken, LogGroups, LogLine, LogStream, LogsError, PutError, Streams, enroll_log_group,
    log_group_cursor_name,
};
use serde_json::{Value, json};

use crate::world::{Running, World, eventually, insight, looking, trail};

/// Log groups that exist by name, and want a token as the service once did.
#[derive(Debug)]
struct Groups(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    groups: Vec<&'static str>,
    refuse: Option<&'static str>,
    /// By group and stream.
    streams: BTreeMap<(String, String), Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    puts: u32,
    lines: Vec<String>,
}

#[async_trait]
impl LogGroups for Groups {
    async fn put_lines(
        &self,
        to: &LogStream<'_>,
        lines: &[LogLine<'_>],
        token: Option<&str>,
    ) -> Result<LinesTaken, LogsError> {
        let mut state = self.0.lock().unwrap();
        if let Some(code) = state.refuse {
            return Err(PutError::of(code).into());
        }
        let place = (to.group.name.clone(), to.name.to_owned());
        let kept = state.streams.get_mut(&place).ok_or(LogsError::Missing)?;
        let expected = (kept.puts > 0).then(|| kept.puts.to_string());
        if token != expected.as_deref() {
            return Err(LogsError::Token { expected });
        }
        assert!(lines.is_sorted_by_key(|line| line.time_ms), "lines are sorted");
        let old = lines.iter().take_while(|line| line.time_ms < 1_000_000_000_000).count();
        kept.lines.extend(lines.iter().skip(old).map(|line| line.text.to_owned()));
        kept.puts += 1;
        let next_token = Some(kept.puts.to_string());
        Ok(LinesTaken { next_token, too_old_end: old, ..LinesTaken::default() })
    }

    async fn create_stream(&self, stream: &LogStream<'_>) -> Result<(), LogsError> {
        let mut state = self.0.lock().unwrap();
        if !state.groups.contains(&stream.group.name.as_str()) {
            return Err(LogsError::Missing);
        }
        state.streams.entry((stream.group.name.clone(), stream.name.to_owned())).or_default();
        Ok(())
    }
}

impl Groups {
    fn ids(&self, group: &str, stream: &str) -> Vec<String> {
        let place = (group.to_owned(), stream.to_owned());
        let state = self.0.lock().unwrap();
        let lines = state.streams.get(&place).map(|kept| kept.lines.as_slice()).unwrap_or_default();
        let id =
            |text: &str| serde_json::from_str::<Value>(text).unwrap()["eventID"].as_str().unwrap().to_owned();
        lines.iter().map(|text| id(text)).collect()
    }
}

async fn begin(groups: &[&'static str]) -> (World, Arc<Groups>, Running) {
    let world = World::new(Duration::from_hours(1)).await;
    let state = State { groups: groups.to_vec(), ..State::default() };
    let groups = Arc::new(Groups(Mutex::new(state)));
    let running = world.run(following(&world, &groups));
    (world, groups, running)
}

fn following(world: &World, groups: &Arc<Groups>) -> Streams {
    let mut streams = Streams::new(world.shared.clone());
    streams.follow_trails(Arc::clone(groups) as Arc<dyn LogGroups>);
    streams
}

async fn error_is(world: &World, trail: &TrailId, code: Option<&str>) {
    eventually("the status tells it", async || {
        let status = world.status(trail).await.cloudwatch_logs;
        status.error.as_deref() == code && status.attempted_at.is_some()
    })
    .await;
}

const HERE: &str = "123456789012_CloudTrail_eu-west-1";
const THERE: &str = "123456789012_CloudTrail_us-west-2";

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_has_a_stream_for_each_region() {
    let (world, groups, running) = begin(&["audit"]).await;
    let id = world.put(&trail("main")).await;
    for number in 0..5 {
        world.record(&number.to_string(), &json!({})).await;
        world.record(&format!("w{number}"), &json!({"awsRegion": "us-west-2"})).await;
    }
    world.record("huge", &json!({"x": "y".repeat(262_144)})).await;
    world.record("last", &json!({})).await;
    eventually("the last is there", async || groups.ids("audit", HERE).last().is_some_and(|id| id == "last"))
        .await;
    eventually("the others are there", async || groups.ids("audit", THERE).len() == 5).await;
    assert_eq!(groups.ids("audit", HERE), ["0", "1", "2", "3", "4", "last"]);
    assert_eq!(groups.ids("audit", THERE), ["w0", "w1", "w2", "w3", "w4"]);
    error_is(&world, &id, None).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_sorted_and_too_old_ones_are_given_up() {
    let (world, groups, running) = begin(&["audit"]).await;
    running.stop().await;
    world.put(&trail("main")).await;
    for (name, time) in
        [("b", "2026-01-01T00:00:09Z"), ("a", "2026-01-01T00:00:01Z"), ("old", "2001-01-01T00:00:00Z")]
    {
        world.record(name, &json!({"eventTime": time})).await;
    }
    let running = world.run(following(&world, &groups));
    eventually("they are there", async || groups.ids("audit", HERE).len() == 2).await;
    running.stop().await;
    assert_eq!(groups.ids("audit", HERE), ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_spread_over_streams_and_keeps_its_order_in_each() {
    let (world, groups, running) = begin(&["audit"]).await;
    running.stop().await;
    world.put(&trail("main")).await;
    let text = "x".repeat(150_000);
    for number in 0..12 {
        world.record(&format!("{number:02}"), &json!({"requestParameters": {"text": text}})).await;
    }
    let running = world.run(following(&world, &groups));
    let second = format!("{HERE}_2");
    let both = || (groups.ids("audit", HERE), groups.ids("audit", &second));
    eventually("all are there", async || both().0.len() + both().1.len() == 12).await;
    running.stop().await;
    let (first, second) = both();
    assert!(first.is_sorted() && second.is_sorted() && !second.is_empty(), "{first:?} {second:?}");
    assert_eq!(first.first().map(String::as_str), Some("00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_call_is_told_and_made_again() {
    let (world, groups, running) = begin(&["audit"]).await;
    groups.0.lock().unwrap().refuse = Some("ThrottlingException");
    let id = world.put(&trail("main")).await;
    world.record("1", &json!({})).await;
    error_is(&world, &id, Some("ThrottlingException")).await;
    groups.0.lock().unwrap().refuse = None;
    error_is(&world, &id, None).await;
    running.stop().await;
    assert_eq!(groups.ids("audit", HERE), ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_group_is_told_and_another_takes_what_waited() {
    let (world, groups, running) = begin(&["other"]).await;
    let id = world.put(&trail("main")).await;
    world.record("1", &json!({})).await;
    error_is(&world, &id, Some("ResourceNotFoundException")).await;
    let other = "arn:aws:logs:eu-west-1:123456789012:log-group:other:*".to_owned();
    world.put(&Trail { cw_logs_group: Some(other), ..trail("main") }).await;
    error_is(&world, &id, None).await;
    assert_eq!(groups.ids("other", HERE), ["1"]);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_trail_carries_its_end_and_a_trail_without_a_group_nothing() {
    let (world, groups, running) = begin(&["audit"]).await;
    world.put(&Trail { cw_logs_group: None, ..trail("bare") }).await;
    let main = trail("main");
    let id = world.put(&main).await;
    world.record("1", &json!({})).await;
    enroll_log_group(&*world.shared.catalog, world.shared.catalog.current().trail(&main.arn).unwrap())
        .await
        .unwrap();
    world.change(Change::DeleteTrail { arn: main.arn }).await;
    world.record("after", &json!({})).await;
    let cursor = log_group_cursor_name(&id);
    eventually("it is done", async || world.cursor(&cursor).await == Some(DONE)).await;
    running.stop().await;
    assert_eq!(groups.ids("audit", HERE), ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_members_insights_are_in_its_own_stream() {
    let member = "111122223333";
    let (world, groups, running) = begin(&["audit"]).await;
    world.organization(&[member]).await;
    world.put(&Trail { organization: Some(sample::ORGANIZATION.to_owned()), ..looking("main") }).await;
    for account in [crate::world::ACCOUNT, member] {
        world.record_in(account, &format!("{account}-call"), &json!({"awsRegion": "us-west-2"})).await;
        world.record_in(account, &format!("{account}-insight"), &insight("CreateTags")).await;
    }
    let stream = |account: &str| format!("{}_{account}_CloudTrail_us-west-2", sample::ORGANIZATION);
    let ids = |account: &str| groups.ids("audit", &stream(account));
    let accounts = [crate::world::ACCOUNT, member];
    eventually("all are there", async || accounts.iter().all(|account| ids(account).len() == 2)).await;
    running.stop().await;
    for account in accounts {
        assert_eq!(ids(account), [format!("{account}-call"), format!("{account}-insight")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organizations_trail_has_the_streams_of_all_members_in_one_group() {
    let [member, excluded, stranger] = ["111122223333", "444455556666", "777788889999"];
    let (world, groups, running) = begin(&["audit"]).await;
    world.organization(&[member, excluded]).await;
    let tags = vec![Tag { key: EXCLUSION_TAG.to_owned(), value: Some("main".to_owned()) }];
    let excluded_one = Member { tags, ..sample::member(excluded.parse().unwrap()) };
    world.change(Change::PutMember(Box::new(excluded_one))).await;
    world.account(stranger).await;
    let main = Trail { organization: Some(sample::ORGANIZATION.to_owned()), ..trail("main") };
    let id = world.put(&main).await;
    let everywhere = async |mark: &str| {
        for account in [crate::world::ACCOUNT, member, excluded, stranger] {
            world.record_in(account, &format!("{mark}-{account}"), &json!({"awsRegion": "us-west-2"})).await;
        }
    };
    everywhere("member").await;
    world.change(Change::DeleteMember { account: member.parse().unwrap() }).await;
    everywhere("left").await;
    world.put(&Trail { organization: None, ..main }).await;
    everywhere("ordinary").await;
    let stream = |account: &str| format!("{}_{account}_CloudTrail_us-west-2", sample::ORGANIZATION);
    eventually("the last is there", async || !groups.ids("audit", THERE).is_empty()).await;
    let place = (member.parse().unwrap(), crate::world::region("us-west-2"));
    eventually("the member's status tells it", async || {
        let status = world.shared.catalog.status(&id, (place.0, &place.1)).await.unwrap();
        status.cloudwatch_logs.succeeded_at.is_some()
    })
    .await;
    running.stop().await;
    assert_eq!(groups.ids("audit", THERE), ["ordinary-123456789012"]);
    let own = groups.ids("audit", &stream(crate::world::ACCOUNT));
    assert_eq!(own, ["member-123456789012", "left-123456789012"]);
    assert_eq!(groups.ids("audit", &stream(member)), ["member-111122223333"]);
    let state = groups.0.lock().unwrap();
    let names: Vec<&str> = state.streams.keys().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, [THERE, &stream(member), &stream(crate::world::ACCOUNT)], "of nobody else");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_a_former_process_used_up_is_asked_for() {
    let (world, groups, running) = begin(&["audit"]).await;
    world.put(&trail("main")).await;
    world.record("1", &json!({})).await;
    eventually("the first is there", async || groups.ids("audit", HERE).len() == 1).await;
    running.stop().await;
    let running = world.run(following(&world, &groups));
    world.record("2", &json!({})).await;
    eventually("the second is there", async || groups.ids("audit", HERE).len() == 2).await;
    running.stop().await;
    assert_eq!(groups.ids("audit", HERE), ["1", "2"]);
}
