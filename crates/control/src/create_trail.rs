//! CreateTrail.

use cairn_catalog::{Change, Snapshot, Trail};
use cairn_event::AccountId;
use cairn_wire::cloudtrail::{CreateTrailRequest, CreateTrailResponse};

use crate::control::Done;
use crate::destination::{Asked, filled, topic_of};
use crate::organization::roles_made;
use crate::tags::valid_tags;
use crate::trail_name::TrailName;
use crate::trail_reference::trail_arn;
use crate::{Caller, Control, Refusal};

/// Whose a trail is.
#[derive(Debug, PartialEq, Eq)]
struct Owner {
    account: AccountId,
    /// The id of the organization that it covers.
    organization: Option<String>,
}

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
        let of_organization = request.is_organization_trail == Some(true);
        let snapshot = self.catalog.current();
        let owner = self.owner(&snapshot, caller, of_organization)?;
        let trail = Trail { tags, ..self.new_trail(caller, request, &name, &owner) };
        check_room(&snapshot, &trail)?;
        let found = self.check_destination(caller, (None, &trail), &asked).await?;
        let trail = Trail { kms_key_id: found.kms_key, ..trail };
        let mut deeds = match &trail.organization {
            Some(organization) => self.prepare_roles(caller, organization).await?,
            None => Vec::new(),
        };
        let ((output, made), _) = self
            .change(|snapshot| {
                if self.owner(snapshot, caller, of_organization)? != owner {
                    return Err(Refusal::Conflict);
                }
                check_room(snapshot, &trail)?;
                let mut changes = match &trail.organization {
                    Some(organization) => self.roles_of(snapshot, organization),
                    None => Vec::new(),
                };
                let made = roles_made(&changes, caller.account);
                changes.push(Change::PutTrail(Box::new(trail.clone())));
                Ok((changes, (created(&trail), made)))
            })
            .await?;
        deeds.extend(made);
        Ok(Done { deeds, ..Done::now(output) })
    }

    /// Tells whose a trail will be that the caller makes: an organization's is its managing account's.
    fn owner(&self, snapshot: &Snapshot, caller: &Caller, of_organization: bool) -> Result<Owner, Refusal> {
        if !of_organization {
            return Ok(Owner { account: caller.account, organization: None });
        }
        let organization = self.organization_for(snapshot, caller)?;
        Ok(Owner { account: organization.management, organization: Some(organization.id.clone()) })
    }

    fn new_trail(
        &self,
        caller: &Caller,
        request: &CreateTrailRequest,
        name: &TrailName,
        owner: &Owner,
    ) -> Trail {
        let topic = filled(request.sns_topic_name.as_deref());
        Trail {
            arn: trail_arn(owner.account, &caller.region, name.as_str()),
            name: name.as_str().to_owned(),
            account: owner.account,
            home_region: caller.region.clone(),
            s3_bucket: request.s3_bucket_name.clone(),
            s3_prefix: filled(request.s3_key_prefix.as_deref()).map(str::to_owned),
            sns_topic: topic.map(|topic| topic_of(caller, owner.account, topic)),
            include_global_service_events: request.include_global_service_events.unwrap_or(true),
            is_multi_region: request.is_multi_region_trail.unwrap_or(false),
            log_file_validation: request.enable_log_file_validation.unwrap_or(false),
            kms_key_id: None,
            cw_logs_group: filled(request.cloud_watch_logs_log_group_arn.as_deref()).map(str::to_owned),
            cw_logs_role: filled(request.cloud_watch_logs_role_arn.as_deref()).map(str::to_owned),
            organization: owner.organization.clone(),
            recursive_logging: request.recursive_logging.unwrap_or(true),
            tags: Vec::new(),
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

/// Checks that the name is free and no Region of the owner overflows. A shadow occupies its name and its place,
/// a copy of an organization's trail its place alone. Members' places don't count: copies come beyond them.
fn check_room(snapshot: &Snapshot, trail: &Trail) -> Result<(), Refusal> {
    let (account, regions) = (trail.account, covered(snapshot, trail));
    for region in &regions {
        let mut others = snapshot.trails_for(&account, region).filter(|other| other.account == account);
        if others.any(|other| other.name == trail.name) {
            return Err(Refusal::TrailExists { name: trail.name.clone(), account });
        }
    }
    for region in regions {
        if snapshot.trails_for(&account, &region).count() >= TRAILS_PER_REGION_MAX {
            return Err(Refusal::TrailsTooMany { account, max: TRAILS_PER_REGION_MAX, region });
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
