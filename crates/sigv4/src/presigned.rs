//! The signed query of a presigned request.

use crate::canonical::ALGORITHM;
use crate::error::{AuthError, InvalidExpires};
use crate::foreign;
use crate::limits;
use crate::query::Query;
use crate::rules::ContentSha256Rule;

pub(crate) const ALGORITHM_NAME: &str = "X-Amz-Algorithm";
pub(crate) const CREDENTIAL: &str = "X-Amz-Credential";
pub(crate) const DATE: &str = "X-Amz-Date";
pub(crate) const EXPIRES: &str = "X-Amz-Expires";
pub(crate) const SIGNED_HEADERS: &str = "X-Amz-SignedHeaders";
pub(crate) const SIGNATURE: &str = "X-Amz-Signature";
pub(crate) const TOKEN: &str = "X-Amz-Security-Token";
pub(crate) const CONTENT_SHA256: &str = "X-Amz-Content-Sha256";

/// The parameters, decoded and not yet parsed.
#[derive(Debug)]
pub(crate) struct Parameters<'q> {
    pub(crate) credential: &'q str,
    pub(crate) date: &'q str,
    pub(crate) expires: Option<&'q str>,
    pub(crate) signed_headers: &'q str,
    pub(crate) signature: &'q str,
    pub(crate) token: Option<&'q str>,
    pub(crate) content_sha256: Option<&'q str>,
}

/// Says whether the query claims a signature of version 4 or 4A.
pub(crate) fn is_signed(query: &Query<'_>) -> bool {
    [ALGORITHM_NAME, CREDENTIAL, SIGNATURE].iter().any(|name| query.contains(name))
}

/// Collects the parameters; each may be there once.
pub(crate) fn parse<'q>(query: &'q Query<'_>) -> Result<Parameters<'q>, AuthError> {
    let algorithm = query.single(ALGORITHM_NAME)?;
    let credential = query.single(CREDENTIAL)?;
    if let Some(other) = algorithm.filter(|algorithm| *algorithm != ALGORITHM) {
        return Err(foreign::refuse_query(other, credential));
    }
    let date = query.single(DATE)?;
    let signed_headers = query.single(SIGNED_HEADERS)?;
    let signature = query.single(SIGNATURE)?;
    match (algorithm, credential, date, signed_headers, signature) {
        (Some(_), Some(credential), Some(date), Some(signed_headers), Some(signature)) => Ok(Parameters {
            credential,
            date,
            expires: query.single(EXPIRES)?,
            signed_headers,
            signature,
            token: query.single(TOKEN)?,
            content_sha256: query.single(CONTENT_SHA256)?,
        }),
        _ => {
            let needed = [ALGORITHM_NAME, CREDENTIAL, SIGNATURE, SIGNED_HEADERS, DATE];
            let missing = needed.into_iter().filter(|name| !query.contains(name)).collect();
            Err(AuthError::IncompleteQuery { missing })
        }
    }
}

/// Reads `X-Amz-Expires`. S3 demands it; elsewhere its absence leaves the window of the clock rules.
pub(crate) fn parse_expires(text: Option<&str>, rule: ContentSha256Rule) -> Result<Option<u32>, AuthError> {
    let Some(text) = text else {
        return match rule {
            ContentSha256Rule::Required => Err(AuthError::IncompleteQuery { missing: vec![EXPIRES] }),
            ContentSha256Rule::HashOnly => Ok(None),
        };
    };
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AuthError::InvalidExpires(InvalidExpires::NotANumber));
    }
    if digits.len() < text.len() {
        return Err(AuthError::InvalidExpires(InvalidExpires::NotPositive));
    }
    match digits.parse::<u32>() {
        Ok(0) => Err(AuthError::InvalidExpires(InvalidExpires::NotPositive)),
        Ok(expires_s) if expires_s <= limits::PRESIGNED_EXPIRES_S_MAX => Ok(Some(expires_s)),
        // Digits that do not fit are many, and so too long a time.
        Ok(_) | Err(_) => Err(AuthError::InvalidExpires(InvalidExpires::TooLong)),
    }
}
