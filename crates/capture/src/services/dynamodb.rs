//! DynamoDB: keys with their values, items by the names of their attributes, expressions without theirs.

use cairn_wire::casing::lower_first;
use serde_json::{Map, Value, json};

use super::data_events::{Place, each, text};
use super::partiql;
use crate::details::Details;
use crate::modelled::Decoded;
use crate::{Exchange, ModelledCall};

/// Renders the parameters of data events; their answers are never recorded.
pub(super) fn adjust(
    call: &ModelledCall,
    operation: &str,
    exchange: &Exchange<'_>,
    decoded: &Decoded,
    details: &mut Details,
) {
    if details.category != cairn_event::Category::Data {
        return;
    }
    details.response_elements = None;
    if details.request_parameters.is_none() {
        return;
    }
    let keys = Keys { call, place: Place::of(exchange) };
    let shown = match operation {
        "TransactGetItems" | "TransactWriteItems" => transaction(&decoded.request, &keys),
        "BatchGetItem" | "BatchWriteItem" => batch(&decoded.request, &keys),
        _ => members(&decoded.request, &keys.of(&decoded.request)),
    };
    details.request_parameters = Some(Value::Object(shown));
}

/// Returns the ARNs of the tables that PartiQL statements name.
pub(super) fn arns_of_statements(place: &Place, decoded: &Decoded) -> Vec<String> {
    let statements = ["Statement", "Statements.*.Statement", "TransactStatements.*.Statement"].iter();
    let texts = statements.flat_map(|path| each(&decoded.request, path)).filter_map(Value::as_str);
    texts.filter_map(partiql::table).map(|name| place.arn("dynamodb", &format!("table/{name}"))).collect()
}

/// What is known of the keys of tables.
struct Keys<'a> {
    call: &'a ModelledCall,
    place: Place,
}

impl Keys<'_> {
    fn of(&self, given: &Map<String, Value>) -> Vec<String> {
        text(given, "TableName").map(|name| self.of_table(name)).unwrap_or_default()
    }

    fn of_table(&self, name: &str) -> Vec<String> {
        let Some(known) = &self.call.table_keys else { return Vec::new() };
        match name.starts_with("arn:") {
            true => known.of(name),
            false => known.of(&self.place.arn("dynamodb", &format!("table/{name}"))),
        }
    }
}

/// Renders what is not a value of the application's: a member that is not listed is not shown. `key` are the
/// attributes of an item that are its key, as far as they are known.
fn members(given: &Map<String, Value>, key: &[String]) -> Map<String, Value> {
    let mut shown = Map::new();
    if let Some(item) = given.get("Item").and_then(Value::as_object)
        && !key.is_empty()
    {
        let of_key = item.iter().filter(|(name, _)| key.contains(name));
        let of_key: Map<String, Value> = of_key.map(|(name, value)| (name.clone(), value.clone())).collect();
        shown.extend(plain_members(&Value::Object(of_key)).map(|key| ("key".to_owned(), key)));
    }
    for (name, value) in given {
        let shows = match name.as_str() {
            "Key" | "ExclusiveStartKey" => plain_members(value),
            "Item" | "AttributeUpdates" | "Expected" | "KeyConditions" | "QueryFilter" | "ScanFilter" => {
                names(value)
            }
            "Keys" => each_item(value, plain_members),
            "Statement" => value.as_str().map(|text| Value::from(partiql::without_literals(text))),
            "Statements" | "TransactStatements" => {
                each_item(value, |one| Some(Value::Object(members(one.as_object()?, &[]))))
            }
            known if KEPT.contains(&known) => Some(value.clone()),
            _ => None,
        };
        if let Some(value) = shows {
            shown.insert(lower_first(name), value);
        }
    }
    shown
}

/// Renders `TransactItems` as records do: one list, whose entries say what is done.
fn transaction(given: &Map<String, Value>, keys: &Keys<'_>) -> Map<String, Value> {
    let mut shown = members(given, &[]);
    let items = each(given, "TransactItems.*").into_iter().filter_map(Value::as_object).flatten();
    let items = items.filter_map(|(operation, of)| {
        let of = of.as_object()?;
        let mut item = members(of, &keys.of(of));
        if let Some(names) = item.remove("item") {
            item.insert("items".to_owned(), names);
        }
        item.insert("operation".to_owned(), Value::from(operation.as_str()));
        Some(Value::Object(item))
    });
    shown.insert("requestItems".to_owned(), Value::Array(items.collect()));
    shown
}

/// Renders `RequestItems`: by table, the keys that are read, or what is put and deleted.
fn batch(given: &Map<String, Value>, keys: &Keys<'_>) -> Map<String, Value> {
    let mut shown = members(given, &[]);
    let tables = given.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
    let tables = tables.map(|(table, asked)| {
        let key = keys.of_table(table);
        let requests = |one: &Value| {
            let (kind, of) = one.as_object()?.iter().next()?;
            Some(json!({ lower_first(kind): members(of.as_object()?, &key) }))
        };
        let shown = match asked {
            Value::Object(read) => Some(Value::Object(members(read, &[]))),
            written => each_item(written, requests),
        };
        (table.clone(), shown.unwrap_or_default())
    });
    shown.insert("requestItems".to_owned(), Value::Object(tables.collect()));
    shown
}

fn each_item(value: &Value, shown: impl Fn(&Value) -> Option<Value>) -> Option<Value> {
    Some(Value::Array(value.as_array()?.iter().filter_map(shown).collect()))
}

/// Takes away the tags of types: `{"S": "a"}` is `"a"`.
fn plain_members(value: &Value) -> Option<Value> {
    let plain = value.as_object()?.iter().map(|(name, tagged)| {
        let value = tagged.as_object().and_then(|tagged| tagged.values().next());
        (name.clone(), value.cloned().unwrap_or_default())
    });
    Some(Value::Object(plain.collect()))
}

fn names(value: &Value) -> Option<Value> {
    Some(Value::Array(value.as_object()?.keys().map(|name| Value::from(name.as_str())).collect()))
}

/// Members that are shown as they are. Values of expressions and parameters of statements are not among them.
const KEPT: [&str; 21] = [
    "AttributesToGet",
    "ClientRequestToken",
    "ConditionExpression",
    "ConditionalOperator",
    "ConsistentRead",
    "ExpressionAttributeNames",
    "FilterExpression",
    "IndexName",
    "KeyConditionExpression",
    "Limit",
    "ProjectionExpression",
    "ReturnConsumedCapacity",
    "ReturnItemCollectionMetrics",
    "ReturnValues",
    "ReturnValuesOnConditionCheckFailure",
    "ScanIndexForward",
    "Segment",
    "Select",
    "TableName",
    "TotalSegments",
    "UpdateExpression",
];
