//! Other ways to authenticate: recognised, so that the refusal can say which, and named for the record.

use crate::error::AuthError;
use crate::query::Query;
use crate::scope::shorten;

const SIGV4A: &str = "AWS4-ECDSA-P256-SHA256";

/// Says why an `Authorization` header that is not `AWS4-HMAC-SHA256` is refused.
pub(crate) fn refuse_header(scheme: &str, rest: &str) -> AuthError {
    match scheme {
        SIGV4A => AuthError::SigV4a { access_key_id: credential_key(rest) },
        "AWS" => {
            AuthError::SigV2 { access_key_id: rest.rsplit_once(':').map(|(key, _)| shorten(key.trim())) }
        }
        scheme if scheme.starts_with("AWS4-") => {
            AuthError::UnsupportedAlgorithm { algorithm: shorten(scheme) }
        }
        _ => AuthError::UnsupportedMechanism,
    }
}

/// Says why an `X-Amz-Algorithm` that is not `AWS4-HMAC-SHA256` is refused.
pub(crate) fn refuse_query(algorithm: &str, credential: Option<&str>) -> AuthError {
    match algorithm {
        SIGV4A => AuthError::SigV4a {
            access_key_id: credential.and_then(|text| text.rsplitn(4, '/').nth(3)).map(shorten),
        },
        algorithm => AuthError::UnsupportedAlgorithm { algorithm: shorten(algorithm) },
    }
}

/// Recognises a query signed by Signature Version 2.
pub(crate) fn find_sigv2(query: &Query<'_>) -> Result<(), AuthError> {
    if query.contains("AWSAccessKeyId") && query.contains("Signature") {
        let access_key_id = query.single("AWSAccessKeyId").ok().flatten().map(shorten);
        return Err(AuthError::SigV2 { access_key_id });
    }
    Ok(())
}

/// Finds the key in `Credential=AKID/date/service/aws4_request`: SigV4a has no region in its scope.
fn credential_key(parameters: &str) -> Option<String> {
    let (_, after) = parameters.split_once("Credential=")?;
    let credential = after.split([',', ' ']).next()?;
    credential.rsplitn(4, '/').nth(3).map(shorten)
}
