//! The earlier shapes: `instancesSet{items[{instanceId}]}`, `_return`, times in milliseconds.

use cairn_operations::{Kind, Member, Operation, ShapeId, Shapes};
use cairn_wire::Timestamp;
use cairn_wire::casing::lower_first;
use serde_json::{Map, Value, json};

use super::{Answer, DEPTH_MAX, REMOVED, names};

/// Renders what was asked. A Describe shows its lists even where none was sent.
pub(super) fn request(
    shapes: &Shapes,
    operation: &Operation,
    given: &Map<String, Value>,
) -> Map<String, Value> {
    let asked = Asked { shapes, operation: &operation.name };
    let mut shown = match operation.input.and_then(|input| members(shapes, input)) {
        Some(own) => asked.structure(own, given, 0),
        None => Map::new(),
    };
    if operation.name.starts_with("Describe") {
        for member in operation.input.and_then(|input| members(shapes, input)).unwrap_or_default() {
            if let (Some((set, _)), true) =
                (names::of_list(&operation.name, &member.name), is_list(shapes, member))
            {
                shown.entry(set).or_insert_with(|| json!({}));
            }
        }
    }
    match operation.name.as_str() {
        "RunInstances" => run_instances(&mut shown),
        "CreateVolume" => rename(&mut shown, "availabilityZone", "zone"),
        "DescribeAccountAttributes" => {
            shown.entry("filterSet").or_insert_with(|| json!({}));
        }
        "CreateNetworkInterface" => {
            shown.entry("groupSet").or_insert_with(|| json!({}));
        }
        "ModifyImageAttribute" | "ModifySnapshotAttribute" => permissions(&operation.name, &mut shown),
        _ => {}
    }
    shown
}

/// Renders what was answered, by the names in the answer's XML.
pub(super) fn response(answer: &Answer<'_>) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("requestId".to_owned(), Value::from(answer.id));
    match answer.operation.output.and_then(|output| members(answer.shapes, output)) {
        Some(own) => shown.extend(answered(answer.shapes, own, answer.members, 0)),
        // A call that answers nothing answers that it was done.
        None => {
            shown.insert("_return".to_owned(), Value::Bool(true));
        }
    }
    if answer.operation.name == "CreateVolume" {
        rename(&mut shown, "availabilityZone", "zone");
    }
    shown
}

struct Asked<'a> {
    shapes: &'a Shapes,
    operation: &'a str,
}

impl Asked<'_> {
    fn structure(&self, own: &[Member], given: &Map<String, Value>, depth: usize) -> Map<String, Value> {
        let mut shown = Map::new();
        for member in own {
            let Some(value) = given.get(&member.name) else { continue };
            let (name, item) = match names::of_list(self.operation, &member.name) {
                Some((set, item)) if is_list(self.shapes, member) => (set.to_owned(), item),
                _ => (lower_first(member.on_wire()), ""),
            };
            let value = if member.sensitive {
                Value::from(REMOVED)
            } else {
                self.value(member, item, value, depth + 1)
            };
            merge(&mut shown, name, value);
        }
        shown
    }

    fn value(&self, member: &Member, item: &str, value: &Value, depth: usize) -> Value {
        if depth > DEPTH_MAX {
            return Value::Null;
        }
        match (self.shapes.get(member.shape).map(|shape| &shape.kind), value) {
            (Some(Kind::Structure { members, .. }), Value::Object(given)) => {
                Value::Object(self.structure(members, given, depth))
            }
            (Some(Kind::List { item: of, .. }), Value::Array(values)) => self.list(*of, item, values, depth),
            (Some(Kind::Timestamp { .. }), value) => milliseconds(value),
            (_, value) => value.clone(),
        }
    }

    fn list(&self, of: ShapeId, item: &str, values: &[Value], depth: usize) -> Value {
        let secret = self.shapes.get(of).is_some_and(|shape| shape.sensitive);
        let items = values.iter().map(|value| match (members(self.shapes, of), value) {
            _ if secret => Value::from(REMOVED),
            (Some(own), Value::Object(given)) => self.entry(own, given, depth),
            (_, value) if item.is_empty() => value.clone(),
            (_, value) => json!({ item: value }),
        });
        let items: Vec<Value> = items.collect();
        if items.is_empty() {
            return json!({});
        }
        json!({ if names::says_item(self.operation) { "item" } else { "items" }: items })
    }

    fn entry(&self, own: &[Member], given: &Map<String, Value>, depth: usize) -> Value {
        let mut shown = self.structure(own, given, depth + 1);
        if is_permission(own) {
            for name in ["groups", "ipRanges", "prefixListIds"] {
                shown.entry(name).or_insert_with(|| json!({}));
            }
        }
        // The values of a filter, and the tags of a specification.
        if let Some(values) =
            given.get("Values").and_then(Value::as_array).filter(|_| shown.remove("value").is_some())
        {
            let values: Vec<Value> = values.iter().map(|value| json!({ "value": value })).collect();
            shown.insert("valueSet".to_owned(), json!({ "items": values }));
        }
        if given.contains_key("ResourceType")
            && let Some(mut tags) = shown.remove("tagSet")
        {
            let items = tags.get_mut("items").map(Value::take);
            shown.insert("tags".to_owned(), items.unwrap_or_else(|| json!([])));
        }
        Value::Object(shown)
    }
}

