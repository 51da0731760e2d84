//! The semantics of selectors, word for word, over plain JSON.

use serde_json::Value;

/// `trail logs ev = ANY selector matches`
pub(crate) fn logs(given: &Value, event: &Value) -> bool {
    list(&given["EventSelectors"]).iter().any(|selector| basic(selector, event))
        || list(&given["AdvancedEventSelectors"]).iter().any(|selector| advanced(selector, event))
}

fn basic(selector: &Value, event: &Value) -> bool {
    let read_only = &event["readOnly"];
    let access = match selector["ReadWriteType"].as_str().unwrap_or("All") {
        "ReadOnly" => read_only == true,
        "WriteOnly" => read_only == false,
        _ => true,
    };
    let selected = match category(event) {
        "Management" => {
            selector["IncludeManagementEvents"].as_bool().unwrap_or(true)
                && !list(&selector["ExcludeManagementEventSources"]).contains(&event["eventSource"])
        }
        "Data" => list(&selector["DataResources"])
            .iter()
            .any(|wanted| list(&event["resources"]).iter().any(|resource| data_resource(wanted, resource))),
        _ => false,
    };
    access && selected
}

fn data_resource(wanted: &Value, resource: &Value) -> bool {
    let kind = text(&wanted["Type"]).unwrap_or_default();
    text(&resource["type"]) == Some(kind)
        && list(&wanted["Values"]).iter().filter_map(text).any(|value| {
            if ["arn:aws:s3", "arn:aws:s3:::", "arn:aws:lambda", "arn:aws:dynamodb"].contains(&value) {
                return true;
            }
            let Some(arn) = arn(resource) else { return false };
            match kind {
                "AWS::S3::Object" => arn.starts_with(value),
                "AWS::Lambda::Function" => {
                    let qualifier = arn.strip_prefix(value).and_then(|rest| rest.strip_prefix(':'));
                    arn == value || qualifier.is_some_and(|rest| !rest.contains(':'))
                }
                _ => arn == value,
            }
        })
}

/// `match(selector, ev) = ALL field selectors true`, where those about resources are asked of one entry.
fn advanced(selector: &Value, event: &Value) -> bool {
    let fields = list(&selector["FieldSelectors"]);
    let of_resources =
        |field: &&Value| text(&field["Field"]).is_some_and(|name| name.starts_with("resources."));
    let (about_resources, plain): (Vec<&Value>, Vec<&Value>) = fields.iter().partition(of_resources);
    let resources = list(&event["resources"]);
    plain.iter().all(|field| satisfied(field, value(field, event).as_deref()))
        && (about_resources.is_empty()
            || resources.iter().any(|resource| {
                about_resources.iter().all(|field| match text(&field["Field"]) {
                    Some("resources.type") => satisfied(field, text(&resource["type"])),
                    _ => satisfied(field, arn(resource)),
                })
            }))
}

/// `match(field, ev) = select_ok AND deselect_ok`
fn satisfied(field: &Value, value: Option<&str>) -> bool {
    type Hit = fn(&str, &str) -> bool;
    let operators: [(&str, Hit); 3] = [
        ("Equals", |value, given| value == given),
        ("StartsWith", |value, given| value.starts_with(given)),
        ("EndsWith", |value, given| value.ends_with(given)),
    ];
    let hit = |name: &str, hit: Hit| {
        list(&field[name]).iter().filter_map(text).any(|given| value.is_some_and(|value| hit(value, given)))
    };
    let no_select = operators.iter().all(|(name, _)| field[*name].is_null());
    let select_ok = no_select || operators.iter().any(|(name, with)| hit(name, *with));
    let deselect_ok = !operators.iter().any(|(name, with)| hit(&format!("Not{name}"), *with));
    select_ok && deselect_ok
}

fn value(field: &Value, event: &Value) -> Option<String> {
    let found = match text(&field["Field"])? {
        "eventCategory" => return Some(category(event).to_owned()),
        "userIdentity.arn" => &event["userIdentity"]["arn"],
        name => &event[name],
    };
    match found {
        Value::Bool(value) => Some(value.to_string()),
        Value::String(value) => Some(value.clone()),
        _ => None,
    }
}

fn category(event: &Value) -> &str {
    match text(&event["eventCategory"]) {
        Some(category) => category,
        None if event["managementEvent"] == false => "Data",
        None => "Management",
    }
}

fn arn(resource: &Value) -> Option<&str> {
    text(&resource["ARN"]).or(text(&resource["ARNPrefix"]))
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
