//! What a call must be allowed: on which keys and aliases, by which policy, under which facts.

mod facts;

use std::sync::Arc;

use cairn_access::{
    Context, Decision, Denial, On, Outcome, Permission, Policy, PolicyKind, Service, ServiceKey,
};
use cairn_catalog::{KmsAlias, KmsKey, Snapshot};
use cairn_event::AccountId;
use cairn_wire::kms::{Operation, Request};
use serde_json::Value;

use crate::ciphertext::Ciphertext;
use crate::constraint;
use crate::reference::{Aliases, Found, KeyReference};
use crate::{Caller, Refusal};

/// One permission that a call needs. Each that a call needs must be given.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The action.
    pub action: &'static str,
    /// The ARN of what it is done to; `*` for actions without a resource.
    pub resource: String,
    /// The account that owns it.
    pub owner: AccountId,
    /// The key's policy with the grants that apply; none where only the caller's own policies have a say.
    pub policy: Option<Policy>,
    /// Condition keys and their values.
    pub facts: Vec<(String, String)>,
    foreign: bool,
    /// The same of a key that is not there: what strangers are told of one that is.
    unknown: Option<Box<Self>>,
}

/// What is looked at while the permissions of a call are gathered.
struct Look<'a> {
    snapshot: &'a Snapshot,
    caller: &'a Caller,
    operation: Operation,
    permission: &'static Permission,
    parameters: &'a Value,
    facts: &'a Context,
}

impl Asked {
    /// Lists the permissions that a call needs. `facts` are those of any request; a grant may be for one source
    /// alone.
    ///
    /// # Errors
    /// The call names its key in no way that KMS knows, or a stored policy can't be read.
    pub fn of(
        snapshot: &Snapshot,
        caller: &Caller,
        request: &Request,
        facts: &Context,
    ) -> Result<Vec<Self>, Refusal> {
        let (operation, parameters) = (request.operation(), request.parameters());
        let permission = Permission::of(Service::Kms, operation.name())
            .ok_or_else(|| Refusal::internal("an operation has no permission"))?;
        let look = Look { snapshot, caller, operation, permission, parameters, facts };
        match operation {
            Operation::Decrypt => Ok(vec![look.ciphertext("KeyId", "EncryptionContext")?]),
            Operation::ReEncrypt => look.re_encrypt(),
            Operation::CreateAlias | Operation::DeleteAlias | Operation::UpdateAlias => look.alias(),
            Operation::RetireGrant => Ok(vec![look.retired()?]),
            _ => match look.permission.on {
                On::Key => Ok(vec![look.key("KeyId", look.permission.action, "EncryptionContext")?]),
                _ => Ok(vec![look.everything()]),
            },
        }
    }

    /// Returns the facts together with those of the request.
    pub fn context(&self, facts: Context) -> Context {
        self.facts.iter().fold(facts, |context, (key, value)| context.with(key, value))
    }

    /// Returns what a caller who is not let use another account's key is to be answered by: the same call about a
    /// key that is not there. Neither an alias nor a condition of the caller's own policies on the key's tags then
    /// tells anything of it.
    pub fn unknown(&self) -> Option<&Self> {
        self.unknown.as_deref()
    }

    /// Returns AWS's sentence for a denied request; none when it is allowed. Whoever asks about another account's
    /// key is not told whether there is one.
    pub fn denial(&self, decision: &Decision, who: &str) -> Option<String> {
        match &decision.outcome {
            Outcome::Allowed(_) => None,
            Outcome::Denied(Denial::Missing(kind) | Denial::Explicit(kind))
                if self.foreign && [PolicyKind::Key, PolicyKind::Resource].contains(kind) =>
            {
                Some(format!(
                    "User: {who} is not authorized to perform: {} on resource: {} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
                    self.action, self.resource
                ))
            }
            Outcome::Denied(_) => decision.message(),
        }
    }
}

