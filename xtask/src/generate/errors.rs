//! `error_code.rs`: every error the model declares, and the ones that any operation can meet.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::model::Model;

/// Errors of the framework in front of CloudTrail, with their HTTP status. `AccessDeniedException`
/// is modelled for two operations and, as everywhere at AWS, is the answer to a missing permission.
const COMMON: &[(&str, u16)] = &[
    ("AccessDeniedException", 403),
    ("ExpiredTokenException", 403),
    ("IncompleteSignatureException", 403),
    ("InternalFailure", 500),
    ("InvalidSignatureException", 403),
    ("MalformedHttpRequestException", 400),
    ("MissingAuthenticationTokenException", 403),
    ("NotAuthorized", 401),
    ("OptInRequired", 403),
    ("RequestAbortedException", 400),
    ("RequestEntityTooLargeException", 413),
    ("RequestTimeoutException", 408),
    ("SerializationException", 400),
    ("ServiceUnavailable", 503),
    ("ThrottlingException", 400),
    ("UnknownOperationException", 404),
    ("UnrecognizedClientException", 403),
    ("ValidationException", 400),
];

/// What every modelled error answers with; the model's older numbers are not what the service sends.
const MODELLED_STATUS: u16 = 400;

pub(crate) fn render(title: &str, model: &Model) -> Result<String> {
    let mut codes = BTreeMap::new();
    for (name, shape) in model.shapes.iter().filter(|(_, shape)| shape.exception) {
        if !shape.members.0.is_empty() {
            bail!("{name} has members, which the error body does not carry yet");
        }
        codes.insert(name.as_str(), MODELLED_STATUS);
    }
    codes.extend(COMMON.iter().copied());
    let mut text = format!(
        "//! The errors that {title} answers with.\n\n\
         /// An error class, as `__type` names it.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum ErrorCode {{\n",
    );
    for (name, status) in &codes {
        writeln!(text, "/// `{name}`, HTTP {status}.\n{name},")?;
    }
    writeln!(
        text,
        "}}\n\nimpl ErrorCode {{\n/// Every error class, in alphabetical order.\npub const ALL: [Self; {}] = [",
        codes.len()
    )?;
    for name in codes.keys() {
        writeln!(text, "Self::{name},")?;
    }
    text.push_str(
        "];\n\n/// Returns the class name.\n\
         #[expect(clippy::too_many_lines, reason = \"one line for each class\")]\n\
         pub(crate) const fn as_str(self) -> &'static str {\nmatch self {\n",
    );
    for name in codes.keys() {
        writeln!(text, "Self::{name} => {name:?},")?;
    }
    text.push_str("}\n}\n\n/// Returns the HTTP status that carries it.\npub const fn http_status(self) -> u16 {\nmatch self {\n");
    for (name, status) in codes.iter().filter(|(_, status)| **status != MODELLED_STATUS) {
        writeln!(text, "Self::{name} => {status},")?;
    }
    writeln!(text, "_ => {MODELLED_STATUS},\n}}\n}}\n}}")?;
    Ok(text)
}
