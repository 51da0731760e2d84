//! The canonical request and the string to sign.

use crate::error::AuthError;
use crate::headers;
use crate::hex;
use crate::key;
use crate::query::Query;
use crate::request::Request;
use crate::rules::PathRule;
use crate::scope::Scope;
use crate::timestamp::AmzDate;
use crate::uri;

/// The one algorithm that is verified and signed with.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What a canonical request is made of besides the request itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipe<'a> {
    pub(crate) path: PathRule,
    pub(crate) query: &'a Query<'a>,
    /// Query parameters that are not part of it.
    pub(crate) leave_out: &'a [&'a str],
    /// Lower-case, sorted.
    pub(crate) signed_headers: &'a [String],
    /// The last line: a hash or a word.
    pub(crate) payload: &'a str,
}

/// Builds the canonical request; a signed header that is not there makes it end early.
///
/// It then cannot equal what any client signed, so the signature is refused as one that does not
/// match, which is what AWS answers.
pub(crate) fn request(request: &Request<'_>, recipe: &Recipe<'_>) -> Result<Vec<u8>, AuthError> {
    let mut out = Vec::with_capacity(512 + request.path.len() + request.query.len());
    out.extend_from_slice(request.method.as_bytes());
    out.push(b'\n');
    uri::canonical_into(&mut out, request.path, recipe.path)?;
    out.push(b'\n');
    recipe.query.canonical_into(&mut out, recipe.leave_out);
    out.push(b'\n');
    if headers::canonical_into(&mut out, request, recipe.signed_headers).is_none() {
        return Ok(out);
    }
    out.push(b'\n');
    for (index, name) in recipe.signed_headers.iter().enumerate() {
        if index > 0 {
            out.push(b';');
        }
        out.extend_from_slice(name.as_bytes());
    }
    out.push(b'\n');
    out.extend_from_slice(recipe.payload.as_bytes());
    Ok(out)
}

/// Builds the string to sign over a canonical request.
pub(crate) fn string_to_sign(signed_at: AmzDate, scope: &Scope, canonical_request: &[u8]) -> String {
    let hash = hex::text(&key::sha256(canonical_request));
    format!("{ALGORITHM}\n{signed_at}\n{scope}\n{hash}")
}
