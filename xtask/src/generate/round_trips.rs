//! `round_trips.rs`: for the tests of `cairn-wire`, each operation's types tied to its shapes.

use std::fmt::Write as _;

use anyhow::Result;

use super::model::Model;
use super::names;

/// The lint's limit for a function, less what is not a line for an operation.
const LINES_MAX: usize = 66;

pub(crate) fn render(model: &Model) -> Result<String> {
    let mut text = String::from(
        "//! Reads JSON into each operation's types and writes it again.\n\n\
         use serde::Serialize;\nuse serde::de::DeserializeOwned;\nuse serde_json::{Result, Value};\n\n\
         use super::Operation;\nuse super::requests::*;\nuse super::responses::*;\n",
    );
    for (function, direction) in [("request", true), ("response", false)] {
        text.push('\n');
        if model.operations.len() > LINES_MAX {
            text.push_str("#[expect(clippy::too_many_lines, reason = \"one line for each operation\")]\n");
        }
        writeln!(
            text,
            "pub(crate) fn {function}(operation: Operation, value: Value) -> Result<Value> {{\nmatch operation {{"
        )?;
        for (name, operation) in &model.operations {
            let shape = if direction { &operation.input.shape } else { &operation.output.shape };
            writeln!(text, "Operation::{name} => again::<{}>(value),", names::type_name(shape))?;
        }
        text.push_str("}\n}\n");
    }
    text.push_str(
        "\nfn again<T: DeserializeOwned + Serialize>(value: Value) -> Result<Value> {\n\
         serde_json::to_value(serde_json::from_value::<T>(value)?)\n}\n",
    );
    Ok(text)
}
