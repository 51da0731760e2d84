//! Which grants apply to a call, and what they say.

use cairn_access::{Policy, PolicyKind};
use cairn_catalog::Grant;
use cairn_wire::kms::GrantConstraints;
use serde_json::{Value, json};

use crate::Refusal;
use crate::encryption_context::EncryptionContext;

/// What is to be done with a key, as far as grants look at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deed<'a> {
    /// The operation, as grants name it.
    pub(crate) operation: &'a str,
    /// The encryption context; none for operations that take none, to which constraints do not apply.
    pub(crate) context: Option<&'a EncryptionContext>,
    /// The resource on whose behalf a service calls.
    pub(crate) source: Option<&'a str>,
    /// The request's parameters: a grant made under a grant may allow no more.
    pub(crate) parameters: &'a Value,
}

impl Deed<'_> {
    /// Tells whether a grant lets its grantee do it.
    pub(crate) fn is_let_by(&self, grant: &Grant) -> bool {
        let Ok(constraints) = read(grant) else { return false };
        grant.operations.iter().any(|operation| operation == self.operation)
            && self.context.is_none_or(|context| admits(&constraints, context))
            && constraints.source_arn.as_deref().is_none_or(|source| self.source == Some(source))
            && (self.operation != "CreateGrant" || self.is_within(grant, &constraints))
    }

    /// Tells whether the grant that is to be made allows no more than `grant`.
    fn is_within(&self, grant: &Grant, constraints: &GrantConstraints) -> bool {
        let asked = self.parameters.get("Operations").and_then(Value::as_array).into_iter().flatten();
        let mut asked = asked.filter_map(Value::as_str);
        let given = self.parameters.get("Constraints").cloned().unwrap_or_default();
        let given: GrantConstraints = serde_json::from_value(given).unwrap_or_default();
        let narrower = match (&constraints.encryption_context_equals, &constraints.encryption_context_subset)
        {
            (Some(pairs), _) => given.encryption_context_equals.as_ref() == Some(pairs),
            (None, Some(pairs)) => {
                let child =
                    given.encryption_context_equals.as_ref().or(given.encryption_context_subset.as_ref());
                child.is_some_and(|child| pairs.iter().all(|(key, value)| child.get(key) == Some(value)))
            }
            (None, None) => true,
        };
        narrower && asked.all(|operation| grant.operations.iter().any(|known| known == operation))
    }
}

/// Reads the constraints of a stored grant. What can't be read lets nothing be done.
pub(crate) fn read(grant: &Grant) -> Result<GrantConstraints, Refusal> {
    match &grant.constraints {
        Some(text) => serde_json::from_str(text).map_err(Refusal::internal),
        None => Ok(GrantConstraints::default()),
    }
}

/// Returns the policy that says what a grant gives: its grantee may do its operations.
pub(crate) fn statement(grantee: &str, operations: &[String]) -> Result<Policy, Refusal> {
    let kind = if grantee.starts_with("arn:") { "AWS" } else { "Service" };
    let actions: Vec<String> = operations.iter().map(|operation| format!("kms:{operation}")).collect();
    // The older version: nothing in it is a variable.
    let text = json!({"Version": "2008-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {kind: grantee}, "Action": actions, "Resource": "*"}]});
    Policy::parse(PolicyKind::Key, &text.to_string())
        .map_err(|_not_a_principal| Refusal::ArnInvalid(grantee.to_owned()))
}

fn admits(constraints: &GrantConstraints, context: &EncryptionContext) -> bool {
    let equal = constraints.encryption_context_equals.as_ref().is_none_or(|pairs| pairs == context);
    let holds = |pairs: &EncryptionContext| pairs.iter().all(|(key, value)| context.get(key) == Some(value));
    equal && constraints.encryption_context_subset.as_ref().is_none_or(holds)
}
