//! `operation.rs` of a JSON service other than CloudTrail: the operations, their errors, their shapes, and the
//! link from typed inputs.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use super::model::{Model, Operation};
use super::names;

pub(crate) fn render(title: &str, model: &Model) -> Result<String> {
    let mut text = format!(
        "//! {title}'s operations: names, errors and shapes.\n\n\
         use std::fmt;\n\nuse super::ErrorCode;\nuse super::requests::*;\nuse super::responses::*;\n\
         use super::shapes;\nuse crate::json11::{{Input, OperationModel}};\n\n\
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
         /// Returns the name, as in `X-Amz-Target` and in the record's `eventName`.\n\
         pub const fn name(self) -> &'static str {{\nself.model().name\n}}\n\n\
         /// Lists the errors that the service model declares for the operation.\n\
         pub const fn errors(self) -> &'static [ErrorCode] {{\nself.model().errors\n}}\n\n\
         /// Finds the operation of that name.\n\
         pub fn find(name: &str) -> Option<Self> {{\n\
         let found = Self::ALL.binary_search_by(|operation| operation.name().cmp(name));\n\
         found.ok().and_then(|at| Self::ALL.get(at)).copied()\n}}\n\n\
         pub(crate) const fn model(self) -> &'static OperationModel<ErrorCode> {{\nmatch self {{"
    )?;
    for name in model.operations.keys() {
        writeln!(text, "Self::{name} => &{},", names::constant(name))?;
    }
    text.push_str(
        "}\n}\n}\n\nimpl fmt::Display for Operation {\n\
         fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {\nf.write_str(self.name())\n}\n}\n",
    );
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
        "\nstatic {constant}: OperationModel<ErrorCode> = OperationModel {{\nname: {name:?},\nerrors: &[{errors}],\n\
         input: &shapes::{input_shape},\noutput: &shapes::{output_shape},\n}};\n\n\
         impl Input for {input_type} {{\ntype Operation = Operation;\nconst OPERATION: Operation = Operation::{name};\n\
         type Output = {output_type};\n}}\n",
        constant = names::constant(name),
        input_shape = names::constant(input),
        output_shape = names::constant(output),
        input_type = names::type_name(input),
        output_type = names::type_name(output),
    )
}
