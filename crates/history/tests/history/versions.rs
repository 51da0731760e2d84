//! A split that an earlier release wrote: it is read, and written anew.

use std::fs;
use std::path::Path;
use std::time::Duration;

use cairn_catalog::{Split, SplitChange};
use cairn_event::{EventTime, Region};
use cairn_history::{Attribute, Field, Filter, HistoryCategory, Operator, Search, SearchInput};
use jiff::Timestamp;

use crate::world::{ACCOUNT, Alive, NOW, World};

/// Written by the first release; two events, CreateBucket both.
const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/split-1");

const ID: &str = "00000000000000000000-00000000000000000002";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &name);
        } else {
            fs::copy(entry.path(), name).unwrap();
        }
    }
}

async fn found(alive: &Alive, filters: Vec<Filter>, text: &str) -> Vec<u64> {
    let search = Search::parse(SearchInput {
        account: ACCOUNT.parse().unwrap(),
        region: &Region::us_east_1(),
        start: None,
        end: None,
        category: HistoryCategory::Management,
        filters,
        text,
    });
    let now = Timestamp::from_second(NOW).unwrap();
    let page = alive.history.search(search.unwrap(), (50, None), now).await.unwrap();
    page.events.iter().map(|event| event.position).collect()
}

async fn check(alive: &Alive) {
    let filter = |field, operator, values: &[&str]| Filter {
        field,
        operator,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let name = Field::Of(Attribute::EventName);
    assert_eq!(alive.all(NOW, Some(("EventName", "CreateBucket"))).len(), 2);
    assert_eq!(found(alive, Vec::new(), "").await, [1, 0]);
    let both = vec![
        filter(name, Operator::StartsWith, &["Create"]),
        filter(Field::ErrorCode, Operator::NotExists, &[]),
        filter(Field::SourceIpAddress, Operator::Equals, &["127.0.0.1"]),
    ];
    assert_eq!(found(alive, both, "bucket").await, [1, 0]);
    assert!(found(alive, Vec::new(), "nowhere").await.is_empty());
    assert!(found(alive, vec![filter(name, Operator::NotEquals, &["CreateBucket"])], "").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_split_of_version_1_is_read_and_written_anew() {
    let world = World::new(1000).await;
    let splits = world.history_dir().join("splits");
    copy(Path::new(FIXTURE), &splits.join(ID));
    let listed = Split {
        id: ID.to_owned(),
        first_position: 0,
        last_position: 1,
        events: 2,
        oldest_event: EventTime::from_epoch_seconds(1_795_679_197),
        newest_event: EventTime::from_epoch_seconds(1_795_679_199),
        accounts: vec![ACCOUNT.parse().unwrap()],
        bytes: 1,
        created: Timestamp::from_second(NOW).unwrap(),
    };
    let change = SplitChange { add: vec![listed], ..SplitChange::default() };
    world.catalog().replace_splits(change).await.unwrap();

    let alive = world.open().await.unwrap();
    check(&alive).await;
    let renewed = splits.join(format!("{ID}-3"));
    let waiting = async {
        while !renewed.try_exists().unwrap() || splits.join(ID).try_exists().unwrap() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("the split is written anew");
    check(&alive).await;
    alive.stop().await;

    let ids: Vec<String> =
        world.catalog().splits().await.unwrap().into_iter().map(|split| split.id).collect();
    assert_eq!(ids, [format!("{ID}-3")]);
    let alive = world.open().await.unwrap();
    check(&alive).await;
    alive.stop().await;
}
