//! What an upstream's answer makes of the claim in a request.
//!
//! The rule is one of allowing: a name is believed where the answer shows that the upstream got past the
//! signature. An error that may come before, one that nobody here knows, an answer that names no error, a broken
//! connection: none of them shows that, or anybody could write another's name into the log by sending that user's key id.

use crate::Signatures;

/// What was seen of the answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answer<'a> {
    /// The HTTP status; 0 where none was seen.
    pub status: u16,
    /// The error's code, where the answer itself named one.
    pub error_code: Option<&'a str>,
    /// The error's message.
    pub error_message: Option<&'a str>,
    /// Whether it answers HEAD: then no error can name its code.
    pub is_of_head: bool,
}

/// What the answer says of who called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The signature was checked here and holds.
    Verified,
    /// The upstream checks signatures and went on to the call itself.
    Accepted,
    /// The upstream takes any signature.
    Claimed,
    /// The answer does not tell: nobody is named.
    Undecided,
    /// The signature was refused.
    Rejected,
}

impl Verdict {
    /// Judges an answer of an upstream.
    pub fn of(signatures: Signatures, answer: &Answer<'_>) -> Self {
        let code = answer.error_code.map(plain);
        if code.is_some_and(|code| REFUSALS.contains(&code)) || refuses_in_words(code, answer) {
            return Self::Rejected;
        }
        if signatures == Signatures::Unchecked {
            return Self::Claimed;
        }
        match (answer.status, answer.error_code) {
            (200..=299, _) | (304 | 412 | 416, None) => Self::Accepted,
            // What HEAD answers; upstreams look for an object after they have looked at the signature.
            (404 | 409, None) if answer.is_of_head => Self::Accepted,
            (429, _) => Self::Undecided,
            (304 | 400..=499, Some(code)) if comes_late(code) => Self::Accepted,
            _ => Self::Undecided,
        }
    }
}

/// Returns a code without what protocols add to it.
fn plain(code: &str) -> &str {
    let code = code.strip_prefix("Client.").unwrap_or(code);
    code.strip_suffix("Exception").unwrap_or(code)
}

/// S3 refuses some signatures as AccessDenied, before it has looked at them.
fn refuses_in_words(code: Option<&str>, answer: &Answer<'_>) -> bool {
    code == Some("AccessDenied")
        && answer.error_message.is_some_and(|message| {
            let message = message.to_ascii_lowercase();
            BEFORE_ACCESS.iter().any(|part| message.contains(part))
        })
}

/// Codes that say that the signature, its key or its time does not hold.
const REFUSALS: [&str; 29] = [
    "AuthFailure",
    "AuthorizationHeaderMalformed",
    "AuthorizationQueryParametersError",
    "CredentialsNotSupported",
    "ExpiredIdentityToken",
    "ExpiredToken",
    "IncompleteSignature",
    "InvalidAccessKey",
    "InvalidAccessKeyId",
    "InvalidAuthentication",
    "InvalidClientTokenId",
    "InvalidIdentityToken",
    "InvalidSecurity",
    "InvalidSignature",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingSecurityHeader",
    "MissingSignature",
    "NoSuchAccessKey",
    "NotAuthorized",
    "NotSignedUp",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "SignatureVersionNotSupported",
    "TokenRefreshRequired",
    "Unauthenticated",
    "Unauthorized",
    "UnrecognizedClient",
];

/// Words of AccessDenied that stand for a refused signature.
const BEFORE_ACCESS: [&str; 7] =
    ["expired", "signature", "not signed", "credential", "access key", "authentication", "x-amz-date"];

/// Tells whether an error can come only once the signature was found good: the call was denied to its caller, or it
/// failed by what the upstream holds. That a request makes no sense may be said of anybody's.
fn comes_late(code: &str) -> bool {
    let whole = code.strip_prefix("Client.").unwrap_or(code);
    let code = plain(whole);
    if LATE.contains(&code) {
        return true;
    }
    if EARLY.iter().any(|part| code.contains(part)) {
        return false;
    }
    // A bare NotFound is what any server says of an address that it does not have.
    LATE_PARTS.iter().any(|part| code.contains(part) && whole != *part)
}

/// Parts of codes that speak of what the upstream holds.
const LATE_PARTS: [&str; 9] = [
    "AlreadyExist",
    "AlreadyOwned",
    "Conflict",
    "DoesNotExist",
    "Duplicate",
    "InUse",
    "NoSuch",
    "NonExistent",
    "NotFound",
];

/// Parts of codes that speak of the address, of the operation or of who called: those may come early.
const EARLY: [&str; 12] = [
    "AccessKey",
    "Action",
    "Api",
    "Auth",
    "Credential",
    "Endpoint",
    "Header",
    "Method",
    "Operation",
    "Route",
    "Signature",
    "Token",
];

