//! `operation.rs` of a query service: the operations, their shapes, and the link from typed inputs.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use super::model::{Model, Operation};
use super::names;

pub(crate) fn render(title: &str, model: &Model) -> Result<String> {
    let mut text = format!(
        "//! {title}'s operations: names and shapes.\n\n\
         use super::requests::*;\nuse super::responses::*;\nuse super::shapes;\n\
         use crate::query::{{self, Input, OperationModel}};\n\n\
         /// An operation of {title}, in alphabetical order.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Operation {{\n"
    );
    for name in model.operations.keys() {
        writeln!(text, "/// `{name}`.\n{name},")?;
    }
    let namespace = model.metadata.xml_namespace.as_ref().context("find the XML namespace")?;
    writeln!(
        text,
        "}}\n\nimpl query::Operation for Operation {{\n\
         const ALL: &'static [Self] = &[{all}];\n\
         const VERSION: &'static str = {version:?};\n\
         const NAMESPACE: &'static str = {namespace:?};\n\n\
         #[expect(clippy::too_many_lines, reason = \"one line for each operation\")]\n\
         fn model(self) -> &'static OperationModel {{\nmatch self {{",
        all = model.operations.keys().map(|name| format!("Self::{name},")).collect::<String>(),
        version = model.metadata.api_version,
    )?;
    for name in model.operations.keys() {
        writeln!(text, "Self::{name} => &{},", names::constant(name))?;
    }
    text.push_str("}\n}\n}\n");
    if model.operations.len() <= LINES_MAX {
        text =
            text.replace("#[expect(clippy::too_many_lines, reason = \"one line for each operation\")]\n", "");
    }
    for (name, operation) in &model.operations {
        text.push_str(&constant(name, operation));
    }
    Ok(text)
}

/// The lint's limit for a function, less what is not a line for an operation.
const LINES_MAX: usize = 66;

fn constant(name: &str, operation: &Operation) -> String {
    let (input, output) = (&operation.input.shape, &operation.output.shape);
    format!(
        "\nstatic {constant}: OperationModel = OperationModel {{\nname: {name:?},\n\
         input: &shapes::{input_shape},\noutput: &shapes::{output_shape},\n}};\n\n\
         impl Input for {input_type} {{\ntype Operation = Operation;\n\
         const OPERATION: Operation = Operation::{name};\ntype Output = {output_type};\n}}\n",
        constant = names::constant(name),
        input_shape = names::constant(input),
        output_shape = names::constant(output),
        input_type = names::type_name(input),
        output_type = names::type_name(output),
    )
}
