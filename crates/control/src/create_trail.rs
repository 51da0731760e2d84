//! CreateTrail.

use cairn_catalog::{Change, Snapshot, Tag, Trail};
use cairn_wire::cloudtrail::{CreateTrailRequest, CreateTrailResponse};

use crate::control::Done;
use crate::destination::{Asked, filled};
use crate::tags::valid_tags;
use crate::trail_name::TrailName;
use crate::trail_reference::trail_arn;
use crate::{Caller, Control, Refusal};

/// The most trails that show themselves in one Region, shadows included.
const TRAILS_PER_REGION_MAX: usize = 5;

impl Control {
    /// Makes a trail that does not log yet.
    ///
    /// # Errors
    /// See [`Refusal`]; the order of checks is name, combinations, forms, organization, existence and
    /// quota, bucket, key, topic, log group.
    pub async fn create_trail(
        &self,
        caller: &Caller,
        request: &CreateTrailRequest,
    ) -> Result<Done<CreateTrailResponse>, Refusal> {
        let name = TrailName::parse(&request.name)?;
        let arn = trail_arn(caller, name.as_str());
        let multi_region = request.is_multi_region_trail.unwrap_or(false);
        let global = request.include_global_service_events.unwrap_or(true);
        if multi_region && !global {
            return Err(Refusal::MultiRegionWithoutGlobal);
        }
        let asked = Asked {
            bucket: Some(&request.s3_bucket_name),
            prefix: filled(request.s3_key_prefix.as_deref()),
            sns_topic: filled(request.sns_topic_name.as_deref()),
            kms_key_id: filled(request.kms_key_id.as_deref()),
            log_group: filled(request.cloud_watch_logs_log_group_arn.as_deref()),
            log_role: filled(request.cloud_watch_logs_role_arn.as_deref()),
        };
        asked.check_form()?;
        let tags = valid_tags(request.tags_list.as_deref().unwrap_or_default())?;
        if request.is_organization_trail == Some(true) {
            return Err(Refusal::NoOrganization(caller.account));
        }
        let trail = self.new_trail(caller, request, &name, &arn, tags);
        check_room(&self.catalog.current(), caller, &trail)?;
        let found = self.check_destination(caller, &trail, &asked).await?;
        let trail = Trail { kms_key_id: found.kms_key, ..trail };
        let (output, _) = self
            .change(|snapshot| {
                check_room(snapshot, caller, &trail)?;
                Ok((vec![Change::PutTrail(Box::new(trail.clone()))], created(&trail)))
            })
            .await?;
        Ok(Done::now(output))
    }

    fn new_trail(
        &self,
        caller: &Caller,
        request: &CreateTrailRequest,
        name: &TrailName,
        arn: &str,
        tags: Vec<Tag>,
    ) -> Trail {
        Trail {
            arn: arn.to_owned(),
            name: name.as_str().to_owned(),
            account: caller.account,
            home_region: caller.region.clone(),
            s3_bucket: request.s3_bucket_name.clone(),
            s3_prefix: filled(request.s3_key_prefix.as_deref()).map(str::to_owned),
            sns_topic: filled(request.sns_topic_name.as_deref()).map(str::to_owned),
            include_global_service_events: request.include_global_service_events.unwrap_or(true),
            is_multi_region: request.is_multi_region_trail.unwrap_or(false),
            log_file_validation: request.enable_log_file_validation.unwrap_or(false),
            kms_key_id: None,
            cw_logs_group: filled(request.cloud_watch_logs_log_group_arn.as_deref()).map(str::to_owned),
            cw_logs_role: filled(request.cloud_watch_logs_role_arn.as_deref()).map(str::to_owned),
            organization: None,
            recursive_logging: request.recursive_logging.unwrap_or(true),
            tags,
            selectors: None,
            insights: Vec::new(),
            aggregation: Vec::new(),
            logging: false,
            started_at: None,
            stopped_at: None,
            created_at: self.clock.now(),
            created_at_position: self.platform.next_position(),
        }
    }
}

/// Checks that the name is free and no Region overflows. A shadow occupies its name and its place.
fn check_room(snapshot: &Snapshot, caller: &Caller, trail: &Trail) -> Result<(), Refusal> {
    let regions = covered(snapshot, trail);
    for region in &regions {
        if snapshot.trails_for(&caller.account, region).any(|other| other.name == trail.name) {
            return Err(Refusal::TrailExists { name: trail.name.clone(), account: caller.account });
        }
    }
    for region in regions {
        if snapshot.trails_for(&caller.account, &region).count() >= TRAILS_PER_REGION_MAX {
            let max = TRAILS_PER_REGION_MAX;
            return Err(Refusal::TrailsTooMany { account: caller.account, max, region });
        }
    }
    Ok(())
}

fn covered(snapshot: &Snapshot, trail: &Trail) -> Vec<cairn_event::Region> {
    let mut regions = vec![trail.home_region.clone()];
    if trail.is_multi_region {
        let others = snapshot.settings().enabled_regions.iter();
        regions.extend(others.filter(|region| **region != trail.home_region).cloned());
    }
    regions
}

fn created(trail: &Trail) -> CreateTrailResponse {
    CreateTrailResponse {
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
