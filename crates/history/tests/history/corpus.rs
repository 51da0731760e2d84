//! Real events: all enter, and each is found by each of its attributes.

use std::collections::BTreeMap;

use cairn_history::{HistoryCategory, LookupFields};

use crate::reader;
use crate::world::{World, entry};

/// Each lookup stands in the event's own second: the corpus spans more than the history's 90 days.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_of_the_fixtures_is_found_by_each_of_its_attributes() {
    let Some(samples) = reader::samples().unwrap() else { return };
    let mut world = World::new(400).await;
    // Long before all of them, so that none expires.
    world.set_time(0);
    let alive = world.open().await.unwrap();
    let mut last = 0;
    for frame in samples.chunks(100) {
        let frame: Vec<_> = frame.iter().map(|sample| entry(sample.bytes.clone())).collect();
        last = world.append(&frame);
    }
    alive.wait_for(last).await;

    let (mut events, mut lookups) = (0, 0);
    let mut by_attribute: BTreeMap<&str, usize> = BTreeMap::new();
    for (position, sample) in (0_u64..).zip(&samples) {
        let Ok(fields) = LookupFields::parse(&sample.bytes) else { continue };
        let Some(category) = fields.category else { continue };
        events += 1;
        let category = (category == HistoryCategory::Insight).then_some("insight");
        let mut attributes = vec![
            ("EventId", Some(fields.event_id.as_ref())),
            ("EventName", Some(fields.event_name.as_ref())),
            ("EventSource", Some(fields.event_source.as_ref())),
            ("ReadOnly", fields.read_only),
            ("Username", fields.username.as_deref()),
            ("AccessKeyId", fields.access_key_id.as_deref()),
        ];
        for resource in &fields.resources {
            attributes.push(("ResourceType", resource.kind.as_deref()));
            attributes.push(("ResourceName", Some(resource.name.as_ref())));
        }
        for (attribute, value) in attributes {
            let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
            let found =
                alive.all_since(Some(fields.seconds), fields.seconds, category, Some((attribute, value)));
            let here = found.iter().find(|event| event.position == position);
            let here = here.unwrap_or_else(|| panic!("{} by {attribute} {value}", sample.file));
            assert_eq!(here.event, sample.bytes);
            lookups += 1;
            *by_attribute.entry(attribute).or_default() += 1;
        }
    }
    println!("events in the history: {events} of {}; found {lookups} times: {by_attribute:?}", samples.len());
    assert_eq!(events, 1604);
    alive.stop().await;
}
