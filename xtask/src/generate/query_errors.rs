//! `error_code.rs` of a query service: the errors that its tabled operations declare.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result};

use super::model::Model;

pub(crate) fn render(title: &str, model: &Model) -> Result<String> {
    let mut codes = BTreeMap::new();
    for reference in model.operations.values().flat_map(|operation| &operation.errors) {
        let shape = model.shape(&reference.shape)?;
        let error = shape.error.as_ref().with_context(|| format!("find the code of {}", reference.shape))?;
        codes.insert(error.code.as_str(), (error.http_status_code, reference.shape.as_str()));
    }
    let mut text = format!(
        "//! The errors that {title}'s operations declare.\n\n\
         /// An error of {title}, as `Code` names it.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum ErrorCode {{\n"
    );
    for (code, (status, _)) in &codes {
        writeln!(text, "/// `{code}`, HTTP {status}.\n{code},")?;
    }
    text.push_str("}\n\nimpl ErrorCode {\n");
    for (doc, function, answer) in [
        ("Returns the code as it is sent.", "as_str(self) -> &'static str", 0),
        ("Returns the HTTP status that carries it.", "http_status(self) -> u16", 1),
        (
            "Returns the name of the exception, which is what a record says.",
            "exception(self) -> &'static str",
            2,
        ),
    ] {
        writeln!(text, "/// {doc}\npub const fn {function} {{\nmatch self {{")?;
        for (code, (status, exception)) in &codes {
            match answer {
                0 => writeln!(text, "Self::{code} => {code:?},")?,
                1 => writeln!(text, "Self::{code} => {status},")?,
                _ => writeln!(text, "Self::{code} => {exception:?},")?,
            }
        }
        text.push_str("}\n}\n\n");
    }
    text.push_str("}\n");
    Ok(text)
}
