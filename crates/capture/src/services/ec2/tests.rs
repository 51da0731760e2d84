//! EC2's shapes against real records: every name that a record has must be one that our rules can give.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cairn_operations::{Kind, OperationId, ShapeId, Shapes, Table};
use serde_json::{Map, Value, json};

use super::{Answer, earlier, later, names};

/// Names that real records have and ours don't: no client is answered these.
const LEFT: [(&str, &str); 13] = [
    ("CreateInternetGateway", "internetGateway.association"),
    ("DisassociateRouteTable", "associationState"),
    ("DisassociateRouteTable", "associationState.state"),
    ("RunInstances", "instancesSet.items.interfaceId"),
    ("RunInstances", "instancesSet.items.metadataOptions.httpProtocolIpv4"),
    ("RunInstances", "instancesSet.items.networkInterfaceSet.items.associableWithElasticIpBySet"),
    ("RunInstances", "instancesSet.items.networkInterfaceSet.items.attachableToInstanceBySet"),
    ("RunInstances", "instancesSet.items.networkInterfaceSet.items.attachment.instanceId"),
    ("RunInstances", "instancesSet.items.networkInterfaceSet.items.attachment.instanceOwnerId"),
    ("RunInstances", "instancesSet.items.networkInterfaceSet.items.availabilityZone"),
    ("RunInstances", "instancesSet.items.networkInterfaceSet.items.internalInterfaceId"),
    ("RunInstances", "instancesSet.items.networkInterfaceSet.items.requesterManaged"),
    ("RunInstances", "instancesSet.items.networkInterfaceSet.items.tagSet"),
];

#[test]
fn real_requests_have_names_that_ours_have() {
    check("requestParameters", |shapes, operation, given| {
        let input = operation.input.map(|input| filled(shapes, input, 0));
        let given = given(input);
        if names::is_earlier(&operation.name) {
            earlier::request(shapes, operation, &given)
        } else {
            later::request(shapes, operation, &given)
        }
    });
}

#[test]
fn real_answers_have_names_that_ours_have() {
    check("responseElements", |shapes, operation, given| {
        let members = given(operation.output.map(|output| filled(shapes, output, 0)));
        let answer = Answer { shapes, operation, members: &members, id: "id" };
        if names::is_earlier(&operation.name) { earlier::response(&answer) } else { later::response(&answer) }
    });
}

type Members = fn(Option<Value>) -> Map<String, Value>;

fn check(part: &str, render: impl Fn(&Shapes, &cairn_operations::Operation, Members) -> Map<String, Value>) {
    let Some(records) = records() else {
        println!("SKIPPED: no real events at hand (CAIRN_SHARED)");
        return;
    };
    let table = Table::built_in();
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in records {
        let operation = record["eventName"].as_str().unwrap_or_default().to_owned();
        paths(&record[part], "", seen.entry(operation).or_default());
    }
    let (mut known, mut strange) = (0, Vec::new());
    for (operation, seen) in seen {
        let Some(id) = table.find("ec2", &operation) else { continue };
        let mut ours = BTreeSet::new();
        let rendered = rendered(&table, id, &render);
        paths(&rendered, "", &mut ours);
        for path in seen {
            let left = LEFT.contains(&(operation.as_str(), path.as_str()));
            if ours.contains(&path) || left {
                known += 1;
            } else {
                strange.push(format!("{operation}: {path}"));
            }
        }
    }
    println!("{known} names of {part} as in real records");
    assert_eq!(strange, Vec::<String>::new());
}

fn rendered(
    table: &Table,
    id: OperationId,
    render: &impl Fn(&Shapes, &cairn_operations::Operation, Members) -> Map<String, Value>,
) -> Value {
    let operation = table.operation(id).unwrap();
    let members: Members = |value| value.and_then(|value| value.as_object().cloned()).unwrap_or_default();
    Value::Object(render(&table.shapes(id), operation, members))
}

/// Makes a value of a shape with everything in it that it can hold.
fn filled(shapes: &Shapes, shape: ShapeId, depth: usize) -> Value {
    if depth > 6 {
        return Value::Null;
    }
    match &shapes.get(shape).unwrap().kind {
        Kind::Structure { members, .. } => {
            let members = members.iter().map(|own| (own.name.clone(), filled(shapes, own.shape, depth + 1)));
            Value::Object(members.collect())
        }
        Kind::List { item, .. } => json!([filled(shapes, *item, depth + 1)]),
        Kind::Map { value, .. } => json!({"k": filled(shapes, *value, depth + 1)}),
        Kind::Boolean => json!(true),
        Kind::Integer | Kind::Float => json!(1),
        Kind::Timestamp { .. } => json!("2026-01-02T03:04:05Z"),
        Kind::Text | Kind::Blob | Kind::Document => json!("add"),
    }
}

/// Collects the names in a value, those in lists without their places.
fn paths(value: &Value, at: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                paths(value, &path, into);
                into.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| paths(item, at, into)),
        _ => {}
    }
}

fn records() -> Option<Vec<Value>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("CAIRN_SHARED").map_or(root, PathBuf::from).join("fixtures/events");
    let mut found = Vec::new();
    for name in ["cloud-custodian", "invictus", "opensearch", "otrf_security-datasets", "stratus"] {
        for file in std::fs::read_dir(root.join(name)).ok()? {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap_or_default();
            match serde_json::from_str(&text) {
                Ok(whole) => collect(whole, &mut found),
                Err(_lines) => text
                    .lines()
                    .for_each(|line| collect(serde_json::from_str(line).unwrap_or_default(), &mut found)),
            }
        }
    }
    Some(found)
}

fn collect(value: Value, into: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.into_iter().for_each(|item| collect(item, into)),
        Value::Object(_) if value["eventSource"] == "ec2.amazonaws.com" => into.push(value),
        Value::Object(members) => members.into_iter().for_each(|(_, value)| collect(value, into)),
        _ => {}
    }
}
