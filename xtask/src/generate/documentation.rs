//! One-line docs for generated items, made from the model's own constraints.

use super::model::{Kind, Shape};

/// Describes what values `shape` takes, such as `3 to 128 characters`; empty when anything goes.
pub(crate) fn limits(shape: &Shape) -> String {
    let unit = match shape.kind {
        Kind::String => " characters",
        Kind::List => " items",
        Kind::Map => " entries",
        _ => "",
    };
    match (shape.min, shape.max) {
        (Some(min), Some(max)) if min == max => format!("exactly {min}{unit}"),
        (Some(min), Some(max)) => format!("{min} to {max}{unit}"),
        (Some(min), None) => format!("at least {min}{unit}"),
        (None, Some(max)) => format!("at most {max}{unit}"),
        (None, None) => String::new(),
    }
}

/// Describes a member: its wire name, whether it must be there, and its limits.
pub(crate) fn member(wire: &str, required: bool, shape: &Shape) -> String {
    let mut text = format!("`{wire}`");
    if required {
        text.push_str("; required");
    }
    let limits = limits(shape);
    if !limits.is_empty() {
        text.push_str("; ");
        text.push_str(&limits);
    }
    text.push('.');
    text
}
