//! `enums.rs`, `types.rs`, `requests.rs` and `responses.rs`: the shapes as Rust types.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use super::model::{Kind, Model, Shape};
use super::{documentation, names};

/// Renders the closed sets of words; nothing where there are none.
pub(crate) fn render_enums(title: &str, model: &Model) -> Result<Option<String>> {
    let mut any = false;
    let mut text = format!(
        "//! The closed sets of words in {title}'s shapes.\n\nuse serde::{{Deserialize, Serialize}};\n"
    );
    for name in model.reachable()? {
        let shape = model.shape(name)?;
        if shape.kind == Kind::String && !shape.values.is_empty() {
            text.push_str(&enumeration(name, shape)?);
            any = true;
        }
    }
    Ok(any.then_some(text))
}

pub(crate) fn render_nested(title: &str, model: &Model) -> Result<String> {
    let (inputs, outputs) = model.top_level();
    let nested =
        model.reachable()?.into_iter().filter(|name| !inputs.contains(name) && !outputs.contains(name));
    structures(model, &format!("The structures inside {title}'s requests and responses."), nested)
}

pub(crate) fn render_requests(title: &str, model: &Model) -> Result<String> {
    structures(model, &format!("What each operation of {title} takes."), model.top_level().0.into_iter())
}

pub(crate) fn render_responses(title: &str, model: &Model) -> Result<String> {
    structures(model, &format!("What each operation of {title} answers."), model.top_level().1.into_iter())
}

fn enumeration(name: &str, shape: &Shape) -> Result<String> {
    let mut text = format!(
        "\n/// `{name}`.\n#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]\npub enum {name} {{\n",
        name = names::type_name(name),
    );
    for value in &shape.values {
        let variant = names::variant(value);
        writeln!(text, "/// `{value}`.")?;
        if variant != *value {
            writeln!(text, "#[serde(rename = {value:?})]")?;
        }
        writeln!(text, "{variant},")?;
    }
    writeln!(
        text,
        "}}\n\nimpl {name} {{\n/// Returns the word as it is sent.\npub const fn as_str(self) -> &'static str {{\nmatch self {{",
        name = names::type_name(name),
    )?;
    for value in &shape.values {
        writeln!(text, "Self::{} => {value:?},", names::variant(value))?;
    }
    text.push_str("}\n}\n}\n");
    Ok(text)
}

fn structures<'a>(model: &Model, purpose: &str, wanted: impl Iterator<Item = &'a str>) -> Result<String> {
    let mut body = String::new();
    for name in wanted {
        let shape = model.shape(name)?;
        if shape.kind == Kind::Structure {
            body.push_str(&structure(model, name, shape)?);
        }
    }
    let mut text = format!("//! {purpose}\n\n");
    if body.contains("BTreeMap<") {
        text.push_str("use std::collections::BTreeMap;\n\n");
    }
    text.push_str("use serde::{Deserialize, Serialize};\n\n");
    if purpose.starts_with("What") && uses_structure(model, &body)? {
        text.push_str("use super::types::*;\n");
    }
    if uses_enum(model, &body)? {
        text.push_str("use super::enums::*;\n");
    }
    for own in ["Blob", "Timestamp"] {
        if body.contains(&format!("<{own}>")) || body.contains(&format!(": {own},")) {
            writeln!(text, "use crate::{own};")?;
        }
    }
    Ok(text + &body)
}

/// Whether some structure that is neither an input nor an output is mentioned.
fn uses_structure(model: &Model, body: &str) -> Result<bool> {
    let (inputs, outputs) = model.top_level();
    for name in model.reachable()? {
        let nested = !inputs.contains(name) && !outputs.contains(name);
        let name_in_rust = names::type_name(name);
        let mentioned = [format!("<{name_in_rust}>"), format!(": {name_in_rust},")];
        if nested
            && model.shape(name)?.kind == Kind::Structure
            && mentioned.iter().any(|mention| body.contains(mention))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn uses_enum(model: &Model, body: &str) -> Result<bool> {
    for name in model.reachable()? {
        let shape = model.shape(name)?;
        let name = names::type_name(name);
        let mentioned = [format!("<{name}>"), format!("<{name},"), format!(": {name},")];
        if !shape.values.is_empty() && mentioned.iter().any(|mention| body.contains(mention)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn structure(model: &Model, name: &str, shape: &Shape) -> Result<String> {
    let mut default = true;
    let mut fields = String::new();
    for (wire, reference) in &shape.members.0 {
        let member = model.shape(&reference.shape)?;
        let required = shape.required.contains(wire);
        let field = names::field(wire);
        writeln!(fields, "/// {}", documentation::member(wire, required, member))?;
        let rust = rust_type(model, &reference.shape)?;
        if names::pascal(&field) != *wire {
            writeln!(fields, "#[serde(rename = {wire:?})]")?;
        }
        if required {
            default &= member.kind != Kind::Structure && member.values.is_empty();
            writeln!(fields, "pub {field}: {rust},")?;
        } else {
            writeln!(
                fields,
                "#[serde(skip_serializing_if = \"Option::is_none\")]\npub {field}: Option<{rust}>,"
            )?;
        }
    }
    let default = if default { "Default, " } else { "" };
    Ok(format!(
        "\n/// `{name}`.\n#[derive(Debug, Clone, {default}PartialEq, Serialize, Deserialize)]\n\
         #[serde(rename_all = \"PascalCase\")]\npub struct {name} {{\n{fields}}}\n",
        name = names::type_name(name),
    ))
}

fn rust_type(model: &Model, name: &str) -> Result<String> {
    let shape = model.shape(name)?;
    let of = |reference: &Option<super::model::Reference>| -> Result<String> {
        rust_type(model, &reference.as_ref().with_context(|| format!("{name} lacks a member shape"))?.shape)
    };
    Ok(match shape.kind {
        Kind::Structure => names::type_name(name),
        Kind::String if !shape.values.is_empty() => names::type_name(name),
        Kind::String => "String".to_owned(),
        Kind::Integer => "i32".to_owned(),
        Kind::Long => "i64".to_owned(),
        Kind::Float => "f32".to_owned(),
        Kind::Double => "f64".to_owned(),
        Kind::Boolean => "bool".to_owned(),
        Kind::Timestamp => "Timestamp".to_owned(),
        Kind::Blob => "Blob".to_owned(),
        Kind::List => format!("Vec<{}>", of(&shape.member)?),
        Kind::Map => format!("BTreeMap<{}, {}>", of(&shape.key)?, of(&shape.value)?),
    })
}
