//! What came of a call: the one place that decides which events failed, and which of them were denied.
//!
//! *Failed* is what has an error code; what has an error message, as sign-ins do, which have no codes; and sign-ins
//! whose answer says `Failure`, which may have neither (`ConsoleLogin`, `CheckMfa`, `SwitchRole` and their kin).
//! *Denied* is what failed for lack of permission, as its code tells. Whoever could not prove to be who they say failed
//! and was not denied: other hands mend that.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::EventView;

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Outcome {
    /// Nothing in the event tells of a failure.
    #[default]
    Succeeded,
    /// It failed for another reason than a lack of permission.
    Failed,
    /// It failed for lack of permission.
    Denied,
}

impl Outcome {
    /// The names of outcomes: all that [`names`](Self::names) can return.
    pub const NAMES: [&'static str; 3] = [SUCCEEDED, FAILED, DENIED];

    /// Returns what the outcome is called. What was denied has failed too.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Succeeded => &[SUCCEEDED],
            Self::Failed => &[FAILED],
            Self::Denied => &[FAILED, DENIED],
        }
    }

    /// Tells what an error's code says, by its first 128 bytes; no code is a success.
    pub fn of_code(code: &str) -> Self {
        let beginning = code.get(..code.floor_char_boundary(CODE_BYTES_MAX)).unwrap_or_default();
        match beginning {
            "" => Self::Succeeded,
            denied if DENIALS.iter().any(|part| denied.contains(part)) => Self::Denied,
            _ => Self::Failed,
        }
    }

    /// Tells whether the call did not succeed.
    pub fn is_failure(self) -> bool {
        self != Self::Succeeded
    }
}

impl EventView<'_> {
    /// Returns what came of the call. What tells of no call, as Insights events do, has succeeded.
    pub fn outcome(&self) -> Outcome {
        let told = Outcome::of_code(self.error_code.as_deref().unwrap_or_default());
        let has_message = self.error_message.as_ref().is_some_and(|message| !message.is_empty());
        if told == Outcome::Succeeded && (has_message || self.is_failed_sign_in()) {
            return Outcome::Failed;
        }
        told
    }

    /// Tells whether it is a step of signing in whose answer, `{"<name of the event>": "Failure"}`, tells that it
    /// failed.
    fn is_failed_sign_in(&self) -> bool {
        let Some(answer) = self.response_elements.filter(|_| self.event_source == SIGN_IN) else {
            return false;
        };
        let told: Result<BTreeMap<String, &RawValue>, _> = serde_json::from_str(answer.get());
        told.is_ok_and(|told| {
            told.get(self.event_name.as_ref()).is_some_and(|value| value.get() == "\"Failure\"")
        })
    }
}

const SUCCEEDED: &str = "succeeded";
const FAILED: &str = "failed";
const DENIED: &str = "denied";

/// The service that tells of signing in.
const SIGN_IN: &str = "signin.amazonaws.com";

/// What stands in the codes that services use for a lack of permission: `AccessDenied`, `AccessDeniedException`,
/// `VpceAccessDenied`, `KMSAccessDeniedException`, `Client.UnauthorizedOperation`, `UnauthorizedException`,
/// `NotAuthorized`, `AuthorizationError`, `ForbiddenException` … The codes of those who are not who they say have none
/// of these: `AuthFailure`, `SignatureDoesNotMatch`, `InvalidClientTokenId`, `UnrecognizedClientException`,
/// `ExpiredToken`.
const DENIALS: [&str; 5] =
    ["AccessDenied", "Unauthorized", "NotAuthorized", "AuthorizationError", "Forbidden"];

/// How much of a code is looked at. Whoever keeps at least so much of each can tell the same from that.
const CODE_BYTES_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(outcome: Outcome, members: &str) {
        let event = format!(r#"{{"eventTime":"2026-01-01T00:00:00Z",{members}}}"#);
        assert_eq!(EventView::parse(event.as_bytes()).unwrap().outcome(), outcome, "{members}");
    }

    #[test]
    fn codes_messages_and_sign_ins_tell_what_failed() {
        let sign_in = r#""eventSource":"signin.amazonaws.com","eventName""#;
        for (outcome, members) in [
            (Outcome::Succeeded, r#""eventName":"CreateUser""#),
            (Outcome::Succeeded, r#""errorCode":"","errorMessage":null"#),
            (Outcome::Failed, r#""errorCode":"NoSuchEntity""#),
            (Outcome::Failed, r#""errorMessage":"Failed authentication""#),
            (Outcome::Denied, r#""errorCode":"AccessDenied","errorMessage":"no""#),
            (
                Outcome::Failed,
                &format!(r#"{sign_in}:"ConsoleLogin","responseElements":{{"ConsoleLogin":"Failure"}}"#),
            ),
            (
                Outcome::Failed,
                &format!(r#"{sign_in}:"CheckMfa","responseElements":{{"CheckMfa":"Failure"}}"#),
            ),
            (
                Outcome::Failed,
                &format!(r#"{sign_in}:"SwitchRole","responseElements":{{"SwitchRole":"Failure"}}"#),
            ),
            (
                Outcome::Succeeded,
                &format!(r#"{sign_in}:"SwitchRole","responseElements":{{"SwitchRole":"Success"}}"#),
            ),
            (
                Outcome::Succeeded,
                &format!(r#"{sign_in}:"SwitchRole","responseElements":{{"CheckMfa":"Failure"}}"#),
            ),
            (
                Outcome::Succeeded,
                &format!(r#"{sign_in}:"SwitchRole","responseElements":["SwitchRole","Failure"]"#),
            ),
            // Another service may answer what it likes.
            (Outcome::Succeeded, r#""eventName":"Check","responseElements":{"Check":"Failure"}"#),
        ] {
            check(outcome, members);
        }
    }

    #[test]
    fn denials_are_told_from_other_failures() {
        for denied in [
            "AccessDenied",
            "AccessDeniedException",
            "VpceAccessDenied",
            "KMSAccessDeniedException",
            "Client.UnauthorizedOperation",
            "UnauthorizedOperation",
            "UnauthorizedException",
            "NotAuthorized",
            "AuthorizationErrorException",
            "ForbiddenException",
        ] {
            assert_eq!(Outcome::of_code(denied), Outcome::Denied, "{denied}");
        }
        for failed in [
            "SignatureDoesNotMatch",
            "InvalidClientTokenId",
            "AuthFailure",
            "UnrecognizedClientException",
            "ExpiredTokenException",
            "ThrottlingException",
            "\n",
        ] {
            assert_eq!(Outcome::of_code(failed), Outcome::Failed, "{failed}");
        }
    }

    #[test]
    fn the_beginning_of_a_code_tells_all() {
        for code in ["x".repeat(117) + "AccessDenied", "x".repeat(116) + "AccessDenied", "é".repeat(500)] {
            let kept = code.get(..128).unwrap();
            assert_eq!(Outcome::of_code(&code), Outcome::of_code(kept));
        }
        assert_eq!(Outcome::of_code(&("x".repeat(117) + "AccessDenied")), Outcome::Failed);
        assert_eq!(Outcome::of_code(&("x".repeat(116) + "AccessDenied")), Outcome::Denied);
        for outcome in [Outcome::Succeeded, Outcome::Failed, Outcome::Denied] {
            assert!(outcome.names().iter().all(|name| Outcome::NAMES.contains(name)));
        }
    }
}
