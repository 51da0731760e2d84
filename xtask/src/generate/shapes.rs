//! `shapes.rs`: the shapes as data, for type checks, constraints and the casing of records.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use super::model::{Kind, Model, Reference, Shape};
use super::{names, pattern};

pub(crate) fn render(title: &str, model: &Model) -> Result<String> {
    let mut body = String::new();
    for name in model.reachable()? {
        let shape = model.shape(name)?;
        let shape = expression(shape).with_context(|| format!("render the shape {name}"))?;
        writeln!(body, "\npub(super) static {}: Shape = {shape};", names::constant(name))?;
    }
    let classes = if body.contains("Class::") { "Class, " } else { "" };
    Ok(format!(
        "//! {title}'s shapes as data.\n\nuse crate::pattern::{{{classes}Pattern, Piece}};\n\
         use crate::shape::{{Bounds, Member, Shape}};\n{body}"
    ))
}

fn expression(shape: &Shape) -> Result<String> {
    let bounds = bounds(shape);
    Ok(match shape.kind {
        Kind::Structure => structure(shape),
        Kind::List => format!("Shape::List {{ item: &{}, count: {bounds} }}", target(&shape.member)?),
        Kind::Map => format!(
            "Shape::Map {{ key: &{}, value: &{}, count: {bounds} }}",
            target(&shape.key)?,
            target(&shape.value)?
        ),
        Kind::String => {
            let pattern = match &shape.pattern {
                Some(source) => format!("Some({})", pattern::render(source)?),
                None => "None".to_owned(),
            };
            format!("Shape::Text {{ length: {bounds}, pattern: {pattern}, values: &{:?} }}", shape.values)
        }
        Kind::Integer => format!("Shape::Integer {{ bits: 32, range: {bounds} }}"),
        Kind::Long => format!("Shape::Integer {{ bits: 64, range: {bounds} }}"),
        Kind::Float | Kind::Double => "Shape::Float".to_owned(),
        Kind::Boolean => "Shape::Boolean".to_owned(),
        Kind::Timestamp => "Shape::Timestamp".to_owned(),
        Kind::Blob => "Shape::Blob".to_owned(),
    })
}

fn structure(shape: &Shape) -> String {
    let mut text = String::from("Shape::Structure(&[");
    for (wire, reference) in &shape.members.0 {
        let required = shape.required.contains(wire);
        text.push_str(&format!(
            "Member {{ name: {wire:?}, shape: &{}, required: {required} }},",
            names::constant(&reference.shape)
        ));
    }
    text + "])"
}

fn bounds(shape: &Shape) -> String {
    format!("Bounds {{ min: {:?}, max: {:?} }}", shape.min, shape.max)
}

fn target(reference: &Option<Reference>) -> Result<String> {
    Ok(names::constant(&reference.as_ref().context("find the shape of the items")?.shape))
}
