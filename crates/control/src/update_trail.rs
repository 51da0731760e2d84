//! UpdateTrail.

use cairn_catalog::{Change, LiveTrail, Snapshot, Trail};
use cairn_wire::cloudtrail::{UpdateTrailRequest, UpdateTrailResponse};

use crate::control::Done;
use crate::destination::{Asked, filled, topic_of};
use crate::organization::roles_made;
use crate::trail_reference::{Report, TrailReference};
use crate::{Caller, Control, Refusal};

impl Control {
    /// Changes what the request names and leaves the rest, logging included, as it was.
    ///
    /// # Errors
    /// As for CreateTrail, and unknown trails and trails of another home Region.
    pub async fn update_trail(
        &self,
        caller: &Caller,
        request: &UpdateTrailRequest,
    ) -> Result<Done<UpdateTrailResponse>, Refusal> {
        let reference = TrailReference::parse(&request.name, caller)?;
        if request.is_multi_region_trail == Some(true) && request.include_global_service_events == Some(false)
        {
            return Err(Refusal::MultiRegionWithoutGlobal);
        }
        let asked = Asked {
            bucket: request.s3_bucket_name.as_deref(),
            prefix: filled(request.s3_key_prefix.as_deref()),
            sns_topic: filled(request.sns_topic_name.as_deref()),
            kms_key_id: filled(request.kms_key_id.as_deref()),
            log_group: filled(request.cloud_watch_logs_log_group_arn.as_deref()),
            log_role: filled(request.cloud_watch_logs_role_arn.as_deref()),
        };
        asked.check_form()?;
        let snapshot = self.catalog.current();
        let live = self.find_for_update(&reference, &snapshot, caller, request)?;
        let trail = self.updated(live, (&snapshot, caller), request)?;
        let found = self.check_destination(caller, (Some(live), &trail), &asked).await?;
        if trail.cw_logs_group.is_some() && live.cw_logs_group.is_none() {
            self.platform.begin_log_group(live).await.map_err(Refusal::Internal)?;
        }
        if trail.sns_topic.is_some() && live.sns_topic.is_none() {
            self.platform.begin_notifications(live).await.map_err(Refusal::Internal)?;
        }
        let mut deeds = match trail.organization.as_deref().filter(|_| live.organization.is_none()) {
            Some(organization) => self.prepare_roles(caller, organization).await?,
            None => Vec::new(),
        };
        let ((output, made), _) = self
            .change(|snapshot| {
                let live = self.find_for_update(&reference, snapshot, caller, request)?;
                let mut trail = self.updated(live, (snapshot, caller), request)?;
                let mut changes = match trail.organization.as_deref().filter(|_| live.organization.is_none())
                {
                    Some(organization) => self.roles_of(snapshot, organization),
                    None => Vec::new(),
                };
                if found.kms_key.is_some() {
                    trail.kms_key_id.clone_from(&found.kms_key);
                }
                let answer = answer(&trail);
                let made = roles_made(&changes, caller.account);
                changes.push(Change::PutTrail(Box::new(trail)));
                Ok((changes, (answer, made)))
            })
            .await?;
        deeds.extend(made);
        Ok(Done { deeds, ..Done::now(output) })
    }

    /// Finds the trail, once it is known that the caller may make organization trails if this is to be one.
    fn find_for_update<'s>(
        &self,
        reference: &TrailReference,
        snapshot: &'s Snapshot,
        caller: &Caller,
        request: &UpdateTrailRequest,
    ) -> Result<&'s LiveTrail, Refusal> {
        if request.is_organization_trail == Some(true) {
            self.organization_for(snapshot, caller)?;
        }
        self.governed(reference, snapshot, caller, Report::Given)
    }

    /// Applies a request to a trail. Only the account that owns it makes it an organization's or an ordinary one.
    fn updated(
        &self,
        live: &LiveTrail,
        (snapshot, caller): (&Snapshot, &Caller),
        request: &UpdateTrailRequest,
    ) -> Result<Trail, Refusal> {
        let mut trail = updated(live, caller, request)?;
        trail.organization = match (request.is_organization_trail, &live.organization) {
            (Some(true), None) | (Some(false), Some(_)) if live.account != caller.account => {
                return Err(Refusal::NotManagementAccount(caller.account));
            }
            (Some(true), None) => {
                let organization = self.organization_for(snapshot, caller)?;
                // The trail of an administrator stays its own.
                if organization.management != live.account {
                    return Err(Refusal::NotManagementAccount(caller.account));
                }
                Some(organization.id.clone())
            }
            (Some(false), _) => None,
            (Some(true) | None, kept) => kept.clone(),
        };
        Ok(trail)
    }
}

/// Applies a request to a trail. Going multi-Region turns global service events on, going back turns them
/// off, unless the request says otherwise.
fn updated(trail: &Trail, caller: &Caller, request: &UpdateTrailRequest) -> Result<Trail, Refusal> {
    let mut trail = trail.clone();
    if let Some(bucket) = &request.s3_bucket_name {
        trail.s3_bucket.clone_from(bucket);
    }
    if let Some(prefix) = &request.s3_key_prefix {
        trail.s3_prefix = filled(Some(prefix)).map(str::to_owned);
    }
    if let Some(multi_region) = request.is_multi_region_trail
        && multi_region != trail.is_multi_region
    {
        trail.is_multi_region = multi_region;
        trail.include_global_service_events = multi_region;
    }
    if let Some(global) = request.include_global_service_events {
        trail.include_global_service_events = global;
    }
    if trail.is_multi_region && !trail.include_global_service_events {
        return Err(Refusal::MultiRegionWithoutGlobal);
    }
    if let Some(validation) = request.enable_log_file_validation {
        trail.log_file_validation = validation;
    }
    // An empty text takes a destination away.
    let given = |text: &Option<String>, kept: &mut Option<String>| {
        if text.is_some() {
            *kept = filled(text.as_deref()).map(str::to_owned);
        }
    };
    if let Some(topic) = request.sns_topic_name.as_deref() {
        trail.sns_topic = filled(Some(topic)).map(|topic| topic_of(caller, trail.account, topic));
    }
    given(&request.cloud_watch_logs_log_group_arn, &mut trail.cw_logs_group);
    given(&request.cloud_watch_logs_role_arn, &mut trail.cw_logs_role);
    if request.kms_key_id.as_deref() == Some("") {
        trail.kms_key_id = None;
    }
    if let Some(recursive) = request.recursive_logging {
        trail.recursive_logging = recursive;
    }
    Ok(trail)
}

fn answer(trail: &Trail) -> UpdateTrailResponse {
    UpdateTrailResponse {
        name: Some(trail.name.clone()),
        s3_bucket_name: Some(trail.s3_bucket.clone()),
        s3_key_prefix: trail.s3_prefix.clone(),
        include_global_service_events: Some(trail.include_global_service_events),
        is_multi_region_trail: Some(trail.is_multi_region),
        trail_arn: Some(trail.arn.clone()),
        log_file_validation_enabled: Some(trail.log_file_validation),
        is_organization_trail: Some(trail.organization.is_some()),
        recursive_logging: Some(trail.recursive_logging),
        sns_topic_name: trail.sns_topic.clone(),
        sns_topic_arn: trail.sns_topic_arn(),
        kms_key_id: trail.kms_key_id.clone(),
        cloud_watch_logs_log_group_arn: trail.cw_logs_group.clone(),
        cloud_watch_logs_role_arn: trail.cw_logs_role.clone(),
    }
}
