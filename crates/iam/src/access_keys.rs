//! CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey, GetAccessKeyLastUsed.
//!
//! A call without a user's name is about the caller's own keys; the account's root has keys of its own.

use cairn_catalog::{AccessKey, AccessKeyStatus, Change, Snapshot};
use cairn_wire::iam::{
    AccessKey as Shape, AccessKeyLastUsed, CreateAccessKeyRequest, CreateAccessKeyResponse,
    DeleteAccessKeyRequest, GetAccessKeyLastUsedRequest, GetAccessKeyLastUsedResponse, ListAccessKeysRequest,
    ListAccessKeysResponse, StatusType, UpdateAccessKeyRequest,
};

use crate::owner::owner;
use crate::page::{List, Page, Paging};
use crate::{Caller, FreshKey, Iam, LastUse, Refusal, quota, shapes};

impl Iam {
    /// Makes a key. Its secret stands in the answer and nowhere else in the clear.
    pub(crate) async fn create_access_key(
        &self,
        caller: &Caller,
        request: &CreateAccessKeyRequest,
    ) -> Result<CreateAccessKeyResponse, Refusal> {
        let account = caller.account;
        self.change(|snapshot| {
            let owner = owner(snapshot, caller, request.user_name.as_deref())?;
            quota::ACCESS_KEYS_PER_USER.admit(snapshot.access_keys(&account, &owner).count() + 1)?;
            let fresh = FreshKey::new(account, owner, &self.master, &*self.clock, &*self.ids);
            let FreshKey { key, secret } = fresh.map_err(|error| Refusal::Internal(Box::new(error)))?;
            if snapshot.access_key(&key.id).is_some() {
                // As likely as a guessed secret; but another's key must never be replaced.
                return Err(Refusal::Conflict);
            }
            let access_key = Shape {
                user_name: shapes::owner_name(&key.owner),
                access_key_id: key.id.clone(),
                status: shapes::status(key.status),
                secret_access_key: secret,
                create_date: Some(key.created.into()),
            };
            Ok((vec![Change::PutAccessKey(key)], CreateAccessKeyResponse { access_key }))
        })
        .await
    }

    pub(crate) fn list_access_keys(
        &self,
        caller: &Caller,
        request: &ListAccessKeysRequest,
    ) -> Result<ListAccessKeysResponse, Refusal> {
        let snapshot = self.catalog.current();
        let owner = owner(&snapshot, caller, request.user_name.as_deref())?;
        let list = List::new(caller, &["ListAccessKeys", &shapes::owner_name(&owner)]);
        let paging = Paging { marker: request.marker.as_deref(), max_items: request.max_items };
        let keys = snapshot.access_keys(&caller.account, &owner);
        let page = Page::cut(keys, |key| key.id.clone(), list, paging)?.map(shapes::access_key);
        Ok(ListAccessKeysResponse {
            access_key_metadata: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }

    pub(crate) async fn update_access_key(
        &self,
        caller: &Caller,
        request: &UpdateAccessKeyRequest,
    ) -> Result<(), Refusal> {
        let status = match request.status {
            StatusType::Active => AccessKeyStatus::Active,
            StatusType::Inactive => AccessKeyStatus::Inactive,
            // A state that AWS itself puts keys into.
            StatusType::Expired => return Err(Refusal::StatusInvalid),
        };
        self.change(|snapshot| {
            let key = find(snapshot, caller, request.user_name.as_deref(), &request.access_key_id)?;
            Ok((vec![Change::PutAccessKey(AccessKey { status, ..key.clone() })], ()))
        })
        .await
    }

    pub(crate) async fn delete_access_key(
        &self,
        caller: &Caller,
        request: &DeleteAccessKeyRequest,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| {
            let key = find(snapshot, caller, request.user_name.as_deref(), &request.access_key_id)?;
            Ok((vec![Change::DeleteAccessKey { id: key.id.clone() }], ()))
        })
        .await
    }

    pub(crate) async fn get_access_key_last_used(
        &self,
        caller: &Caller,
        request: &GetAccessKeyLastUsedRequest,
    ) -> Result<GetAccessKeyLastUsedResponse, Refusal> {
        let (account, id) = (caller.account, &request.access_key_id);
        let snapshot = self.catalog.current();
        let key = snapshot.access_key(id).filter(|key| key.account == account);
        let who = caller.principal.display_name();
        let key = key.ok_or_else(|| Refusal::KeyForeign { who, id: id.clone() })?;
        let last = self.key_use.last_use(account, id).await.map_err(Refusal::Internal)?;
        Ok(GetAccessKeyLastUsedResponse {
            user_name: Some(shapes::owner_name(&key.owner)),
            access_key_last_used: Some(last_used(last)),
        })
    }
}

fn find<'a>(
    snapshot: &'a Snapshot,
    caller: &Caller,
    user_name: Option<&str>,
    id: &str,
) -> Result<&'a AccessKey, Refusal> {
    let owner = owner(snapshot, caller, user_name)?;
    let key = snapshot.access_key(id).filter(|key| key.account == caller.account && key.owner == owner);
    key.ok_or_else(|| Refusal::KeyMissing(id.to_owned()))
}

fn last_used(last: Option<LastUse>) -> AccessKeyLastUsed {
    match last {
        Some(LastUse { at, service, region }) => {
            AccessKeyLastUsed { last_used_date: Some(at.into()), service_name: service, region }
        }
        None => AccessKeyLastUsed {
            last_used_date: None,
            service_name: NEVER_USED.to_owned(),
            region: NEVER_USED.to_owned(),
        },
    }
}

const NEVER_USED: &str = "N/A";