/// Codes that come late and do not say so by their parts.
const LATE: [&str; 35] = [
    "AccessDenied",
    "AllAccessDisabled",
    "BucketNotEmpty",
    "CannotDelete",
    "CodeStorageExceeded",
    "ConditionalCheckFailed",
    "DependencyViolation",
    "Disabled",
    "DryRunOperation",
    "EntityTemporarilyUnmodifiable",
    "EntityTooSmall",
    "IdempotentParameterMismatch",
    "IncorrectInstanceState",
    "IncorrectKey",
    "IncorrectState",
    "InvalidBucketState",
    "InvalidCiphertext",
    "InvalidObjectState",
    "InvalidPart",
    "InvalidRange",
    "ItemCollectionSizeLimitExceeded",
    "KMSInvalidState",
    "KMSKeyDisabled",
    "NotModified",
    "ObjectNotInActiveTierError",
    "OperationAborted",
    "PreconditionFailed",
    "QueueDeletedRecently",
    "QueueNameExists",
    "ReceiptHandleIsInvalid",
    "ServiceQuotaExceeded",
    "TooManyBuckets",
    "TransactionCanceled",
    "UnauthorizedOperation",
    "UnmodifiableEntity",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(
        signatures: Signatures,
        status: u16,
        code: Option<&str>,
        message: Option<&str>,
        expected: Verdict,
    ) {
        let answer = Answer { status, error_code: code, error_message: message, is_of_head: false };
        assert_eq!(Verdict::of(signatures, &answer), expected, "{status} {code:?} {message:?}");
    }

    #[test]
    fn an_answer_that_got_past_the_signature_is_believed() {
        for (status, code) in [
            (200, None),
            (204, None),
            (200, Some("InternalError")),
            (304, Some("NotModified")),
            (404, Some("NoSuchKey")),
            (403, Some("AccessDenied")),
            (400, Some("ConditionalCheckFailedException")),
            (400, Some("ResourceNotFoundException")),
            (404, Some("NotFoundException")),
            (400, Some("Client.InvalidInstanceID.NotFound")),
            (400, Some("AWS.SimpleQueueService.NonExistentQueue")),
            (404, Some("NoSuchEntityException")),
            (409, Some("BucketAlreadyOwnedByYou")),
            (409, Some("OperationAborted")),
            (409, Some("DeleteConflictException")),
            (412, Some("PreconditionFailed")),
            (416, None),
            (403, Some("Client.UnauthorizedOperation")),
        ] {
            check(Signatures::Checked, status, code, None, Verdict::Accepted);
        }
    }

    #[test]
    fn head_has_no_room_for_a_code() {
        let judge = |status, is_of_head| {
            Verdict::of(Signatures::Checked, &Answer { status, is_of_head, ..Answer::default() })
        };
        assert_eq!(judge(404, true), Verdict::Accepted);
        // A page that says in its own words that it is not there.
        assert_eq!(judge(404, false), Verdict::Undecided);
        assert_eq!(judge(403, true), Verdict::Undecided);
    }

    #[test]
    fn an_error_that_may_come_before_the_signature_names_nobody() {
        for code in [
            "MalformedDate",
            "MissingParameter",
            "InvalidParameterValue",
            "ValidationException",
            "ValidationError",
            "MissingFields",
            "NotFound",
            "OperationNotFoundException",
            "ActionNotFound",
            "InvalidAccessKeyId.NotFound",
            "RequestLimitExceeded",
            "SomethingNobodyHasHeardOf",
            "NoSuchMethod",
        ] {
            for status in [400, 403, 404, 409, 412] {
                check(Signatures::Checked, status, Some(code), None, Verdict::Undecided);
            }
        }
        check(Signatures::Checked, 429, Some("LimitConflict"), None, Verdict::Undecided);
    }

    #[test]
    fn a_refused_signature_is_rejected_whoever_answers() {
        for code in [
            "SignatureDoesNotMatch",
            "InvalidAccessKeyId",
            "InvalidSignatureException",
            "UnrecognizedClientException",
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestTimeTooSkewed",
            "MissingAuthenticationTokenException",
            "MissingAuthenticationToken",
            "InvalidClientTokenId",
            "Client.AuthFailure",
            "AuthFailure",
            "IncompleteSignatureException",
        ] {
            check(Signatures::Checked, 403, Some(code), None, Verdict::Rejected);
            check(Signatures::Unchecked, 400, Some(code), None, Verdict::Rejected);
        }
        check(Signatures::Checked, 403, Some("AccessDenied"), Some("Request has expired"), Verdict::Rejected);
        check(Signatures::Checked, 403, Some("AccessDenied"), Some("Access Denied."), Verdict::Accepted);
    }

    #[test]
    fn an_answer_that_does_not_tell_names_nobody() {
        for (status, code) in [
            (0, None),
            (403, None),
            (400, None),
            (401, None),
            (301, Some("PermanentRedirect")),
            (307, None),
            (429, Some("TooManyRequestsException")),
            (400, Some("ThrottlingException")),
            (400, Some("InvalidURI")),
            (500, Some("InternalError")),
            (502, None),
            (503, Some("SlowDown")),
        ] {
            check(Signatures::Checked, status, code, None, Verdict::Undecided);
            check(Signatures::Unchecked, status, code, None, Verdict::Claimed);
        }
    }
}
