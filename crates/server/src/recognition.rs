//! From the head of a request to the service it is for.

use cairn_wire::recognise::{self, Call, Seen};
use cairn_wire::{json11, query};

use crate::head::Head;

/// Recognises a request; `body` matters only when it is a form.
pub(crate) fn recognise(head: &Head, body: &[u8]) -> Call {
    let signing_name = signing_name(head);
    let form = if head.is_form() { body } else { b"" };
    let parameters = query::Parameters::parse(&head.query, form).unwrap_or_default();
    recognise::recognise(&Seen {
        signing_name: signing_name.as_deref(),
        method: &head.method,
        path: &head.path,
        target: head.header(json11::TARGET_HEADER),
        smithy_protocol: head.header("smithy-protocol"),
        action: parameters.action(),
        version: parameters.value("Version"),
    })
}

/// Tells whether an unsigned request may name its action in a form: then the body is read before anything
/// is decided.
pub(crate) fn reads_form(head: &Head) -> bool {
    head.is_form() && head.path == "/" && head.method == "POST" && signing_name(head).is_none()
}

/// Returns the service that the signature's scope names.
fn signing_name(head: &Head) -> Option<String> {
    let scope = match head.header("authorization") {
        Some(header) if header.starts_with("AWS ") => return Some("s3".to_owned()),
        Some(header) => {
            header.split([',', ' ']).find_map(|part| part.strip_prefix("Credential="))?.to_owned()
        }
        None => {
            let pairs = || head.query.split('&').filter_map(|pair| pair.split_once('='));
            if pairs().any(|(name, _)| name == "AWSAccessKeyId") {
                return Some("s3".to_owned());
            }
            let (_, value) = pairs().find(|(name, _)| *name == "X-Amz-Credential")?;
            percent_encoding::percent_decode_str(value).decode_utf8().ok()?.into_owned()
        }
    };
    let mut parts = scope.rsplit('/');
    let (terminator, service) = (parts.next()?, parts.next()?);
    (terminator == "aws4_request").then(|| service.to_owned())
}
