//! The `Authorization` header: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::canonical::ALGORITHM;
use crate::error::AuthError;
use crate::foreign;
use crate::key;

/// The three parameters, unparsed.
#[derive(Debug)]
pub(crate) struct Parameters<'a> {
    pub(crate) credential: &'a str,
    pub(crate) signed_headers: &'a str,
    pub(crate) signature: &'a str,
}

/// Splits the header. `has_date` says whether the request has a date: AWS names all that is missing at
/// once, and the date is part of that sentence.
pub(crate) fn parse(header: &str, has_date: bool) -> Result<Parameters<'_>, AuthError> {
    let header = header.trim();
    let (scheme, rest) = header.split_once([' ', '\t']).unwrap_or((header, ""));
    if scheme != ALGORITHM {
        return Err(foreign::refuse_header(scheme, rest));
    }
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    // AWS takes commas, blanks or both between parameters; some clients write only one of them.
    for parameter in rest.split([',', ' ', '\t']).filter(|parameter| !parameter.is_empty()) {
        let Some((name, value)) = parameter.split_once('=') else {
            return Err(AuthError::MalformedParameter { authorization_sha256: hashed(header) });
        };
        let place = match name {
            "Credential" => &mut credential,
            "SignedHeaders" => &mut signed_headers,
            "Signature" => &mut signature,
            _ => return Err(AuthError::MalformedParameter { authorization_sha256: hashed(header) }),
        };
        if place.replace(value).is_some() {
            return Err(AuthError::SeveralMechanisms);
        }
    }
    match (credential, signed_headers, signature) {
        (Some(credential), Some(signed_headers), Some(signature)) if has_date => {
            Ok(Parameters { credential, signed_headers, signature })
        }
        _ => {
            let needed = [
                ("Credential", credential.is_some()),
                ("Signature", signature.is_some()),
                ("SignedHeaders", signed_headers.is_some()),
                ("X-Amz-Date", has_date),
            ];
            let missing =
                needed.into_iter().filter(|(_, is_there)| !is_there).map(|(name, _)| name).collect();
            Err(AuthError::IncompleteHeader { missing, authorization_sha256: hashed(header) })
        }
    }
}

/// What AWS repeats of a header it could not read, in place of the header itself.
fn hashed(header: &str) -> String {
    STANDARD.encode(key::sha256(header.as_bytes()))
}
