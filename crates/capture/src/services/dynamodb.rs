//! DynamoDB: keys with their values, items by the names of their attributes, expressions without theirs.

use cairn_wire::casing::lower_first;
use serde_json::{Map, Value, json};

use super::data_events::{Place, each};
use super::partiql;
use crate::details::Details;
use crate::modelled::Decoded;

/// Renders the parameters of data events; their answers are never recorded.
pub(super) fn adjust(operation: &str, decoded: &Decoded, details: &mut Details) {
    if details.category != cairn_event::Category::Data {
        return;
    }
    details.response_elements = None;
    if details.request_parameters.is_none() {
        return;
    }
    let shown = match operation {
        "TransactGetItems" | "TransactWriteItems" => transaction(&decoded.request),
        "BatchGetItem" | "BatchWriteItem" => batch(&decoded.request),
        _ => members(&decoded.request),
    };
    details.request_parameters = Some(Value::Object(shown));
}

/// Returns the ARNs of the tables that PartiQL statements name.
pub(super) fn arns_of_statements(place: &Place, decoded: &Decoded) -> Vec<String> {
    let statements = ["Statement", "Statements.*.Statement", "TransactStatements.*.Statement"].iter();
    let texts = statements.flat_map(|path| each(&decoded.request, path)).filter_map(Value::as_str);
    texts.filter_map(partiql::table).map(|name| place.arn("dynamodb", &format!("table/{name}"))).collect()
}

/// Renders what is not a value of the application's: a member that is not listed is not shown.
fn members(given: &Map<String, Value>) -> Map<String, Value> {
    let mut shown = Map::new();
    for (name, value) in given {
        let shows = match name.as_str() {
            "Key" | "ExclusiveStartKey" => plain_members(value),
            "Item" | "AttributeUpdates" | "Expected" | "KeyConditions" | "QueryFilter" | "ScanFilter" => {
                names(value)
            }
            "Keys" => each_item(value, plain_members),
            "Statement" => value.as_str().map(|text| Value::from(partiql::without_literals(text))),
            "Statements" | "TransactStatements" => {
                each_item(value, |one| Some(Value::Object(members(one.as_object()?))))
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
fn transaction(given: &Map<String, Value>) -> Map<String, Value> {
    let mut shown = members(given);
    let items = each(given, "TransactItems.*").into_iter().filter_map(Value::as_object).flatten();
    let items = items.filter_map(|(operation, of)| {
        let mut item = members(of.as_object()?);
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
fn batch(given: &Map<String, Value>) -> Map<String, Value> {
    let mut shown = members(given);
    let tables = given.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
    let tables = tables.map(|(table, asked)| {
        let requests = |one: &Value| {
            let (kind, of) = one.as_object()?.iter().next()?;
            Some(json!({ lower_first(kind): members(of.as_object()?) }))
        };
        let shown = match asked {
            Value::Object(read) => Some(Value::Object(members(read))),
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
