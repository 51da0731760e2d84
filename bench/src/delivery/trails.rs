//! Trails that log everything.

use cairn_catalog::{Account, Catalog, Change, Trail, TrailId};
use cairn_event::Region;
use jiff::Timestamp;

use crate::maker::ACCOUNT;

/// Makes an account with `count` trails, and returns what they are known by.
pub(super) async fn make(catalog: &dyn Catalog, count: usize) -> anyhow::Result<Vec<TrailId>> {
    let account = Account {
        id: ACCOUNT.parse()?,
        alias: None,
        name: None,
        email: None,
        created: Timestamp::UNIX_EPOCH,
    };
    let mut changes = vec![Change::PutAccount(account)];
    for number in 0..count {
        changes.push(Change::PutTrail(Box::new(trail(number)?)));
    }
    catalog.commit(catalog.current().revision(), changes).await?;
    Ok(catalog.current().trails().map(|trail| trail.id().clone()).collect())
}

/// Returns the number in a trail's name.
pub(super) fn number(name: &str) -> usize {
    name.strip_prefix("trail-").and_then(|number| number.parse().ok()).unwrap_or(usize::MAX)
}

fn trail(number: usize) -> anyhow::Result<Trail> {
    let name = format!("trail-{number}");
    Ok(Trail {
        arn: format!("arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{name}"),
        account: ACCOUNT.parse()?,
        home_region: Region::us_east_1(),
        s3_bucket: format!("bucket-{number}"),
        s3_prefix: None,
        sns_topic: None,
        include_global_service_events: true,
        is_multi_region: true,
        log_file_validation: false,
        kms_key_id: None,
        cw_logs_group: None,
        cw_logs_role: None,
        organization: None,
        recursive_logging: true,
        tags: Vec::new(),
        selectors: None,
        insights: Vec::new(),
        aggregation: Vec::new(),
        logging: true,
        started_at: Some(Timestamp::UNIX_EPOCH),
        stopped_at: None,
        created_at: Timestamp::UNIX_EPOCH,
        created_at_position: 0,
        name,
    })
}
