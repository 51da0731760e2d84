//! The organization: made, described, deleted.

use cairn_catalog::{Change, FeatureSet, HandshakeState, JoinedBy, Kept, Organization, Snapshot, Trail};
use cairn_wire::organizations::{
    CreateOrganizationRequest, CreateOrganizationResponse, DeleteOrganizationResponse,
    DescribeOrganizationResponse, OrganizationFeatureSet,
};

use crate::{Caller, Deed, Departure, Organizations, Refusal, ids, membership, shapes, standing};

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
        let now = self.now();
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            if snapshot.members(&organization.id).any(|member| member.account != caller.account) {
                return Err(Refusal::OrganizationNotEmpty);
            }
            let mut changes = ending(snapshot, organization)?;
            changes.extend(ordinary_trails(snapshot, organization));
            let deed = Deed::Departed {
                management: caller.account,
                account: caller.account,
                by: Departure::Left,
                at: now,
            };
            Ok((changes, (DeleteOrganizationResponse {}, vec![deed])))
        })
        .await
    }
}

/// Lists the changes that end an organization of one account: with its units, policies and open handshakes.
fn ending(snapshot: &Snapshot, organization: &Organization) -> Result<Vec<Change>, Refusal> {
    let id = &organization.id;
    let units = snapshot.organizational_units(id);
    let units = units.map(|unit| Change::DeleteOrganizationalUnit { id: unit.id.clone() });
    let policies = snapshot.organization_policies(id);
    let policies = policies.map(|policy| Change::DeleteOrganizationPolicy { id: policy.id.clone() });
    let open = snapshot.handshakes().filter(|handshake| handshake.organization == *id);
    let open = open.filter(|shake| matches!(shake.state, HandshakeState::Requested | HandshakeState::Open));
    let canceled = open.map(|handshake| {
        Change::PutHandshake(Box::new(cairn_catalog::Handshake {
            state: HandshakeState::Canceled,
            ..handshake.clone()
        }))
    });
    let mut changes: Vec<Change> = units.chain(policies).chain(canceled).collect();
    if changes.len() > ENDED_AT_ONCE_MAX {
        return Err(Refusal::OrganizationTooLarge);
    }
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
const ENDED_AT_ONCE_MAX: usize = 900;
