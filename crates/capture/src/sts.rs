//! Records of the token service.

mod parameters;

use cairn_event::{Arn, HIDDEN, Resource};
use cairn_wire::read_only::read_only;
use cairn_wire::xml::Element;
use cairn_wire::{Timestamp, casing};
use serde_json::{Map, Value};

use crate::Exchange;
use crate::details::{Details, unless_empty};
use crate::error::Failure;

/// Actions whose answer is recorded: they hand out credentials, and the key they name will sign later calls.
const RECORDED: [&str; 6] = [
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "GetFederationToken",
    "GetSessionToken",
];

/// Tells whether the answer of a successful call is recorded.
pub(crate) fn records_response(action: &str) -> bool {
    RECORDED.contains(&action)
}

/// Renders parameters, answer and the role of a call.
pub(crate) fn details(exchange: &Exchange<'_>, action: &str, failure: Option<&Failure>) -> Details {
    let mut details = Details::management(read_only("sts.amazonaws.com", action));
    if failure.is_some_and(|failure| failure.is_access_denied() || failure.is_throttling()) {
        return details;
    }
    details.request_parameters = parameters::parameters(&exchange.request);
    let role = details.request_parameters.as_ref().and_then(|given| given.get("roleArn")?.as_str());
    details.resources = role.and_then(role_resource).into_iter().collect();
    if failure.is_none() && records_response(action) {
        details.response_elements = response_elements(exchange, action);
    }
    details
}

fn role_resource(arn: &str) -> Option<Resource> {
    let parts = Arn::parse(arn).ok().filter(|arn| arn.service == "iam")?;
    Some(Resource {
        account_id: Some(parts.account.to_owned()),
        kind: Some("AWS::IAM::Role".to_owned()),
        arn: Some(arn.to_owned()),
        arn_prefix: None,
    })
}

fn response_elements(exchange: &Exchange<'_>, action: &str) -> Option<Value> {
    let root = Element::parse(exchange.response.body.whole()?)?;
    let result = root.child(&format!("{action}Result"))?;
    let mut answered = Map::new();
    for member in &result.children {
        answered.insert(member.name.clone(), value_of(member));
    }
    Some(casing::lower_first_letters(&unless_empty(answered)?))
}

fn value_of(element: &Element) -> Value {
    match element.name.as_str() {
        "SessionToken" => return Value::from(HIDDEN),
        "Expiration" => {
            if let Ok(at) = Timestamp::from_json(&Value::from(element.text.as_str())) {
                return Value::from(at.recorded());
            }
        }
        "PackedPolicySize" => {
            if let Ok(percent) = element.text.parse::<u32>() {
                return Value::from(percent);
            }
        }
        _ => {}
    }
    if element.children.is_empty() {
        return Value::from(element.text.as_str());
    }
    let kept = element.children.iter().filter(|child| child.name != "SecretAccessKey");
    Value::Object(kept.map(|child| (child.name.clone(), value_of(child))).collect())
}
