//! What a call of KMS tells conditions: the key's own facts, the encryption context, members of the request.

use std::collections::BTreeSet;

use cairn_access::{ServiceKey, TagFacts};
use cairn_wire::kms::Operation;
use serde_json::Value;

use super::{Look, aliases_of};
use crate::encryption_context::EncryptionContext;
use crate::reference::Found;

/// Condition keys and their values.
pub(super) type Facts = Vec<(String, String)>;

impl Look<'_> {
    pub(super) fn encryption_context(&self, member: &str) -> EncryptionContext {
        let constraints =
            self.parameters.get("Constraints").filter(|_| self.operation == Operation::CreateGrant);
        let of_grant = constraints.into_iter().flat_map(|constraints| {
            ["EncryptionContextEquals", "EncryptionContextSubset"]
                .into_iter()
                .filter_map(|name| constraints.get(name))
        });
        let given =
            self.parameters.get(member).into_iter().chain(of_grant).filter_map(Value::as_object).flatten();
        given.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
    }

    pub(super) fn context_facts(&self, pairs: &EncryptionContext, facts: &mut Facts) {
        for (key, value) in pairs {
            facts.push((format!("kms:EncryptionContext:{key}"), value.clone()));
            facts.push((ServiceKey::KmsEncryptionContextKeys.as_str().to_owned(), key.clone()));
        }
    }

    pub(super) fn key_facts(&self, found: &Found, facts: &mut Facts) {
        let key = &found.key;
        for (name, value) in [
            (ServiceKey::KmsKeySpec, "SYMMETRIC_DEFAULT"),
            (ServiceKey::KmsKeyUsage, "ENCRYPT_DECRYPT"),
            (ServiceKey::KmsKeyOrigin, "AWS_KMS"),
            (ServiceKey::KmsMultiRegion, "false"),
        ] {
            facts.push((name.as_str().to_owned(), value.to_owned()));
        }
        for alias in aliases_of(self.snapshot, key) {
            facts.push((ServiceKey::KmsResourceAliases.as_str().to_owned(), alias.name.clone()));
        }
        if let Some(alias) = &found.alias {
            facts.push((ServiceKey::KmsRequestAlias.as_str().to_owned(), alias.clone()));
        }
        for tag in &key.tags {
            facts.push((format!("aws:ResourceTag/{}", tag.key), tag.value.clone().unwrap_or_default()));
        }
    }

    /// What the request itself tells.
    pub(super) fn request_facts(&self) -> Facts {
        let mut facts = Vec::new();
        let mut tell = |key: ServiceKey, value: String| facts.push((key.as_str().to_owned(), value));
        if let Some(account) = self.caller.principal.account() {
            tell(ServiceKey::KmsCallerAccount, account.to_string());
        }
        if self.permission.keys().any(|key| key == ServiceKey::KmsEncryptionAlgorithm) {
            tell(ServiceKey::KmsEncryptionAlgorithm, "SYMMETRIC_DEFAULT".to_owned());
        }
        for (operation, member, key, usual) in TOLD {
            if *operation == self.operation {
                let given = self.parameters.get(member);
                let values = match given {
                    Some(Value::Array(list)) => list.iter().filter_map(scalar).collect(),
                    Some(value) => scalar(value).into_iter().collect(),
                    None => usual.iter().map(|usual| (*usual).to_owned()).collect::<Vec<_>>(),
                };
                values.into_iter().for_each(|value| tell(*key, value));
            }
        }
        if self.operation == Operation::CreateGrant {
            tell(ServiceKey::KmsGrantIsForAwsResource, "false".to_owned());
            let kinds = ["EncryptionContextEquals", "EncryptionContextSubset"];
            let constraints = self.parameters.get("Constraints");
            for kind in
                kinds.into_iter().filter(|kind| constraints.is_some_and(|given| given.get(kind).is_some()))
            {
                tell(ServiceKey::KmsGrantConstraintType, kind.to_owned());
            }
        }
        self.tag_facts(&mut facts);
        facts
    }

    fn tag_facts(&self, facts: &mut Facts) {
        let list = |member| self.parameters.get(member).and_then(Value::as_array).into_iter().flatten();
        let mut keys = BTreeSet::new();
        match self.permission.tags {
            TagFacts::Given => {
                for tag in list("Tags") {
                    let text =
                        |member: &str| tag.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
                    facts.push((format!("aws:RequestTag/{}", text("TagKey")), text("TagValue")));
                    keys.insert(text("TagKey"));
                }
            }
            TagFacts::Removed => {
                keys.extend(list("TagKeys").filter_map(|key| key.as_str().map(str::to_owned)))
            }
            TagFacts::None => {}
        }
        facts.extend(keys.into_iter().map(|key| ("aws:TagKeys".to_owned(), key)));
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A condition key that a member of a request tells, and its value where the member is left out.
type Told = (Operation, &'static str, ServiceKey, Option<&'static str>);

const TOLD: &[Told] = &[
    (Operation::CreateKey, "KeySpec", ServiceKey::KmsKeySpec, Some("SYMMETRIC_DEFAULT")),
    (Operation::CreateKey, "KeyUsage", ServiceKey::KmsKeyUsage, Some("ENCRYPT_DECRYPT")),
    (Operation::CreateKey, "Origin", ServiceKey::KmsKeyOrigin, Some("AWS_KMS")),
    (Operation::CreateKey, "MultiRegion", ServiceKey::KmsMultiRegion, Some("false")),
    (
        Operation::CreateKey,
        "BypassPolicyLockoutSafetyCheck",
        ServiceKey::KmsBypassPolicyLockoutSafetyCheck,
        Some("false"),
    ),
    (
        Operation::PutKeyPolicy,
        "BypassPolicyLockoutSafetyCheck",
        ServiceKey::KmsBypassPolicyLockoutSafetyCheck,
        Some("false"),
    ),
    (Operation::EnableKeyRotation, "RotationPeriodInDays", ServiceKey::KmsRotationPeriodInDays, Some("365")),
    (
        Operation::ScheduleKeyDeletion,
        "PendingWindowInDays",
        ServiceKey::KmsScheduleKeyDeletionPendingWindowInDays,
        Some("30"),
    ),
    (Operation::CreateGrant, "Operations", ServiceKey::KmsGrantOperations, None),
    (Operation::CreateGrant, "GranteePrincipal", ServiceKey::KmsGranteePrincipal, None),
    (Operation::CreateGrant, "RetiringPrincipal", ServiceKey::KmsRetiringPrincipal, None),
];
