//! Accounts of an organization: described, listed, closed.

use cairn_catalog::{Change, FeatureSet, Member, Organization, Snapshot};
use cairn_wire::organizations::{
    CloseAccountRequest, CloseAccountResponse, DescribeAccountRequest, DescribeAccountResponse,
    ListAccountsForParentRequest, ListAccountsForParentResponse, ListAccountsRequest, ListAccountsResponse,
};

use crate::page::{self, Paging};
use crate::{Caller, Deed, Organizations, Refusal, shapes, standing, tree};

impl Organizations {
    pub(crate) fn describe_account(
        &self,
        caller: &Caller,
        request: &DescribeAccountRequest,
    ) -> Result<DescribeAccountResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let member = find(&snapshot, organization, &request.account_id)?;
        Ok(DescribeAccountResponse { account: Some(shapes::account(&snapshot, organization, member)) })
    }

    pub(crate) fn list_accounts(
        &self,
        caller: &Caller,
        request: &ListAccountsRequest,
    ) -> Result<ListAccountsResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let members = snapshot.members(&organization.id);
        let list = ["ListAccounts", &organization.id];
        let (page, next) = page::cut(members, |member| member.account.to_string(), caller, &list, paging)?;
        let shown = page.into_iter().map(|member| shapes::account(&snapshot, organization, member));
        Ok(ListAccountsResponse { accounts: Some(shown.collect()), next_token: next })
    }

    pub(crate) fn list_accounts_for_parent(
        &self,
        caller: &Caller,
        request: &ListAccountsForParentRequest,
    ) -> Result<ListAccountsForParentResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let parent = &request.parent_id;
        tree::check_parent(&snapshot, organization, parent, Refusal::ParentMissing)?;
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let members = snapshot.members(&organization.id).filter(|member| member.parent == *parent);
        let list = ["ListAccountsForParent", &organization.id, parent];
        let (page, next) = page::cut(members, |member| member.account.to_string(), caller, &list, paging)?;
        let shown = page.into_iter().map(|member| shapes::account(&snapshot, organization, member));
        Ok(ListAccountsForParentResponse { accounts: Some(shown.collect()), next_token: next })
    }

    pub(crate) async fn close_account(
        &self,
        caller: &Caller,
        request: &CloseAccountRequest,
    ) -> Result<(CloseAccountResponse, Vec<Deed>), Refusal> {
        let now = self.now();
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            let member = find(snapshot, organization, &request.account_id)?;
            if member.account == organization.management {
                return Err(Refusal::ManagerCannotBeClosed);
            }
            if organization.feature_set != FeatureSet::All {
                return Err(Refusal::NotAllFeatures);
            }
            if member.closed {
                return Err(Refusal::AlreadyClosed);
            }
            let closed = Member { closed: true, ..member.clone() };
            let (management, account) = (organization.management, member.account);
            let deed = Deed::Closed { management, account, at: now };
            Ok((vec![Change::PutMember(Box::new(closed))], (CloseAccountResponse {}, vec![deed])))
        })
        .await
    }
}

/// Finds a member of an organization.
pub(crate) fn find<'a>(
    snapshot: &'a Snapshot,
    organization: &Organization,
    account: &str,
) -> Result<&'a Member, Refusal> {
    let member = account.parse().ok().and_then(|account| snapshot.member(account));
    member.filter(|member| member.organization == organization.id).ok_or(Refusal::AccountMissing)
}
