//! Organizational units.

use cairn_catalog::{Change, Organization, OrganizationalUnit, Snapshot};
use cairn_wire::organizations::{
    CreateOrganizationalUnitRequest, CreateOrganizationalUnitResponse, DeleteOrganizationalUnitRequest,
    DeleteOrganizationalUnitResponse, DescribeOrganizationalUnitRequest, DescribeOrganizationalUnitResponse,
    ListOrganizationalUnitsForParentRequest, ListOrganizationalUnitsForParentResponse,
    UpdateOrganizationalUnitRequest, UpdateOrganizationalUnitResponse,
};

use crate::page::{self, Paging};
use crate::{Caller, Organizations, Refusal, ids, membership, shapes, standing, tags, tree};

impl Organizations {
    pub(crate) async fn create_organizational_unit(
        &self,
        caller: &Caller,
        request: &CreateOrganizationalUnitRequest,
    ) -> Result<CreateOrganizationalUnitResponse, Refusal> {
        let tags = tags::checked(request.tags.as_deref().unwrap_or_default())?;
        let now = self.now();
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            let parent = &request.parent_id;
            tree::check_parent(snapshot, organization, parent, Refusal::ParentMissing)?;
            check_name(snapshot, organization, parent, &request.name, None)?;
            if snapshot.organizational_units(&organization.id).count() >= UNITS_MAX {
                return Err(Refusal::TooManyUnits);
            }
            if snapshot.units_up_from(parent).count() >= DEPTH_MAX {
                return Err(Refusal::UnitTooDeep);
            }
            let unit = OrganizationalUnit {
                id: ids::unit(&organization.root, &*self.ids),
                organization: organization.id.clone(),
                name: request.name.clone(),
                parent: parent.clone(),
                attached: membership::initially_attached(organization),
                tags: tags.clone(),
                created: now,
            };
            let shown = shapes::unit(snapshot, organization, &unit);
            let answer = CreateOrganizationalUnitResponse { organizational_unit: Some(shown) };
            Ok((vec![Change::PutOrganizationalUnit(Box::new(unit))], answer))
        })
        .await
    }

    pub(crate) fn describe_organizational_unit(
        &self,
        caller: &Caller,
        request: &DescribeOrganizationalUnitRequest,
    ) -> Result<DescribeOrganizationalUnitResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let unit = find(&snapshot, organization, &request.organizational_unit_id)?;
        let shown = shapes::unit(&snapshot, organization, unit);
        Ok(DescribeOrganizationalUnitResponse { organizational_unit: Some(shown) })
    }

    pub(crate) async fn update_organizational_unit(
        &self,
        caller: &Caller,
        request: &UpdateOrganizationalUnitRequest,
    ) -> Result<UpdateOrganizationalUnitResponse, Refusal> {
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            let unit = find(snapshot, organization, &request.organizational_unit_id)?;
            let name = request.name.as_ref().unwrap_or(&unit.name);
            check_name(snapshot, organization, &unit.parent, name, Some(&unit.id))?;
            let renamed = OrganizationalUnit { name: name.clone(), ..unit.clone() };
            let shown = shapes::unit(snapshot, organization, &renamed);
            let changes = if renamed == *unit {
                Vec::new()
            } else {
                vec![Change::PutOrganizationalUnit(Box::new(renamed))]
            };
            Ok((changes, UpdateOrganizationalUnitResponse { organizational_unit: Some(shown) }))
        })
        .await
    }

    pub(crate) async fn delete_organizational_unit(
        &self,
        caller: &Caller,
        request: &DeleteOrganizationalUnitRequest,
    ) -> Result<DeleteOrganizationalUnitResponse, Refusal> {
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            let id = &find(snapshot, organization, &request.organizational_unit_id)?.id;
            let accounts = snapshot.members(&organization.id).any(|member| member.parent == *id);
            let units = snapshot.organizational_units(&organization.id).any(|unit| unit.parent == *id);
            if accounts || units {
                return Err(Refusal::UnitNotEmpty);
            }
            let change = Change::DeleteOrganizationalUnit { id: id.clone() };
            Ok((vec![change], DeleteOrganizationalUnitResponse {}))
        })
        .await
    }

    pub(crate) fn list_organizational_units_for_parent(
        &self,
        caller: &Caller,
        request: &ListOrganizationalUnitsForParentRequest,
    ) -> Result<ListOrganizationalUnitsForParentResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let parent = &request.parent_id;
        tree::check_parent(&snapshot, organization, parent, Refusal::ParentMissing)?;
        let units = snapshot.organizational_units(&organization.id).filter(|unit| unit.parent == *parent);
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let list = ["ListOrganizationalUnitsForParent", &organization.id, parent];
        let (page, next) = page::cut(units, |unit| unit.id.clone(), caller, &list, paging)?;
        let shown = page.into_iter().map(|unit| shapes::unit(&snapshot, organization, unit)).collect();
        Ok(ListOrganizationalUnitsForParentResponse { organizational_units: Some(shown), next_token: next })
    }
}

fn find<'a>(
    snapshot: &'a Snapshot,
    organization: &Organization,
    id: &str,
) -> Result<&'a OrganizationalUnit, Refusal> {
    tree::unit(snapshot, organization, id).ok_or(Refusal::UnitMissing)
}

/// Refuses a name that another unit of the same parent has.
fn check_name(
    snapshot: &Snapshot,
    organization: &Organization,
    parent: &str,
    name: &str,
    but: Option<&str>,
) -> Result<(), Refusal> {
    let mut beside = snapshot.organizational_units(&organization.id).filter(|unit| unit.parent == parent);
    let taken = beside.any(|unit| unit.name == name && Some(unit.id.as_str()) != but);
    if taken { Err(Refusal::UnitExists) } else { Ok(()) }
}

/// The most units of an organization.
const UNITS_MAX: usize = 2_000;

/// How deep units lie below the root.
const DEPTH_MAX: usize = 5;