fn answered(shapes: &Shapes, own: &[Member], given: &Map<String, Value>, depth: usize) -> Map<String, Value> {
    let shown = own.iter().filter_map(|member| {
        let value = given.get(&member.name)?;
        let name = if member.on_wire() == "return" { "_return" } else { member.on_wire() };
        let mut value = if member.sensitive {
            Value::from(REMOVED)
        } else {
            answered_value(shapes, member.shape, value, depth + 1)
        };
        // Alone among the lists of answers.
        if let (Value::Object(list), "privateIpAddressesSet") = (&mut value, name) {
            rename(list, "items", "item");
        }
        Some((lower_first(name), value))
    });
    shown.collect()
}

fn answered_value(shapes: &Shapes, shape: ShapeId, value: &Value, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    let secret = shapes.get(shape).is_some_and(|shape| shape.sensitive);
    match (shapes.get(shape).map(|shape| &shape.kind), value) {
        _ if secret => Value::from(REMOVED),
        (Some(Kind::Structure { members, .. }), Value::Object(given)) => {
            Value::Object(answered(shapes, members, given, depth))
        }
        (Some(Kind::List { .. }), Value::Array(values)) if values.is_empty() => json!({}),
        (Some(Kind::List { item, .. }), Value::Array(values)) => {
            let items: Vec<Value> =
                values.iter().map(|value| answered_value(shapes, *item, value, depth + 1)).collect();
            json!({ "items": items })
        }
        (Some(Kind::Timestamp { .. }), value) => milliseconds(value),
        (_, value) => value.clone(),
    }
}

fn milliseconds(value: &Value) -> Value {
    let at = Timestamp::from_json(value);
    at.map_or_else(|_no_time| value.clone(), |at| Value::from(jiff::Timestamp::from(at).as_millisecond()))
}

/// Takes two members that have one name in records together: both kinds of security groups of RunInstances.
fn merge(shown: &mut Map<String, Value>, name: String, value: Value) {
    let more = value.get("items").and_then(Value::as_array).cloned();
    let before =
        shown.get_mut(&name).and_then(|before| before.get_mut("items")).and_then(Value::as_array_mut);
    match (before, more) {
        (Some(before), Some(more)) => before.extend(more),
        _ => {
            shown.insert(name, value);
        }
    }
}

/// RunInstances shows one item of instances, what their placement says beside the rest, and its disks always.
fn run_instances(shown: &mut Map<String, Value>) {
    let of_item = ["imageId", "minCount", "maxCount", "keyName"];
    let item: Map<String, Value> = of_item.iter().filter_map(|name| shown.remove_entry(*name)).collect();
    shown.insert("instancesSet".to_owned(), json!({ "items": [item] }));
    if let Some(Value::Object(placement)) = shown.remove("placement") {
        for (name, value) in placement {
            shown.entry(name).or_insert(value);
        }
    }
    for (member, item) in [("securityGroupId", "groupId"), ("securityGroup", "groupName")] {
        if let Some(Value::Object(mut groups)) = shown.remove(member) {
            let items = groups.remove("items").unwrap_or_default();
            let items = items.as_array().into_iter().flatten();
            let items: Vec<Value> = items.map(|value| json!({ item: value })).collect();
            merge(shown, "groupSet".to_owned(), json!({ "items": items }));
        }
    }
    shown.entry("blockDeviceMapping").or_insert_with(|| json!({}));
}

/// Permissions are shown as what is added and removed, however they were asked for.
fn permissions(operation: &str, shown: &mut Map<String, Value>) {
    let member =
        if operation == "ModifySnapshotAttribute" { "createVolumePermission" } else { "launchPermission" };
    rename(shown, "attribute", "attributeType");
    if operation == "ModifySnapshotAttribute"
        && let Some(kind) = shown.get_mut("attributeType").filter(|kind| *kind == member)
    {
        *kind = Value::from("CREATE_VOLUME_PERMISSION");
    }
    let mut items = Vec::new();
    for (list, item) in [("userId", "userId"), ("userGroup", "group")] {
        let listed = shown.remove(list);
        let values = listed.as_ref().and_then(|listed| listed.get("items")).and_then(Value::as_array);
        items.extend(values.into_iter().flatten().map(|value| json!({ item: value })));
    }
    let way = shown.remove("operationType");
    if let (false, Some(way)) = (items.is_empty(), way.as_ref().and_then(Value::as_str)) {
        shown.insert(member.to_owned(), json!({ way: { "items": items } }));
    }
}

fn rename(shown: &mut Map<String, Value>, name: &str, shown_as: &str) {
    if let Some(value) = shown.remove(name) {
        shown.insert(shown_as.to_owned(), value);
    }
}

fn members(shapes: &Shapes, shape: ShapeId) -> Option<&[Member]> {
    match &shapes.get(shape)?.kind {
        Kind::Structure { members, .. } => Some(members),
        _ => None,
    }
}

fn is_list(shapes: &Shapes, member: &Member) -> bool {
    matches!(shapes.get(member.shape).map(|shape| &shape.kind), Some(Kind::List { .. }))
}

/// Whether these are the members of a rule of a security group: its lists are shown even when they are empty.
fn is_permission(members: &[Member]) -> bool {
    members.iter().any(|member| member.name == "UserIdGroupPairs")
}
