//! `operation.rs` of a JSON service other than CloudTrail: the operations, their errors, their shapes, and the
//! link from typed inputs.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use super::model::{Model, Operation};
use super::names;

pub(crate) fn render(title: &str, model: &Model) -> Result<String> {
    let mut text = format!(
        "//! {title}'s operations: names, errors and shapes.\n\n\
         use super::ErrorCode;\nuse super::model::{{Input, OperationModel}};\nuse super::requests::*;\n\
         use super::responses::*;\nuse super::shapes;\n\n\
         /// An operation of {title}, in alphabetical order.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Operation {{\n",
    );
    for name in model.operations.keys() {
        writeln!(text, "/// `{name}`.\n{name},")?;
    }
    let target = model.metadata.target_prefix.as_ref().context("find the prefix of the target")?;
    writeln!(
        text,
        "}}\n\nimpl Operation {{\n/// Every operation, in alphabetical order.\n\
         pub const ALL: [Self; {}] = [",
        model.operations.len()
    )?;
    for name in model.operations.keys() {
        writeln!(text, "Self::{name},")?;
    }
    writeln!(
        text,
        "];\n\n/// What stands before the operation in `X-Amz-Target`.\n\
         pub const TARGET_PREFIX: &'static str = {target:?};\n\n\
         pub(crate) const fn model(self) -> &'static OperationModel {{\nmatch self {{"
    )?;
    for name in model.operations.keys() {
        writeln!(text, "Self::{name} => &{},", names::constant(name))?;
    }
    text.push_str("}\n}\n}\n");
    for (name, operation) in &model.operations {
        text.push_str(&constant(name, operation));
    }
    Ok(text)
}

fn constant(name: &str, operation: &Operation) -> String {
    let errors: String = operation
        .errors
        .iter()
        .map(|error| format!("ErrorCode::{},", names::type_name(&error.shape)))
        .collect();
    let (input, output) = (&operation.input.shape, &operation.output.shape);
    format!(
        "\nstatic {constant}: OperationModel = OperationModel {{\nname: {name:?},\nerrors: &[{errors}],\n\
         input: &shapes::{input_shape},\noutput: &shapes::{output_shape},\n}};\n\n\
         impl Input for {input_type} {{\nconst OPERATION: Operation = Operation::{name};\n\
         type Output = {output_type};\n}}\n",
        constant = names::constant(name),
        input_shape = names::constant(input),
        output_shape = names::constant(output),
        input_type = names::type_name(input),
        output_type = names::type_name(output),
    )
}
