//! Grants: permissions that lie beside a key's policy.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cairn_catalog::{Grant, KmsKey, Snapshot};
use cairn_event::{AccountId, Arn};
use cairn_wire::kms::{
    CreateGrantRequest, CreateGrantResponse, GrantConstraints, GrantListEntry, GrantOperation,
    ListGrantsRequest, ListGrantsResponse, ListRetirableGrantsRequest, RetireGrantRequest,
    RetireGrantResponse, RevokeGrantRequest, RevokeGrantResponse,
};

use crate::cryptography::{touched, wet};
use crate::kms::{hex, put};
use crate::page::{self, Page, Paging};
use crate::reference::{Aliases, find};
use crate::{Caller, Kms, Refusal, Touched, constraint, state};

/// The most bytes of all grants of a key together: they are kept with it.
const GRANTS_BYTES_MAX: usize = 786_432;

impl Kms {
    pub(crate) async fn create_grant(
        &self,
        caller: &Caller,
        request: &CreateGrantRequest,
    ) -> Result<(CreateGrantResponse, Touched), Refusal> {
        let grant = self.new_grant(caller, request)?;
        let grant = self
            .change_key(caller, &request.key_id, |key| {
                state::usable(key)?;
                // The same grant by the same name is the one that there is.
                if let Some(known) = key.grants.iter().find(|known| same(known, &grant)) {
                    return Ok(known.clone());
                }
                key.grants.push(grant.clone());
                let bytes = serde_json::to_string(&key.grants).map_err(Refusal::internal)?.len();
                if bytes > GRANTS_BYTES_MAX {
                    let message =
                        format!("The grants of a key have at most {GRANTS_BYTES_MAX} bytes together");
                    return Err(Refusal::LimitExceeded(message));
                }
                wet(request.dry_run)?;
                Ok(grant.clone())
            })
            .await?;
        let touched = Touched::default();
        Ok((CreateGrantResponse { grant_token: Some(grant.token), grant_id: Some(grant.id) }, touched))
    }

    fn new_grant(&self, caller: &Caller, request: &CreateGrantRequest) -> Result<Grant, Refusal> {
        check_tokens(&self.catalog.current(), request.grant_tokens.as_deref())?;
        let grantee = principal(
            "GranteePrincipal",
            request.grantee_principal.as_deref(),
            request.grantee_service_principal.as_deref(),
        )?;
        let grantee = grantee.ok_or_else(|| {
            let message = "1 validation error detected: Value null at 'granteePrincipal' failed to satisfy constraint: Member must not be null";
            Refusal::Invalid(message.to_owned())
        })?;
        let retiring = principal(
            "RetiringPrincipal",
            request.retiring_principal.as_deref(),
            request.retiring_service_principal.as_deref(),
        )?;
        let operations: Vec<String> =
            request.operations.iter().map(|operation| operation.as_str().to_owned()).collect();
        if let Some(other) =
            request.operations.iter().find(|operation| !OF_SYMMETRIC_KEYS.contains(operation))
        {
            let message = format!("The operation {} is not one of a key for encryption", other.as_str());
            return Err(Refusal::Invalid(message));
        }
        let constraints = request.constraints.as_ref().filter(|given| **given != GrantConstraints::default());
        if constraints.is_some_and(|given| {
            given.encryption_context_equals.is_some() && given.encryption_context_subset.is_some()
        }) {
            let message = "Specify EncryptionContextEquals or EncryptionContextSubset, not both";
            return Err(Refusal::Invalid(message.to_owned()));
        }
        Ok(Grant {
            id: hex(&self.random::<32>()),
            token: URL_SAFE_NO_PAD.encode(self.random::<48>()),
            name: request.name.clone(),
            grantee,
            retiring,
            operations,
            constraints: constraints.map(serde_json::to_string).transpose().map_err(Refusal::internal)?,
            issuer: caller.account,
            created: self.now(),
        })
    }

