//! Systems Manager: parameters and inventories are resources without a type.

use cairn_event::Resource;

use super::data_events::{Place, each, is_reasonable, text};
use crate::Exchange;
use crate::details::Details;
use crate::modelled::Decoded;

/// Names the resources of a call. A call that was turned away unread has none.
pub(super) fn adjust(operation: &str, exchange: &Exchange<'_>, decoded: &Decoded, details: &mut Details) {
    if details.request_parameters.is_none() || !details.resources.is_empty() {
        return;
    }
    let place = Place::of(exchange);
    details.resources = arns(operation, &place, decoded)
        .into_iter()
        .filter(|arn| is_reasonable(arn))
        .take(RESOURCES_MAX)
        .map(|arn| Resource {
            account_id: Some(place.account.clone()),
            arn: Some(arn),
            ..Resource::default()
        })
        .collect();
}

fn arns(operation: &str, place: &Place, decoded: &Decoded) -> Vec<String> {
    match operation {
        "DeleteParameter"
        | "GetParameter"
        | "GetParameterHistory"
        | "LabelParameterVersion"
        | "PutParameter"
        | "UnlabelParameterVersion" => {
            text(&decoded.request, "Name").map(|name| parameter(place, name)).into_iter().collect()
        }
        "DeleteParameters" | "GetParameters" => {
            let names = each(&decoded.request, "Names.*").into_iter();
            names.filter_map(|name| name.as_str()).map(|name| parameter(place, name)).collect()
        }
        "GetParametersByPath" => {
            text(&decoded.request, "Path").map(|path| parameter(place, path)).into_iter().collect()
        }
        "PutInventory" => {
            let id = text(&decoded.request, "InstanceId").unwrap_or_default();
            let instance = id.starts_with("i-").then(|| place.arn("ec2", &format!("instance/{id}")));
            let inventory = place.arn("ssm", &format!("managed-instance-inventory/{id}"));
            instance.into_iter().chain([inventory]).collect()
        }
        _ => Vec::new(),
    }
}

/// Makes the ARN of a parameter from its name, or of those below a path; a version or label is no part of it.
fn parameter(place: &Place, name: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    let name = name.trim_start_matches('/');
    let name = name.split(':').next().unwrap_or_default();
    place.arn("ssm", &format!("parameter/{name}"))
}

const RESOURCES_MAX: usize = 100;
