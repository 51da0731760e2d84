//! `error_code.rs` of a JSON service other than CloudTrail: the errors that its tabled operations declare, and
//! the ones that any operation can meet.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::model::Model;
use super::names;

/// Errors of the framework in front of the service, with their HTTP status.
const COMMON: &[(&str, u16)] = &[
    ("AccessDeniedException", 400),
    ("InternalFailure", 500),
    ("MalformedHttpRequestException", 400),
    ("RequestEntityTooLargeException", 413),
    ("SerializationException", 400),
    ("ThrottlingException", 400),
    ("UnknownOperationException", 400),
    ("ValidationException", 400),
];

/// The members of an error that bodies of refusals can carry.
const CARRIED: [&str; 4] = ["message", "Message", "Reason", "Type"];

pub(crate) fn render(title: &str, model: &Model) -> Result<String> {
    let mut codes = BTreeMap::new();
    for reference in model.operations.values().flat_map(|operation| &operation.errors) {
        let shape = model.shape(&reference.shape)?;
        if shape.members.0.iter().any(|(name, _)| !CARRIED.contains(&name.as_str())) {
            bail!("{} has members that the error body does not carry yet", reference.shape);
        }
        let status = if shape.fault { 500 } else { 400 };
        codes.insert(names::type_name(&reference.shape), (reference.shape.as_str(), status, true));
    }
    codes.extend(COMMON.iter().map(|(name, status)| ((*name).to_owned(), (*name, *status, false))));
    let mut text = format!(
        "//! The errors that {title} answers with.\n\nuse std::fmt;\n\n/// An error class, as `__type` names it.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum ErrorCode {{\n",
    );
    for (variant, (name, status, _)) in &codes {
        writeln!(text, "/// `{name}`, HTTP {status}.\n{variant},")?;
    }
    text.push_str("}\n\nimpl ErrorCode {\n/// Returns the class name.\npub const fn as_str(self) -> &'static str {\nmatch self {\n");
    for (variant, (name, ..)) in &codes {
        writeln!(text, "Self::{variant} => {name:?},")?;
    }
    text.push_str("}\n}\n\n/// Returns the HTTP status that carries it.\npub const fn http_status(self) -> u16 {\nmatch self {\n");
    for (variant, (_, status, _)) in codes.iter().filter(|(_, (_, status, _))| *status != 400) {
        writeln!(text, "Self::{variant} => {status},")?;
    }
    text.push_str("_ => 400,\n}\n}\n\n/// Whether the service's model declares it, rather than the framework in front.\n\
         pub const fn is_modelled(self) -> bool {\n!matches!(self, ");
    let common: Vec<String> = COMMON.iter().map(|(name, _)| format!("Self::{name}")).collect();
    writeln!(text, "{})\n}}\n}}\n", common.join(" | "))?;
    text.push_str(
        "impl fmt::Display for ErrorCode {\n\
         fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {\nf.write_str(self.as_str())\n}\n}\n",
    );
    Ok(text)
}
