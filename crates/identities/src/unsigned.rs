//! Calls that take no signature: a token in them counts, or nothing does.
//!
//! A service answers them whatever `Authorization` they carry, so that a success shows nothing of the key in it.

/// Tells whether a call takes no signature.
pub(crate) fn takes_no_signature(event_source: &str, operation: &str) -> bool {
    let operations: &[&str] = match event_source {
        "sts.amazonaws.com" => return is_vouched_for(event_source, operation),
        "cognito-identity.amazonaws.com" => &IDENTITY_POOLS,
        "cognito-idp.amazonaws.com" => &USER_POOLS,
        "signin.amazonaws.com" => &["CreateOAuth2Token", "CreateOAuth2TokenWithTokenExchange"],
        "sso.amazonaws.com" => &CENTER,
        _ => &[],
    };
    operations.contains(&operation)
}

/// Tells whether a call of STS has its caller vouched for by what it carries: a token, an assertion, and in stores a
/// certificate or a password too.
pub(crate) fn is_vouched_for(event_source: &str, operation: &str) -> bool {
    event_source == "sts.amazonaws.com" && operation.starts_with("AssumeRoleWith")
}

const IDENTITY_POOLS: [&str; 4] = ["GetCredentialsForIdentity", "GetId", "GetOpenIdToken", "UnlinkIdentity"];

/// Identity Center's portal and its OpenID Connect.
const CENTER: [&str; 7] = [
    "CreateToken",
    "GetRoleCredentials",
    "ListAccountRoles",
    "ListAccounts",
    "Logout",
    "RegisterClient",
    "StartDeviceAuthorization",
];

const USER_POOLS: [&str; 34] = [
    "AssociateSoftwareToken",
    "ChangePassword",
    "CompleteWebAuthnRegistration",
    "ConfirmDevice",
    "ConfirmForgotPassword",
    "ConfirmSignUp",
    "DeleteUser",
    "DeleteUserAttributes",
    "DeleteWebAuthnCredential",
    "ForgetDevice",
    "ForgotPassword",
    "GetDevice",
    "GetTokensFromRefreshToken",
    "GetUser",
    "GetUserAttributeVerificationCode",
    "GetUserAuthFactors",
    "GlobalSignOut",
    "InitiateAuth",
    "ListDevices",
    "ListUserSessions",
    "ListWebAuthnCredentials",
    "ResendConfirmationCode",
    "RespondToAuthChallenge",
    "RevokeToken",
    "RevokeUserSession",
    "SetUserMFAPreference",
    "SetUserSettings",
    "SignUp",
    "StartWebAuthnRegistration",
    "UpdateAuthEventFeedback",
    "UpdateDeviceStatus",
    "UpdateUserAttributes",
    "VerifySoftwareToken",
    "VerifyUserAttribute",
];
