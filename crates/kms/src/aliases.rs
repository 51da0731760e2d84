//! Aliases.

use cairn_catalog::{Change, KmsAlias, Snapshot};
use cairn_wire::kms::{
    AliasListEntry, CreateAliasRequest, CreateAliasResponse, DeleteAliasRequest, DeleteAliasResponse,
    ListAliasesRequest, ListAliasesResponse, UpdateAliasRequest, UpdateAliasResponse,
};

use crate::page::{self, Paging};
use crate::reference::{Aliases, Found, KeyReference, find};
use crate::{Caller, Kms, Refusal, state};

/// The most aliases of one key: KMS's limit.
const ALIASES_PER_KEY_MAX: usize = 50;

impl Kms {
    pub(crate) async fn create_alias(
        &self,
        caller: &Caller,
        request: &CreateAliasRequest,
    ) -> Result<CreateAliasResponse, Refusal> {
        check_name(&request.alias_name)?;
        let (arn, now) = (caller.arn(&request.alias_name), self.now());
        self.change(|snapshot| {
            let target = self.target(snapshot, caller, &request.target_key_id)?;
            if snapshot.kms_alias(&arn).is_some() {
                return Err(Refusal::AliasExists(arn.clone()));
            }
            let alias = KmsAlias {
                arn: arn.clone(),
                name: request.alias_name.clone(),
                account: caller.account,
                region: caller.region.clone(),
                key_id: target.key.id.clone(),
                created: now,
                updated: now,
            };
            Ok((vec![Change::PutKmsAlias(Box::new(alias))], CreateAliasResponse {}))
        })
        .await
    }

    pub(crate) async fn update_alias(
        &self,
        caller: &Caller,
        request: &UpdateAliasRequest,
    ) -> Result<UpdateAliasResponse, Refusal> {
        let (arn, now) = (caller.arn(&request.alias_name), self.now());
        self.change(|snapshot| {
            let known = snapshot.kms_alias(&arn).ok_or_else(|| Refusal::AliasMissing(arn.clone()))?;
            let target = self.target(snapshot, caller, &request.target_key_id)?;
            let alias = KmsAlias { key_id: target.key.id.clone(), updated: now, ..known.clone() };
            Ok((vec![Change::PutKmsAlias(Box::new(alias))], UpdateAliasResponse {}))
        })
        .await
    }

    pub(crate) async fn delete_alias(
        &self,
        caller: &Caller,
        request: &DeleteAliasRequest,
    ) -> Result<DeleteAliasResponse, Refusal> {
        let arn = caller.arn(&request.alias_name);
        self.change(|snapshot| match snapshot.kms_alias(&arn) {
            Some(_) => Ok((vec![Change::DeleteKmsAlias { arn: arn.clone() }], DeleteAliasResponse {})),
            None => Err(Refusal::AliasMissing(arn.clone())),
        })
        .await
    }

    pub(crate) fn list_aliases(
        &self,
        caller: &Caller,
        request: &ListAliasesRequest,
    ) -> Result<ListAliasesResponse, Refusal> {
        let snapshot = self.catalog.current();
        let key = request.key_id.as_deref().map(|key| own(&snapshot, caller, key));
        let key_id = key.transpose()?.map(|found| found.key.id.clone());
        let aliases = snapshot.kms_aliases().filter(|alias| {
            let own = alias.account == caller.account && alias.region == caller.region;
            own && key_id.as_ref().is_none_or(|id| alias.key_id == *id)
        });
        let paging = Paging { marker: request.marker.as_deref(), limit: request.limit, usual: 50 };
        let list = ["ListAliases", key_id.as_deref().unwrap_or_default()];
        let page = page::cut(aliases, |alias| alias.name.clone(), caller, &list, paging)?;
        let entry = |alias: &KmsAlias| AliasListEntry {
            alias_name: Some(alias.name.clone()),
            alias_arn: Some(alias.arn.clone()),
            target_key_id: Some(alias.key_id.clone()),
            creation_date: Some(alias.created.into()),
            last_updated_date: Some(alias.updated.into()),
        };
        Ok(ListAliasesResponse {
            aliases: Some(page.items.into_iter().map(entry).collect()),
            next_marker: page.next,
            truncated: page.truncated,
        })
    }

    /// Finds the key that an alias is to name: one that stays, of the caller's own account.
    fn target(&self, snapshot: &Snapshot, caller: &Caller, key: &str) -> Result<Found, Refusal> {
        let found = find(snapshot, caller, key, Aliases::Refused)?;
        if found.key.account != caller.account {
            return Err(Refusal::KeyMissing(found.key.arn.clone()));
        }
        state::staying(&found.key)?;
        if crate::asked::aliases_of(snapshot, &found.key).count() >= ALIASES_PER_KEY_MAX {
            let message = format!("A key has at most {ALIASES_PER_KEY_MAX} aliases");
            return Err(Refusal::LimitExceeded(message));
        }
        Ok(found)
    }
}

/// Checks the name of an alias that a customer makes.
fn check_name(name: &str) -> Result<(), Refusal> {
    let invalid = |message: &str| Err(Refusal::AliasNameInvalid(message.to_owned()));
    match name.strip_prefix("alias/") {
        None => invalid(
            "Alias must start with the prefix \"alias/\". Please see the documentation for more details.",
        ),
        Some("") => invalid("The alias name is empty after its prefix \"alias/\""),
        Some(rest) if rest.starts_with("aws/") => {
            invalid("The prefix \"alias/aws/\" is kept for AWS services")
        }
        Some(rest) if rest.contains(':') => {
            invalid("The alias name holds characters other than letters, digits and / _ -")
        }
        Some(_) => Ok(()),
    }
}

/// Finds a key of the caller's own account: nobody was asked whether the caller may know of others.
fn own(snapshot: &Snapshot, caller: &Caller, key: &str) -> Result<Found, Refusal> {
    let reference = KeyReference::parse(key, caller, Aliases::Refused)?;
    let found = reference.find(snapshot).filter(|found| found.key.account == caller.account);
    found.ok_or_else(|| reference.missing())
}
