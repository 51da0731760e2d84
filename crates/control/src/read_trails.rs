//! GetTrail, DescribeTrails, ListTrails.

use cairn_catalog::{LiveTrail, Snapshot};
use cairn_event::Arn;
use cairn_wire::cloudtrail::{
    DescribeTrailsRequest, DescribeTrailsResponse, GetTrailRequest, GetTrailResponse, ListTrailsRequest,
    ListTrailsResponse, Trail as Shape, TrailInfo,
};

use crate::control::Done;
use crate::trail_reference::{Report, TrailReference, here, seen};
use crate::{Caller, Control, Refusal};

/// The most trails on one page of ListTrails.
const LIST_PAGE_MAX: usize = 100;

impl Control {
    /// Shows one trail.
    ///
    /// # Errors
    /// Unknown trails.
    pub fn get_trail(
        &self,
        caller: &Caller,
        request: &GetTrailRequest,
    ) -> Result<Done<GetTrailResponse>, Refusal> {
        let reference = TrailReference::parse(&request.name, caller)?;
        let snapshot = self.catalog.current();
        let trail = reference.read(&snapshot, caller, Report::Given)?;
        Ok(Done::now(GetTrailResponse { trail: Some(shape(trail)) }))
    }

    /// Shows the trails of the endpoint's Region, or those asked for; unknown ones are left out.
    ///
    /// # Errors
    /// Malformed names and ARNs; an organization's trail that CloudTrail can't show its administrator.
    pub fn describe_trails(
        &self,
        caller: &Caller,
        request: &DescribeTrailsRequest,
    ) -> Result<Done<DescribeTrailsResponse>, Refusal> {
        let snapshot = self.catalog.current();
        let asked = request.trail_name_list.as_deref().unwrap_or_default();
        let shadows = request.include_shadow_trails.unwrap_or(true);
        let trails: Vec<&LiveTrail> = if asked.is_empty() {
            here(&snapshot, caller)
                .filter(|trail| {
                    shadows || (trail.home_region == caller.region && trail.account == caller.account)
                })
                .collect()
        } else {
            let mut found = Vec::with_capacity(asked.len());
            for name in asked {
                let reference = TrailReference::parse(name, caller)?;
                found.extend(reference.read(&snapshot, caller, Report::Given).ok());
            }
            found
        };
        for trail in &trails {
            self.check_role(&snapshot, caller, trail)?;
        }
        let trail_list = trails.into_iter().map(shape).collect();
        Ok(Done::now(DescribeTrailsResponse { trail_list: Some(trail_list) }))
    }

    /// Lists the trails that the caller's account sees in all Regions, by ARN. The token is the last ARN shown.
    ///
    /// # Errors
    /// A token that no page of the account's can have ended with; the operation declares no error of its own for it.
    pub fn list_trails(
        &self,
        caller: &Caller,
        request: &ListTrailsRequest,
    ) -> Result<Done<ListTrailsResponse>, Refusal> {
        let snapshot = self.catalog.current();
        let after = request.next_token.as_deref().unwrap_or_default();
        if !after.is_empty() && !is_token(after, &snapshot, caller) {
            return Err(Refusal::ListTokenInvalid);
        }
        let mut page: Vec<TrailInfo> = seen(&snapshot, caller.account)
            .filter(|trail| trail.arn.as_str() > after)
            .take(LIST_PAGE_MAX + 1)
            .map(|trail| TrailInfo {
                trail_arn: Some(trail.arn.clone()),
                name: Some(trail.name.clone()),
                home_region: Some(trail.home_region.to_string()),
            })
            .collect();
        let more = page.len() > LIST_PAGE_MAX;
        page.truncate(LIST_PAGE_MAX);
        let next_token = page.last().filter(|_| more).and_then(|last| last.trail_arn.clone());
        Ok(Done::now(ListTrailsResponse { trails: Some(page), next_token }))
    }
}

/// Tells whether a page of the caller's trails may have ended with it: the ARN of a trail of an account whose trails
/// the caller sees, be the trail there any more or not.
fn is_token(text: &str, snapshot: &Snapshot, caller: &Caller) -> bool {
    let of_account = |account: &str| {
        caller.account.as_str() == account
            || seen(snapshot, caller.account).any(|trail| trail.account.as_str() == account)
    };
    TrailReference::parse(text, caller).is_ok() && Arn::parse(text).is_ok_and(|arn| of_account(arn.account))
}

fn shape(trail: &LiveTrail) -> Shape {
    Shape {
        name: Some(trail.name.clone()),
        s3_bucket_name: Some(trail.s3_bucket.clone()),
        s3_key_prefix: trail.s3_prefix.clone(),
        include_global_service_events: Some(trail.include_global_service_events),
        is_multi_region_trail: Some(trail.is_multi_region),
        home_region: Some(trail.home_region.to_string()),
        trail_arn: Some(trail.arn.clone()),
        log_file_validation_enabled: Some(trail.log_file_validation),
        has_custom_event_selectors: Some(trail.has_custom_selectors()),
        has_insight_selectors: Some(!trail.insights.is_empty()),
        is_organization_trail: Some(trail.organization.is_some()),
        recursive_logging: Some(trail.recursive_logging),
        sns_topic_name: trail.sns_topic.clone(),
        sns_topic_arn: trail.sns_topic_arn(),
        kms_key_id: trail.kms_key_id.clone(),
        cloud_watch_logs_log_group_arn: trail.cw_logs_group.clone(),
        cloud_watch_logs_role_arn: trail.cw_logs_role.clone(),
    }
}
