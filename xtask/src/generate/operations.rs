//! `operation.rs`: the operations, their errors, and the link from typed inputs to operations.

use std::fmt::Write as _;

use anyhow::Result;

use super::model::{Model, Operation};
use super::{names, recorded};

pub(crate) fn render(title: &str, model: &Model) -> Result<String> {
    let mut text = format!(
        "//! {title}'s operations: names, errors, shapes, and what is recorded of them.\n\n\
         use super::ErrorCode;\nuse super::model::{{OperationModel, Recorded}};\nuse super::requests::*;\n\
         use super::responses::*;\nuse super::shapes;\nuse crate::json11::Input;\n\n",
    );
    text.push_str(
        "/// An operation of the `cloudtrail` service, in alphabetical order.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Operation {\n",
    );
    for name in model.operations.keys() {
        writeln!(text, "/// `{name}`.\n{name},")?;
    }
    writeln!(
        text,
        "}}\n\nimpl Operation {{\n/// Every operation, in alphabetical order.\npub const ALL: [Self; {}] = [",
        model.operations.len()
    )?;
    for name in model.operations.keys() {
        writeln!(text, "Self::{name},")?;
    }
    text.push_str("];\n\npub(crate) const fn model(self) -> &'static OperationModel {\nmatch self {\n");
    for name in model.operations.keys() {
        writeln!(text, "Self::{name} => &{},", names::constant(name))?;
    }
    text.push_str("}\n}\n}\n");
    for (name, operation) in &model.operations {
        text.push_str(&constant(name, operation)?);
    }
    Ok(text)
}

fn constant(name: &str, operation: &Operation) -> Result<String> {
    let recorded = recorded::of(name)?;
    let mut errors: Vec<&str> = Vec::new();
    for error in &operation.errors {
        // The model lists a few errors twice.
        if !errors.contains(&error.shape.as_str()) {
            errors.push(&error.shape);
        }
    }
    let errors: String = errors.iter().map(|error| format!("ErrorCode::{error},")).collect();
    let (input, output) = (&operation.input.shape, &operation.output.shape);
    Ok(format!(
        "\nstatic {constant}: OperationModel = OperationModel {{\nname: {name:?},\n\
         recorded: Recorded::{recorded},\nerrors: &[{errors}],\n\
         input: {input_shape},\noutput: {output_shape},\n}};\n\n\
         impl Input for {input} {{\ntype Operation = Operation;\nconst OPERATION: Operation = Operation::{name};\n\
         type Output = {output};\n}}\n",
        constant = names::constant(name),
        input_shape = shape_reference(input),
        output_shape = shape_reference(output),
    ))
}

fn shape_reference(name: &str) -> String {
    format!("&shapes::{}", names::constant(name))
}