impl Look<'_> {
    fn text(&self, member: &str) -> Option<&str> {
        self.parameters.get(member)?.as_str()
    }

    fn everything(&self) -> Asked {
        let facts = self.request_facts();
        Asked {
            action: self.permission.action,
            resource: "*".to_owned(),
            owner: self.caller.account,
            policy: None,
            facts,
            foreign: false,
            unknown: None,
        }
    }

    /// A key that a member names.
    fn key(&self, member: &str, action: &'static str, context: &str) -> Result<Asked, Refusal> {
        let named = self.text(member).unwrap_or_default();
        let reference = KeyReference::parse(named, self.caller, takes_aliases(self.operation))?;
        self.of_reference(&reference, action, context)
    }

    fn of_reference(
        &self,
        reference: &KeyReference,
        action: &'static str,
        context: &str,
    ) -> Result<Asked, Refusal> {
        let own = reference.account == self.caller.account;
        let found = reference.find(self.snapshot).filter(|_| own || across_accounts(self.operation));
        match found {
            Some(found) => {
                let asked = self.of_key(&found, action, context)?;
                let unknown = asked.foreign.then(|| Box::new(self.of_none(&reference.arn, &asked)));
                Ok(Asked { unknown, ..asked })
            }
            // Whether a key is there is told only to who may ask.
            None => Ok(Asked {
                action,
                resource: reference.arn.clone(),
                owner: reference.account,
                policy: None,
                facts: self.request_facts(),
                foreign: !own,
                unknown: None,
            }),
        }
    }

    /// The same as `asked`, under the name that the request has for the key, of a key that is not there.
    fn of_none(&self, named: &str, asked: &Asked) -> Asked {
        Asked {
            action: asked.action,
            resource: named.to_owned(),
            owner: asked.owner,
            policy: None,
            facts: self.request_facts(),
            foreign: asked.foreign,
            unknown: None,
        }
    }

    fn of_key(&self, found: &Found, action: &'static str, context: &str) -> Result<Asked, Refusal> {
        let key = &found.key;
        let pairs = self.encryption_context(context);
        let mut policy = Policy::parse(PolicyKind::Key, &key.policy).map_err(Refusal::internal)?;
        let source = self.facts.values("aws:SourceArn").first().map(String::as_str);
        let uses_context = matches!(
            self.operation,
            Operation::Decrypt
                | Operation::Encrypt
                | Operation::GenerateDataKey
                | Operation::GenerateDataKeyWithoutPlaintext
                | Operation::ReEncrypt
        );
        let deed = constraint::Deed {
            operation: action.strip_prefix("kms:").unwrap_or(action),
            context: uses_context.then_some(&pairs),
            source,
            parameters: self.parameters,
        };
        for grant in key.grants.iter().filter(|grant| deed.is_let_by(grant)) {
            policy = policy.joined(constraint::statement(&grant.grantee, &grant.operations)?);
        }
        let mut facts = self.request_facts();
        self.key_facts(found, &mut facts);
        self.context_facts(&pairs, &mut facts);
        let foreign = self.caller.account != key.account || self.caller.principal.account().is_none();
        Ok(Asked {
            action,
            resource: key.arn.clone(),
            owner: key.account,
            policy: Some(policy),
            facts,
            foreign,
            unknown: None,
        })
    }

    /// The key of a ciphertext, or the one that the caller says it must be.
    fn ciphertext(&self, member: &str, context: &str) -> Result<Asked, Refusal> {
        let action = self.permission.action;
        if self.text(member).is_some() {
            return self.key(member, action, context);
        }
        let blob = self
            .text("CiphertextBlob")
            .and_then(|text| base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).ok());
        let ciphertext = Ciphertext::parse(&blob.unwrap_or_default())?;
        let reference = KeyReference::parse(&ciphertext.key_arn, self.caller, Aliases::Refused);
        let found = reference.as_ref().ok().and_then(|reference| reference.find(self.snapshot));
        match found {
            Some(found) => self.of_key(&found, action, context),
            None => Err(Refusal::Denied(UNKNOWN_CIPHERTEXT.to_owned())),
        }
    }

    fn re_encrypt(&self) -> Result<Vec<Asked>, Refusal> {
        let mut from = self.ciphertext("SourceKeyId", "SourceEncryptionContext")?;
        let mut to = self.key("DestinationKeyId", "kms:ReEncryptTo", "DestinationEncryptionContext")?;
        let same = (from.resource == to.resource).to_string();
        for asked in [&mut from, &mut to] {
            let fact = (ServiceKey::KmsReEncryptOnSameKey.as_str().to_owned(), same.clone());
            asked.unknown.iter_mut().for_each(|unknown| unknown.facts.push(fact.clone()));
            asked.facts.push(fact);
        }
        Ok(vec![from, to])
    }

    /// An alias, the key that it names, and the one that it is to name.
    fn alias(&self) -> Result<Vec<Asked>, Refusal> {
        let name = self.text("AliasName").unwrap_or_default();
        let arn = self.caller.arn(name);
        let action = self.permission.action;
        let mut asked = vec![Asked { resource: arn.clone(), ..self.everything() }];
        let named = self.snapshot.kms_alias(&arn);
        let target = self.text("TargetKeyId");
        let known = named.filter(|_| self.operation != Operation::CreateAlias);
        for key in known.map(|alias| alias.key_id.as_str()).into_iter().chain(target) {
            let reference = KeyReference::parse(key, self.caller, Aliases::Refused)?;
            let of_key = self.of_reference(&reference, action, "")?;
            if asked.iter().all(|before| before.resource != of_key.resource) {
                asked.push(of_key);
            }
        }
        Ok(asked)
    }

    /// The key of a grant that is to be retired: its retiring principal may, whatever the key's policy says.
    fn retired(&self) -> Result<Asked, Refusal> {
        let action = self.permission.action;
        let (key, grant_id) = match (self.text("GrantToken"), self.text("KeyId"), self.text("GrantId")) {
            (Some(token), ..) => {
                let found = self.snapshot.kms_keys().find_map(|key| {
                    let in_region = key.region == self.caller.region && !key.materials.is_empty();
                    let grant = key.grants.iter().find(|grant| in_region && grant.token == token)?;
                    Some((Arc::clone(key), grant.id.clone()))
                });
                found.ok_or(Refusal::GrantTokenInvalid)?
            }
            (None, Some(key), Some(grant)) => {
                let reference = KeyReference::parse(key, self.caller, Aliases::Refused)?;
                match reference.find(self.snapshot) {
                    Some(found) => (found.key, grant.to_owned()),
                    None => return self.of_reference(&reference, action, ""),
                }
            }
            _ => return Err(Refusal::Invalid("Specify either GrantToken, or KeyId and GrantId".to_owned())),
        };
        let mut asked = self.of_key(&Found { key: Arc::clone(&key), alias: None }, action, "")?;
        let retiring =
            key.grants.iter().find(|grant| grant.id == grant_id).and_then(|grant| grant.retiring.as_ref());
        if let Some(retiring) = retiring {
            let may = constraint::statement(retiring, &["RetireGrant".to_owned()])?;
            asked.policy = asked.policy.map(|policy| policy.joined(may));
        }
        Ok(asked)
    }
}

