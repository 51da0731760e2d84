//! The credential and its scope: `AKID/20150830/us-east-1/cloudtrail/aws4_request`.

use std::fmt;

use crate::error::AuthError;
use crate::limits;

/// What ends every SigV4 scope.
pub(crate) const TERMINATOR: &str = "aws4_request";

/// The day, region and service that a signature is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The day, `yyyyMMdd`; equal to the day of the signing time.
    pub date: String,
    /// The region, as the client named it.
    pub region: String,
    /// The signing name of the service, as the client named it.
    pub service: String,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{TERMINATOR}", self.date, self.region, self.service)
    }
}

/// Splits a credential into access key id and scope.
///
/// From the right: access key ids of other stores may hold a slash.
pub(crate) fn parse_credential(text: &str) -> Result<(String, Scope), AuthError> {
    let malformed = || AuthError::MalformedCredential { got: shorten(text) };
    let mut parts = text.rsplitn(5, '/');
    let (Some(terminator), Some(service), Some(region), Some(date), Some(access_key_id)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(malformed());
    };
    let bounded = access_key_id.len() <= limits::ACCESS_KEY_ID_BYTES_MAX
        && [date, region, service].iter().all(|part| part.len() <= limits::SCOPE_PART_BYTES_MAX);
    let written = [access_key_id, date, region, service].iter().all(|part| is_written(part));
    if !bounded || !written {
        return Err(malformed());
    }
    if terminator != TERMINATOR {
        return Err(AuthError::ScopeTerminator { got: shorten(terminator) });
    }
    let scope = Scope { date: date.to_owned(), region: region.to_owned(), service: service.to_owned() };
    Ok((access_key_id.to_owned(), scope))
}

/// Says whether a part is non-empty printable ASCII without spaces.
fn is_written(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Bounds what an error repeats of its input.
pub(crate) fn shorten(text: &str) -> String {
    text.chars().take(limits::ACCESS_KEY_ID_BYTES_MAX).filter(|c| !c.is_control()).collect()
}
