//! The organization: made, described, deleted.

use cairn_catalog::{Change, FeatureSet, HandshakeState, JoinedBy, Kept, Organization, Snapshot, Trail};
use cairn_wire::organizations::{
    CreateOrganizationRequest, CreateOrganizationResponse, DeleteOrganizationResponse,
    DescribeOrganizationResponse, OrganizationFeatureSet,
};
use jiff::Timestamp;

use crate::organizations::Decision;
use crate::{
    Caller, Deed, Departure, Organizations, Refusal, elsewhere, handshakes, ids, membership, shapes, standing,
};

impl Organizations {
    pub(crate) async fn create_organization(
        &self,
        caller: &Caller,
        request: &CreateOrganizationRequest,
    ) -> Result<(CreateOrganizationResponse, Vec<Deed>), Refusal> {
        let feature_set = match request.feature_set.unwrap_or(OrganizationFeatureSet::All) {
            OrganizationFeatureSet::All => FeatureSet::All,
            OrganizationFeatureSet::ConsolidatedBilling => FeatureSet::ConsolidatedBilling,
        };
        if self.kept == Kept::Elsewhere {
            return Err(Refusal::FollowsElsewhere);
        }
        let now = self.now();
        self.change(|snapshot| {
            if snapshot.member(caller.account).is_some() {
                return Err(Refusal::AlreadyInOrganization);
            }
            if let Some(elsewhere) = snapshot.organizations().find(|found| found.kept == Kept::Elsewhere) {
                return Err(Refusal::KeptElsewhere(elsewhere.id.clone()));
            }
            let organization = Organization {
                id: ids::organization(&*self.ids),
                management: caller.account,
                feature_set,
                kept: Kept::Here,
                root: ids::root(&*self.ids),
                policies_enabled: false,
                attached: Vec::new(),
                trusted_services: Vec::new(),
                root_tags: Vec::new(),
                created: now,
            };
            let member = membership::of_account(snapshot, &organization, caller.account, now)?;
            let shown = shapes::organization(&organization, Some(member.email.clone()));
            let mut changes = self.joining(snapshot, &organization, member);
            changes.push(Change::PutOrganization(Box::new(organization)));
            let deed = Deed::Joined {
                management: caller.account,
                account: caller.account,
                by: JoinedBy::Invitation,
                at: now,
            };
            Ok((changes, (CreateOrganizationResponse { organization: Some(shown) }, vec![deed])))
        })
        .await
    }

    pub(crate) fn describe_organization(
        &self,
        caller: &Caller,
    ) -> Result<DescribeOrganizationResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::member(&snapshot, caller)?;
        let email = snapshot.member(organization.management).map(|manager| manager.email.clone());
        Ok(DescribeOrganizationResponse { organization: Some(shapes::organization(organization, email)) })
    }

    pub(crate) async fn delete_organization(
        &self,
        caller: &Caller,
    ) -> Result<(DeleteOrganizationResponse, Vec<Deed>), Refusal> {
        let at = self.now();
        let (management, account) = (caller.account, caller.account);
        loop {
            let ended = self.change(|snapshot| self.end(snapshot, caller, at)).await?;
            if ended {
                let deed = Deed::Departed { management, account, by: Departure::Left, at };
                return Ok((DeleteOrganizationResponse {}, vec![deed]));
            }
        }
    }

    /// Ends the caller's organization, which takes one commit; one that was kept elsewhere and is followed no longer
    /// is forgotten with its members, in as many as it takes. Tells whether it is over with this one.
    fn end(&self, snapshot: &Snapshot, caller: &Caller, now: Timestamp) -> Decision<bool> {
        let organization = standing::managed(snapshot, caller)?;
        if organization.kept == Kept::Elsewhere && self.kept == Kept::Here {
            let changes = elsewhere::end_step(organization, snapshot);
            let over = changes.iter().any(|change| matches!(change, Change::DeleteOrganization { .. }));
            return Ok((changes, over));
        }
        standing::changeable(organization)?;
        if snapshot.members(&organization.id).len() > 1 {
            return Err(Refusal::OrganizationNotEmpty);
        }
        let mut changes = ending(snapshot, organization, now)?;
        changes.extend(ordinary_trails(snapshot, organization));
        Ok((changes, true))
    }
}

/// Lists the changes that end an organization of one account: with its units, policies and open handshakes, and as
/// many of its creations as fit. Nobody is shown the others, and time takes them.
fn ending(snapshot: &Snapshot, organization: &Organization, now: Timestamp) -> Result<Vec<Change>, Refusal> {
    let id = &organization.id;
    let units = snapshot.organizational_units(id);
    let units = units.map(|unit| Change::DeleteOrganizationalUnit { id: unit.id.clone() });
    let policies = snapshot.organization_policies(id);
    let policies = policies.map(|policy| Change::DeleteOrganizationPolicy { id: policy.id.clone() });
    let open = snapshot.handshakes_of(id).filter(|handshake| handshakes::is_open(handshake, now));
    let canceled = open.map(|open| handshakes::put(handshakes::ended(open, HandshakeState::Canceled, now)));
    let mut changes: Vec<Change> = units.chain(policies).chain(canceled).collect();
    if changes.len() > ENDED_AT_ONCE_MAX {
        return Err(Refusal::OrganizationTooLarge);
    }
    let creations = snapshot.account_creations(id).take(ENDED_AT_ONCE_MAX - changes.len());
    changes.extend(creations.map(|creation| Change::DeleteAccountCreation { id: creation.id.clone() }));
    changes.push(Change::DeleteMember { account: organization.management });
    changes.push(Change::DeleteOrganization { id: id.clone() });
    Ok(changes)
}

/// Makes the trails of an organization ordinary ones of their owner.
pub(crate) fn ordinary_trails<'a>(
    snapshot: &'a Snapshot,
    organization: &'a Organization,
) -> impl Iterator<Item = Change> + 'a {
    let of_it = snapshot.trails().filter(|trail| trail.organization.as_deref() == Some(&organization.id));
    of_it.map(|trail| {
        let ordinary = Trail { organization: None, ..Trail::clone(trail) };
        Change::PutTrail(Box::new(ordinary))
    })
}

/// How many units, policies and handshakes an organization may have when it is deleted: they go in one commit.
const ENDED_AT_ONCE_MAX: usize = Change::TOGETHER_MAX - 100;