/// Lists the aliases that name a key.
pub(crate) fn aliases_of<'a>(snapshot: &'a Snapshot, key: &KmsKey) -> impl Iterator<Item = &'a KmsAlias> {
    let (id, account, region) = (key.id.clone(), key.account, key.region.clone());
    snapshot
        .kms_aliases()
        .filter(move |alias| alias.key_id == id && alias.account == account && alias.region == region)
}

/// Says whether an operation takes a key's alias for the key.
pub(crate) fn takes_aliases(operation: Operation) -> Aliases {
    match operation {
        Operation::Decrypt
        | Operation::DescribeKey
        | Operation::Encrypt
        | Operation::GenerateDataKey
        | Operation::GenerateDataKeyWithoutPlaintext
        | Operation::ReEncrypt => Aliases::Taken,
        _ => Aliases::Refused,
    }
}

/// Says whether an operation can be made on another account's key.
fn across_accounts(operation: Operation) -> bool {
    takes_aliases(operation) == Aliases::Taken
        || matches!(
            operation,
            Operation::CreateGrant
                | Operation::GetKeyRotationStatus
                | Operation::ListGrants
                | Operation::RetireGrant
                | Operation::RevokeGrant
        )
}

/// What KMS says about a ciphertext whose key it does not find: no more than this.
const UNKNOWN_CIPHERTEXT: &str = "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.";
