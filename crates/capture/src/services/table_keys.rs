//! Which attributes of DynamoDB's items are their key: only the table's schema tells, and answers show it.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use cairn_event::{AccountId, Region};
use serde_json::Value;

use crate::ServiceCall;

/// The keys of tables whose schema an answer showed. Shared by all calls; begins empty, and nothing is lost with it
/// but the `key` of records.
#[derive(Debug, Default)]
pub struct TableKeys {
    by_arn: RwLock<BTreeMap<String, Vec<String>>>,
}

impl TableKeys {
    /// Takes what a good answer to a call shows of a table in that account and Region.
    pub fn learn(&self, call: &ServiceCall, (account, region): (AccountId, &Region), answer: &[u8]) {
        if !matches!(call, ServiceCall::Modelled(call) if teaches(&call.event_source, &call.event_name)) {
            return;
        }
        let Ok(answer) = serde_json::from_slice::<Value>(answer) else { return };
        let Some(table) = ["TableDescription", "Table"].iter().find_map(|name| answer.get(*name)) else {
            return;
        };
        let attributes = table["KeySchema"].as_array().into_iter().flatten();
        let names =
            attributes.filter_map(|one| one["AttributeName"].as_str()).filter(fits).take(KEY_ATTRIBUTES);
        let names: Vec<String> = names.map(str::to_owned).collect();
        let Some(table) = table["TableName"].as_str().filter(fits).filter(|_| !names.is_empty()) else {
            return;
        };
        let mut known = self.by_arn.write().unwrap_or_else(PoisonError::into_inner);
        let arn = format!("arn:aws:dynamodb:{region}:{account}:table/{table}");
        if known.len() < TABLES_MAX || known.contains_key(&arn) {
            known.insert(arn, names);
        }
    }

    /// Returns the key's attributes, by the table's ARN; none where nothing showed them.
    pub(super) fn of(&self, arn: &str) -> Vec<String> {
        let known = self.by_arn.read().unwrap_or_else(PoisonError::into_inner);
        known.get(arn).cloned().unwrap_or_default()
    }
}

/// Tells whether the answer of a call shows a table's schema.
pub(super) fn teaches(event_source: &str, event_name: &str) -> bool {
    event_source == "dynamodb.amazonaws.com"
        && matches!(event_name, "CreateTable" | "DeleteTable" | "DescribeTable" | "UpdateTable")
}

fn fits(name: &&str) -> bool {
    name.len() <= NAME_BYTES_MAX
}

/// The longest name of a table, or of an attribute that is a key.
const NAME_BYTES_MAX: usize = 255;
/// A key has one attribute or two.
const KEY_ATTRIBUTES: usize = 2;
/// How many tables are remembered; records of further ones have no `key`.
const TABLES_MAX: usize = 100_000;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cairn_operations::Table;
    use cairn_wire::recognise::Protocol;

    use super::*;
    use crate::ModelledCall;

    fn call(operation: &str) -> ServiceCall {
        let table: Arc<Table> = Table::built_in();
        let id = table.find("dynamodb", operation).unwrap();
        ServiceCall::Modelled(ModelledCall::new(&table, id, Protocol::Json).unwrap())
    }

    #[test]
    fn answers_that_show_a_schema_teach_and_others_do_not() {
        let keys = TableKeys::default();
        let (account, region) = ("111122223333".parse().unwrap(), "eu-west-1".parse().unwrap());
        let arn = |table: &str| format!("arn:aws:dynamodb:eu-west-1:111122223333:table/{table}");
        let schema =
            r#""KeySchema": [{"AttributeName": "id"}, {"AttributeName": "at"}, {"AttributeName": "x"}]"#;
        for (operation, answer) in [
            ("CreateTable", format!(r#"{{"TableDescription": {{"TableName": "made", {schema}}}}}"#)),
            ("DescribeTable", format!(r#"{{"Table": {{"TableName": "shown", {schema}}}}}"#)),
            ("DescribeTable", r#"{"Table": {"TableName": "bare"}}"#.to_owned()),
            ("DescribeTable", format!(r#"{{"Table": {{"TableName": "{}", {schema}}}}}"#, "l".repeat(256))),
            ("DescribeTable", "{".to_owned()),
            ("GetItem", format!(r#"{{"Table": {{"TableName": "item", {schema}}}}}"#)),
        ] {
            keys.learn(&call(operation), (account, &region), answer.as_bytes());
        }
        let long = "l".repeat(256);
        for (table, expected) in
            [(long.as_str(), 0), ("made", 2), ("shown", 2), ("bare", 0), ("item", 0), ("other", 0)]
        {
            assert_eq!(keys.of(&arn(table)).len(), expected, "{table}");
        }
        assert_eq!(keys.of("arn:aws:dynamodb:us-east-1:111122223333:table/made"), Vec::<String>::new());
    }
}
