//! Trails: whether they log, and whether their log files arrive.

use std::collections::BTreeSet;

use cairn_catalog::{Catalog as _, LiveTrail, Trail, TrailStatus};
use cairn_event::{AccountId, Region};

use super::catalog::Examined;
use super::finding::{Finding, chain};
use crate::installation::shell_word;

/// Looks at every trail, in every Region that is enabled.
pub(super) async fn look(examined: &Examined) -> Vec<Finding> {
    let mut findings = Vec::new();
    for trail in examined.snapshot.trails() {
        findings.extend(look_at(examined, trail).await);
    }
    findings
}

async fn look_at(examined: &Examined, trail: &LiveTrail) -> Vec<Finding> {
    let enabled = examined.snapshot.settings().enabled_regions.iter();
    let regions: BTreeSet<&Region> = enabled.chain([&trail.home_region]).collect();
    let (mut findings, mut newest) = (Vec::new(), None);
    let accounts = covered(examined, trail);
    for (account, region) in
        accounts.iter().flat_map(|account| regions.iter().map(move |region| (account, region)))
    {
        match examined.catalog.status(trail.id(), (*account, region)).await {
            Ok(status) => {
                newest = newest.max(status.log_files.succeeded_at);
                let place = place(trail, *account, region);
                findings.extend(failure(trail, &place, &status));
                findings.extend(untold(trail, &place, &status));
            }
            Err(error) => {
                let message = format!("the status of {} can't be read: {}", trail.arn, chain(&error));
                findings.push(Finding::problem("trail", message, "look at the catalog"));
                break;
            }
        }
    }
    if findings.is_empty() {
        let state = match (trail.logging, newest) {
            (false, _) => "does not log".to_owned(),
            (true, None) => "logs; nothing was delivered yet".to_owned(),
            (true, Some(at)) => format!("logs; last delivery {}", at.strftime("%Y-%m-%dT%H:%M:%SZ")),
        };
        findings.push(Finding::ok("trail", format!("{} {state}", trail.arn)));
    }
    findings
}

/// Lists the accounts whose events a trail delivers, its owner first.
fn covered(examined: &Examined, trail: &LiveTrail) -> Vec<AccountId> {
    let organization = trail.organization.as_deref();
    let members = organization.into_iter().flat_map(|id| examined.snapshot.members(id));
    let members = members.map(|member| member.account).filter(|account| *account != trail.account);
    let covered = members.filter(|account| examined.snapshot.covers(trail, *account));
    std::iter::once(trail.account).chain(covered).collect()
}

/// Names what lies in one folder of a trail.
fn place(trail: &LiveTrail, account: AccountId, region: &Region) -> String {
    match trail.organization {
        Some(_) => format!("{account} in {region}"),
        None => region.to_string(),
    }
}

/// Tells of a last delivery that failed.
fn failure(trail: &LiveTrail, place: &str, status: &TrailStatus) -> Option<Finding> {
    let files = &status.log_files;
    let code = files.error.as_deref()?;
    let at = files.attempted_at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default();
    let message = format!("{} could not deliver log files of {place} at {at}: {code}", trail.arn);
    Some(Finding::problem("trail", message, remedy(code, trail)))
}

/// Tells of a last notification that failed.
fn untold(trail: &LiveTrail, place: &str, status: &TrailStatus) -> Option<Finding> {
    let code = status.notifications.error.as_deref()?;
    let topic = trail.sns_topic_arn()?;
    let message = format!("{} could not tell {topic} of files of {place}: {code}", trail.arn);
    let remedy = match code {
        "NotFound" => "make the topic again, or take it from the trail: aws cloudtrail update-trail",
        UNREACHABLE | TIMED_OUT => "see why `endpoints.sns` does not answer; all files will be told of",
        _ => "let the credentials of the endpoint publish there; all files will be told of",
    };
    Some(Finding::problem("trail", message, remedy))
}

/// Says what to do about a destination's error code. Delivery is tried again all the time.
fn remedy(code: &str, trail: &Trail) -> String {
    let bucket = &trail.s3_bucket;
    let flag = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| format!(" --{name} {}", shell_word(value))).unwrap_or_default()
    };
    let flags = [flag("prefix", &trail.s3_prefix), flag("organization", &trail.organization)].concat();
    let policy = format!(
        "aws s3api put-bucket-policy --bucket {bucket} --policy \"$(cairn bucket-policy {bucket}{flags})\""
    );
    match code {
        "NoSuchBucket" => {
            format!("make the bucket again, nothing is lost yet: aws s3 mb s3://{bucket} && {policy}")
        }
        "AccessDenied" => format!("let CloudTrail deliver there: {policy}"),
        "ObjectAlreadyExists" => format!(
            "other bytes are stored in {bucket} under the log file's key; nothing was overwritten: the server's log \
             names it; move that object away"
        ),
        UNREACHABLE | TIMED_OUT => {
            "see why `endpoints.s3` does not answer; delivery goes on by itself, nothing is lost yet"
                .to_owned()
        }
        "KeyTooLongError" => "the trail's S3 key prefix is too long: aws cloudtrail update-trail".to_owned(),
        _ => "read the server's log at that time".to_owned(),
    }
}

/// What is noted of an endpoint elsewhere that nobody reached.
const UNREACHABLE: &str = "EndpointUnreachable";

/// What is noted of one that did not answer in time.
const TIMED_OUT: &str = "RequestTimeout";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_a_remedy_that_can_be_pasted() {
        let trail = |prefix: Option<&str>, organization: Option<&str>| {
            let given =
                |text: Option<&str>| text.map(|text| format!("{text:?}")).unwrap_or("null".to_owned());
            let trail = format!(
                r#"{{"arn":"a","name":"n","account":"123456789012","home_region":"us-east-1","s3_bucket":"logs",
                "s3_prefix":{},"organization":{},"include_global_service_events":true,"is_multi_region":true,
                "log_file_validation":true,"recursive_logging":true,"logging":true,
                "created_at":"2026-03-02T08:00:00Z","created_at_position":0}}"#,
                given(prefix),
                given(organization)
            );
            serde_json::from_str::<Trail>(&trail).unwrap()
        };
        assert_eq!(
            remedy("AccessDenied", &trail(Some("my team"), Some("o-exampleorgid"))),
            "let CloudTrail deliver there: aws s3api put-bucket-policy --bucket logs --policy \
             \"$(cairn bucket-policy logs --prefix 'my team' --organization o-exampleorgid)\""
        );
        let own = trail(None, None);
        assert!(remedy("NoSuchBucket", &own).contains("aws s3 mb s3://logs && aws s3api"));
        assert!(remedy("ObjectAlreadyExists", &own).contains("move that object away"));
        assert!(remedy("EndpointUnreachable", &own).contains("endpoints.s3"));
        assert!(remedy("Other", &own).contains("log"));
    }
}