    pub(crate) fn list_grants(
        &self,
        caller: &Caller,
        request: &ListGrantsRequest,
    ) -> Result<ListGrantsResponse, Refusal> {
        let key = find(&self.catalog.current(), caller, &request.key_id, Aliases::Refused)?.key;
        let grantee = request.grantee_principal.as_ref().or(request.grantee_service_principal.as_ref());
        let grants = key.grants.iter().filter(|grant| {
            grantee.is_none_or(|grantee| grant.grantee == *grantee)
                && request.grant_id.as_ref().is_none_or(|id| grant.id == *id)
        });
        if let Some(id) = &request.grant_id {
            check_id(id)?;
        }
        let entries: Vec<GrantListEntry> =
            grants.map(|grant| entry(&key, grant)).collect::<Result<_, _>>()?;
        let paging = Paging { marker: request.marker.as_deref(), limit: request.limit, usual: 50 };
        let filter = [grantee, request.grant_id.as_ref()].map(|text| text.map_or("", String::as_str));
        let list = ["ListGrants", &key.arn, filter[0], filter[1]];
        page::cut(entries, grant_id, caller, &list, paging).map(listed)
    }

    pub(crate) fn list_retirable_grants(
        &self,
        caller: &Caller,
        request: &ListRetirableGrantsRequest,
    ) -> Result<ListGrantsResponse, Refusal> {
        let wanted = principal(
            "RetiringPrincipal",
            request.retiring_principal.as_deref(),
            request.retiring_service_principal.as_deref(),
        )?;
        let wanted = wanted.ok_or_else(|| Refusal::Invalid("Specify RetiringPrincipal".to_owned()))?;
        let snapshot = self.catalog.current();
        let keys = snapshot.kms_keys().filter(|key| key.region == caller.region && !key.materials.is_empty());
        let mut entries = Vec::new();
        for key in keys {
            // Whoever lists sees grants of its own account's principals; keys may be of any account. A service is
            // of none: of its grants one sees those of one's own keys.
            let seen = account_of(&wanted).unwrap_or(key.account) == caller.account;
            for grant in key.grants.iter().filter(|grant| seen && grant.retiring.as_ref() == Some(&wanted)) {
                entries.push(entry(key, grant)?);
            }
        }
        let paging = Paging { marker: request.marker.as_deref(), limit: request.limit, usual: 50 };
        page::cut(entries, grant_id, caller, &["ListRetirableGrants", &wanted], paging).map(listed)
    }

    pub(crate) async fn revoke_grant(
        &self,
        caller: &Caller,
        request: &RevokeGrantRequest,
    ) -> Result<(RevokeGrantResponse, Touched), Refusal> {
        check_id(&request.grant_id)?;
        self.change_key(caller, &request.key_id, |key| {
            remove(key, &request.grant_id)?;
            wet(request.dry_run)
        })
        .await?;
        Ok((RevokeGrantResponse {}, Touched::default()))
    }

    pub(crate) async fn retire_grant(
        &self,
        caller: &Caller,
        request: &RetireGrantRequest,
    ) -> Result<(RetireGrantResponse, Touched), Refusal> {
        if let Some(id) = &request.grant_id {
            check_id(id)?;
        }
        let id = self
            .change(|snapshot| {
                let (key, id) = match (&request.grant_token, &request.key_id, &request.grant_id) {
                    (Some(token), ..) => {
                        with_token(snapshot, caller, token).ok_or(Refusal::GrantTokenInvalid)?
                    }
                    (None, Some(key), Some(id)) => {
                        (KmsKey::clone(&find(snapshot, caller, key, Aliases::Refused)?.key), id.clone())
                    }
                    _ => {
                        let message = "Specify either GrantToken, or KeyId and GrantId";
                        return Err(Refusal::Invalid(message.to_owned()));
                    }
                };
                let mut key = key;
                remove(&mut key, &id)?;
                wet(request.dry_run)?;
                Ok((put(key), id))
            })
            .await?;
        Ok((RetireGrantResponse {}, touched([("grantId", &id)])))
    }
}

/// Refuses tokens that stand for no grant. A grant holds from the moment it is made: its token adds nothing.
pub(crate) fn check_tokens(snapshot: &Snapshot, tokens: Option<&[String]>) -> Result<(), Refusal> {
    let known =
        |token: &String| snapshot.kms_keys().any(|key| key.grants.iter().any(|grant| grant.token == *token));
    if tokens.unwrap_or_default().iter().all(known) { Ok(()) } else { Err(Refusal::GrantTokenInvalid) }
}

