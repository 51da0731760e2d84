//! Trails: whether they log, and whether their log files arrive.

use std::collections::BTreeSet;

use cairn_catalog::{Catalog as _, LiveTrail, TrailStatus};
use cairn_event::Region;

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
    for region in regions {
        match examined.catalog.status(trail.id(), (trail.account, region)).await {
            Ok(status) => {
                newest = newest.max(status.log_files.succeeded_at);
                findings.extend(failure(trail, region, &status));
                findings.extend(untold(trail, region, &status));
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

/// Tells of a last delivery that failed.
fn failure(trail: &LiveTrail, region: &Region, status: &TrailStatus) -> Option<Finding> {
    let files = &status.log_files;
    let code = files.error.as_deref()?;
    let at = files.attempted_at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default();
    let message = format!("{} could not deliver log files of {region} at {at}: {code}", trail.arn);
    Some(Finding::problem("trail", message, remedy(code, &trail.s3_bucket, trail.s3_prefix.as_deref())))
}

/// Tells of a last notification that failed.
fn untold(trail: &LiveTrail, region: &Region, status: &TrailStatus) -> Option<Finding> {
    let code = status.notifications.error.as_deref()?;
    let topic = trail.sns_topic_arn()?;
    let message = format!("{} could not tell {topic} of files of {region}: {code}", trail.arn);
    let remedy = match code {
        "NotFound" => "make the topic again, or take it from the trail: aws cloudtrail update-trail",
        UNREACHABLE | TIMED_OUT => "see why `endpoints.sns` does not answer; all files will be told of",
        _ => "let the credentials of the endpoint publish there; all files will be told of",
    };
    Some(Finding::problem("trail", message, remedy))
}

/// Says what to do about a destination's error code. Delivery is tried again all the time.
fn remedy(code: &str, bucket: &str, prefix: Option<&str>) -> String {
    let prefix = prefix.map(|prefix| format!(" --prefix {}", shell_word(prefix))).unwrap_or_default();
    let policy = format!(
        "aws s3api put-bucket-policy --bucket {bucket} --policy \"$(cairn bucket-policy {bucket}{prefix})\""
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
        assert_eq!(
            remedy("AccessDenied", "logs", Some("my team")),
            "let CloudTrail deliver there: aws s3api put-bucket-policy --bucket logs --policy \
             \"$(cairn bucket-policy logs --prefix 'my team')\""
        );
        assert!(remedy("NoSuchBucket", "logs", None).contains("aws s3 mb s3://logs && aws s3api"));
        assert!(remedy("ObjectAlreadyExists", "logs", None).contains("move that object away"));
        assert!(remedy("EndpointUnreachable", "logs", None).contains("endpoints.s3"));
        assert!(remedy("Other", "logs", None).contains("log"));
    }
}
