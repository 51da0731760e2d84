//! What is in what: roots, children, parents, and moves.

use cairn_catalog::{Change, Member, Organization, OrganizationalUnit, Snapshot};
use cairn_wire::organizations::{
    Child, ChildType, ListChildrenRequest, ListChildrenResponse, ListParentsRequest, ListParentsResponse,
    ListRootsRequest, ListRootsResponse, MoveAccountRequest, MoveAccountResponse, Parent, ParentType,
};

use crate::page::{self, Paging};
use crate::{Caller, Organizations, Refusal, accounts, shapes, standing};

impl Organizations {
    pub(crate) fn list_roots(
        &self,
        caller: &Caller,
        request: &ListRootsRequest,
    ) -> Result<ListRootsResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let list = ["ListRoots", &organization.id];
        let (page, next) = page::cut([organization], |root| root.root.clone(), caller, &list, paging)?;
        let roots = page.into_iter().map(shapes::root).collect();
        Ok(ListRootsResponse { roots: Some(roots), next_token: next })
    }

    pub(crate) fn list_children(
        &self,
        caller: &Caller,
        request: &ListChildrenRequest,
    ) -> Result<ListChildrenResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let (parent, kind) = (&request.parent_id, request.child_type);
        check_parent(&snapshot, organization, parent, Refusal::ParentMissing)?;
        let ids: Vec<String> = match kind {
            ChildType::Account => {
                let inside = snapshot.members(&organization.id).filter(|member| member.parent == *parent);
                inside.map(|member| member.account.to_string()).collect()
            }
            ChildType::OrganizationalUnit => {
                let units = snapshot.organizational_units(&organization.id);
                units.filter(|unit| unit.parent == *parent).map(|unit| unit.id.clone()).collect()
            }
        };
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let list = ["ListChildren", &organization.id, parent, kind.as_str()];
        let (page, next) = page::cut(ids, String::clone, caller, &list, paging)?;
        let children = page.into_iter().map(|id| Child { id: Some(id), kind: Some(kind) }).collect();
        Ok(ListChildrenResponse { children: Some(children), next_token: next })
    }

    pub(crate) fn list_parents(
        &self,
        caller: &Caller,
        request: &ListParentsRequest,
    ) -> Result<ListParentsResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let child = &request.child_id;
        let parent = match unit(&snapshot, organization, child) {
            Some(unit) => &unit.parent,
            None => match accounts::find(&snapshot, organization, child) {
                Ok(member) => &member.parent,
                Err(_) => return Err(Refusal::ChildMissing),
            },
        };
        let kind =
            if *parent == organization.root { ParentType::Root } else { ParentType::OrganizationalUnit };
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let list = ["ListParents", &organization.id, child];
        let (page, next) = page::cut([parent.clone()], String::clone, caller, &list, paging)?;
        let parents = page.into_iter().map(|id| Parent { id: Some(id), kind: Some(kind) }).collect();
        Ok(ListParentsResponse { parents: Some(parents), next_token: next })
    }

    pub(crate) async fn move_account(
        &self,
        caller: &Caller,
        request: &MoveAccountRequest,
    ) -> Result<MoveAccountResponse, Refusal> {
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            let member = accounts::find(snapshot, organization, &request.account_id)?;
            let (source, destination) = (&request.source_parent_id, &request.destination_parent_id);
            check_parent(snapshot, organization, source, Refusal::SourceParentMissing)?;
            check_parent(snapshot, organization, destination, Refusal::DestinationParentMissing)?;
            if member.parent == *destination {
                return Err(Refusal::AlreadyThere);
            }
            if member.parent != *source {
                return Err(Refusal::SourceParentMissing);
            }
            let moved = Member { parent: destination.clone(), ..member.clone() };
            Ok((vec![Change::PutMember(Box::new(moved))], MoveAccountResponse {}))
        })
        .await
    }
}

/// Refuses what is neither the root nor a unit of an organization.
pub(crate) fn check_parent(
    snapshot: &Snapshot,
    organization: &Organization,
    id: &str,
    refusal: Refusal,
) -> Result<(), Refusal> {
    let there = organization.root == id || unit(snapshot, organization, id).is_some();
    if there { Ok(()) } else { Err(refusal) }
}

/// Finds a unit of an organization by its id.
pub(crate) fn unit<'a>(
    snapshot: &'a Snapshot,
    organization: &Organization,
    id: &str,
) -> Option<&'a OrganizationalUnit> {
    snapshot.organizational_unit(id).filter(|unit| unit.organization == organization.id)
}
