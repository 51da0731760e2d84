//! One case: who asks for what under which policies, as JSON, put to the evaluator.

use cairn_access::{
    AccessRequest, Context, Decision, Denial, Granted, Outcome, Policies, Policy, PolicyKind, evaluate,
};
use serde_json::{Value, json};

use crate::people;

/// Decides a case.
///
/// `identity`, `boundary`, `resource_policy`, `trust_policy` and `key_policy` are lists of statements, `session` is a list
/// of such lists, `organization` a list of levels of them. `facts` are condition keys, each with a value or
/// a list. What is absent is not there.
pub(crate) fn decide(case: &Value) -> Decision {
    let read = |kind, statements: &Value| {
        let version = case.get("version").cloned().unwrap_or(json!("2012-10-17"));
        let text = json!({"Version": version, "Statement": statements}).to_string();
        Policy::parse(kind, &text).unwrap_or_else(|error| panic!("{error} in {text}"))
    };
    let one = |member: &str, kind| case.get(member).map(|statements| read(kind, statements));
    let each = |kind, policies: &Value| -> Vec<Policy> {
        policies.as_array().unwrap().iter().map(|statements| read(kind, statements)).collect()
    };
    let identity = one("identity", PolicyKind::Identity);
    let boundary = one("boundary", PolicyKind::Boundary);
    let session = case.get("session").map(|policies| each(PolicyKind::Session, policies));
    let levels = case.get("organization").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let organization: Vec<_> = levels.iter().map(|level| each(PolicyKind::Organization, level)).collect();
    let resource =
        one("resource_policy", PolicyKind::Resource).or_else(|| one("trust_policy", PolicyKind::Trust));
    let resource = resource.or_else(|| one("key_policy", PolicyKind::Key));
    let policies = Policies {
        identity: identity.as_slice(),
        boundary: boundary.as_ref(),
        session: session.as_deref(),
        organization: &organization,
        management_account: case.get("management").is_some(),
        resource: resource.as_ref(),
    };
    let principal = people::principal(text(case, "who"));
    let owner = case.get("owner").and_then(Value::as_str).unwrap_or(people::OWN);
    evaluate(
        &policies,
        &AccessRequest {
            principal: &principal,
            action: text(case, "action"),
            resource: text(case, "resource"),
            resource_account: owner.parse().unwrap(),
            context: context(case),
        },
    )
}

/// Returns the decision and its reason, as the cases write them.
pub(crate) fn words(outcome: Outcome) -> String {
    match outcome {
        Outcome::Allowed(Granted::Root) => "allow: root".to_owned(),
        Outcome::Allowed(Granted::Identity) => format!("allow: {}", PolicyKind::Identity),
        Outcome::Allowed(Granted::Resource) => format!("allow: {}", PolicyKind::Resource),
        Outcome::Allowed(Granted::IdentityAndResource) => "allow: both".to_owned(),
        Outcome::Denied(Denial::Explicit(kind)) => format!("deny: explicit in {kind}"),
        Outcome::Denied(Denial::Missing(kind)) => format!("deny: no {kind}"),
        Outcome::Denied(Denial::Closed) => "deny: closed".to_owned(),
        Outcome::Denied(Denial::NotUnderstood(error)) => format!("deny: {error}"),
    }
}

fn context(case: &Value) -> Context {
    let mut context = Context::default();
    for (key, values) in case.get("facts").and_then(Value::as_object).into_iter().flatten() {
        let values = values.as_array().map_or(std::slice::from_ref(values), Vec::as_slice);
        for value in values {
            context = context.with(key, value.as_str().unwrap());
        }
    }
    context
}

fn text<'a>(case: &'a Value, member: &str) -> &'a str {
    case[member].as_str().unwrap_or_else(|| panic!("{member} of {case}"))
}
