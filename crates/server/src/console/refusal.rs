//! Why nobody is signed in, or can be: in the words of the sign-in page.

use bytes::Bytes;
use cairn_signin::{MustChange, TooEarly};
use http::Response;
use serde_json::json;

use crate::answer::answer;

/// A refusal of the console's own pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Account, user or password is wrong.
    Failed,
    /// A code is asked for.
    CodeMissing,
    /// The code is wrong, or was used.
    CodeWrong,
    /// Another password must be chosen first.
    ChangeMissing(MustChange),
    /// The password that was chosen is refused, for this reason.
    PasswordRefused(String),
    /// There were too many attempts.
    TooEarly(TooEarly),
    /// There is no session.
    NotSignedIn,
    /// There is none any more.
    Ended,
    /// The time in the role is over.
    RoleEnded,
    /// The request comes from another site.
    OtherSite,
    /// The token is missing that goes with the session.
    NoCsrf,
    /// It is that of another session, or of another role in this one.
    OtherCsrf,
    /// What was sent makes no sense.
    Malformed(&'static str),
    /// The call would go to an upstream, which the console can't sign for.
    Upstream,
    /// Policies don't allow it.
    Denied(String),
    /// Nothing can be recorded or kept now.
    Unavailable,
}

impl Refusal {
    /// Makes the answer.
    pub(super) fn into_response(self) -> Response<Bytes> {
        let (status, code) = self.code();
        let message = self.message();
        // Whoever waits for an error of AWS's finds it under the other name.
        let mut body = json!({ "Code": code, "__type": code, "Message": message, "message": message });
        let mut wait = None;
        if let Self::TooEarly(TooEarly { seconds }) = self {
            body["RetryAfterSeconds"] = seconds.into();
            wait = Some(seconds.to_string());
        }
        let headers: Vec<(&'static str, &str)> =
            wait.as_deref().map(|wait| ("retry-after", wait)).into_iter().collect();
        answer(status, "application/json", &headers, format!("{body}\n"))
    }

    fn code(&self) -> (u16, &'static str) {
        match self {
            Self::Failed => (401, "Failed"),
            Self::CodeMissing => (401, "MfaRequired"),
            Self::CodeWrong => (401, "MfaFailed"),
            // The page asks for no other: none is taken from whoever signs in.
            Self::ChangeMissing(MustChange::ExpiredForGood) => (401, "PasswordExpired"),
            Self::ChangeMissing(MustChange::Asked | MustChange::Expired) => (401, "PasswordChangeRequired"),
            Self::PasswordRefused(_) => (400, "PasswordRefused"),
            Self::TooEarly(_) => (429, "LockedOut"),
            Self::NotSignedIn => (401, "NotSignedIn"),
            Self::Ended | Self::RoleEnded | Self::OtherCsrf => (401, "SignedOut"),
            Self::OtherSite | Self::NoCsrf => (403, "Forbidden"),
            Self::Malformed(_) => (400, "Malformed"),
            Self::Upstream => (501, "NotServedHere"),
            Self::Denied(_) => (403, "AccessDenied"),
            Self::Unavailable => (503, "Unavailable"),
        }
    }

    fn message(&self) -> String {
        let said = match self {
            Self::Failed => "Account, user name or password is not right.",
            Self::CodeMissing => "Enter the code that your MFA device shows.",
            Self::CodeWrong => "The code is not right, or was used already. Wait for the next one.",
            Self::ChangeMissing(MustChange::Asked) => "Choose a new password to sign in.",
            Self::ChangeMissing(MustChange::Expired) => {
                "Your password is too old. Choose a new one to sign in."
            }
            Self::ChangeMissing(MustChange::ExpiredForGood) => {
                "Your password is too old. Ask an administrator of the account for a new one."
            }
            Self::PasswordRefused(reason) | Self::Denied(reason) => reason,
            Self::TooEarly(TooEarly { seconds }) => {
                return format!("There were too many attempts. Try again in {seconds} seconds.");
            }
            Self::NotSignedIn => "Nobody is signed in.",
            Self::Ended => "The session has ended. Sign in again.",
            Self::RoleEnded => "The time in the role is over. You work as yourself again.",
            Self::OtherCsrf => "Who is signed in changed since this page was opened. Load it again.",
            Self::OtherSite => "The request comes from another site.",
            Self::NoCsrf => "The header x-cairn-csrf is missing, which GET session tells.",
            Self::Malformed(what) => what,
            Self::Upstream => {
                "This service is served by an upstream, which takes signed calls alone: the console can't sign \
                 for it. Call it with a client."
            }
            Self::Unavailable => "Cairn can record nothing now, so nobody is signed in. Try again later.",
        };
        said.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_nobody_may_choose_is_not_asked_for() {
        let code = |change| Refusal::ChangeMissing(change).code();
        assert_eq!(code(MustChange::Asked), (401, "PasswordChangeRequired"));
        assert_eq!(code(MustChange::Expired), (401, "PasswordChangeRequired"));
        assert_eq!(code(MustChange::ExpiredForGood), (401, "PasswordExpired"));
    }
}