fn with_token(snapshot: &Snapshot, caller: &Caller, token: &str) -> Option<(KmsKey, String)> {
    let keys = snapshot.kms_keys().filter(|key| key.region == caller.region);
    keys.into_iter().find_map(|key| {
        let grant = key.grants.iter().find(|grant| grant.token == token)?;
        Some((KmsKey::clone(key), grant.id.clone()))
    })
}

fn remove(key: &mut KmsKey, id: &str) -> Result<(), Refusal> {
    let before = key.grants.len();
    key.grants.retain(|grant| grant.id != id);
    if key.grants.len() < before { Ok(()) } else { Err(Refusal::GrantMissing(id.to_owned())) }
}

/// Reads whom a grant names: by ARN, or a service by its DNS name.
fn principal(member: &str, arn: Option<&str>, service: Option<&str>) -> Result<Option<String>, Refusal> {
    match (arn, service) {
        (Some(_), Some(_)) => {
            let message = format!("Specify {member} or the service, not both");
            Err(Refusal::Invalid(message))
        }
        (Some(name), None) | (None, Some(name)) => {
            // What no policy could name is no principal.
            constraint::statement(name, &["DescribeKey".to_owned()])?;
            Ok(Some(name.to_owned()))
        }
        (None, None) => Ok(None),
    }
}

fn account_of(principal: &str) -> Option<AccountId> {
    Arn::parse(principal).ok()?.account.parse().ok()
}

/// Tells whether two grants with a name are the same one, asked for again.
fn same(known: &Grant, asked: &Grant) -> bool {
    let Grant { id: _, token: _, name, grantee, retiring, operations, constraints, issuer, created: _ } =
        known;
    name.is_some()
        && *name == asked.name
        && *grantee == asked.grantee
        && *retiring == asked.retiring
        && *operations == asked.operations
        && *constraints == asked.constraints
        && *issuer == asked.issuer
}

fn entry(key: &KmsKey, grant: &Grant) -> Result<GrantListEntry, Refusal> {
    let constraints = constraint::read(grant)?;
    let operations = grant.operations.iter().map(|name| {
        serde_json::from_value::<GrantOperation>(name.as_str().into()).map_err(Refusal::internal)
    });
    // Lists name services as principals.
    Ok(GrantListEntry {
        key_id: Some(key.arn.clone()),
        grant_id: Some(grant.id.clone()),
        name: Some(grant.name.clone().unwrap_or_default()),
        creation_date: Some(grant.created.into()),
        grantee_principal: Some(grant.grantee.clone()),
        retiring_principal: grant.retiring.clone(),
        issuing_account: Some(format!("arn:aws:iam::{}:root", grant.issuer)),
        operations: Some(operations.collect::<Result<_, _>>()?),
        constraints: grant.constraints.is_some().then_some(constraints),
        grantee_service_principal: None,
        retiring_service_principal: None,
    })
}

fn grant_id(entry: &GrantListEntry) -> String {
    entry.grant_id.clone().unwrap_or_default()
}

fn listed(page: Page<GrantListEntry>) -> ListGrantsResponse {
    ListGrantsResponse { grants: Some(page.items), next_marker: page.next, truncated: page.truncated }
}

fn check_id(id: &str) -> Result<(), Refusal> {
    let valid = id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if valid { Ok(()) } else { Err(Refusal::GrantIdInvalid(id.to_owned())) }
}

const OF_SYMMETRIC_KEYS: [GrantOperation; 9] = [
    GrantOperation::Decrypt,
    GrantOperation::Encrypt,
    GrantOperation::GenerateDataKey,
    GrantOperation::GenerateDataKeyWithoutPlaintext,
    GrantOperation::ReEncryptFrom,
    GrantOperation::ReEncryptTo,
    GrantOperation::CreateGrant,
    GrantOperation::RetireGrant,
    GrantOperation::DescribeKey,
];
