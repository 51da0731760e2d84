//! `userIdentity` for every kind of caller.

use cairn_access::{Caller, Principal, RoleSession, Trust};
use serde_json::{Value, json};

fn check(caller: &Caller, source: &str, trust: Trust, expected: &Value) {
    assert_eq!(serde_json::to_value(caller.user_identity(source)).unwrap(), *expected);
    assert_eq!(caller.trust(), trust);
}

fn key(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn identities_have_the_shapes_of_cloudtrail() {
    let account = "111122223333".parse().unwrap();
    let user = Principal::User {
        account,
        name: "mia".to_owned(),
        path: "/team/".to_owned(),
        id: "AIDAMIA".to_owned(),
    };
    let mia = json!({
        "type": "IAMUser", "principalId": "AIDAMIA", "arn": "arn:aws:iam::111122223333:user/team/mia",
        "accountId": "111122223333", "accessKeyId": "AKIAMIA", "userName": "mia",
    });
    let s3 = "s3.amazonaws.com";
    let sts = "sts.amazonaws.com";
    let verified = |principal, key_id| Caller::Verified { principal, access_key_id: key_id };
    check(&verified(user.clone(), key("AKIAMIA")), s3, Trust::Verified, &mia);
    check(&Caller::Claimed { principal: user, access_key_id: key("AKIAMIA") }, sts, Trust::Claimed, &mia);
    check(
        &verified(Principal::Root { account }, key("AKIAROOT")),
        s3,
        Trust::Verified,
        &json!({
            "type": "Root", "principalId": "111122223333", "arn": "arn:aws:iam::111122223333:root",
            "accountId": "111122223333", "accessKeyId": "AKIAROOT",
        }),
    );
    let session = Principal::Session(RoleSession {
        account,
        role: "deploy".to_owned(),
        role_path: "/ci/".to_owned(),
        role_id: "AROADEPLOY".to_owned(),
        name: "run-7".to_owned(),
        created: "2026-03-02T08:00:11Z".to_owned(),
        mfa: false,
        source_identity: Some("mia".to_owned()),
    });
    check(
        &verified(session, key("ASIARUN")),
        s3,
        Trust::Verified,
        &json!({
            "type": "AssumedRole", "principalId": "AROADEPLOY:run-7",
            "arn": "arn:aws:sts::111122223333:assumed-role/deploy/run-7",
            "accountId": "111122223333", "accessKeyId": "ASIARUN",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role", "principalId": "AROADEPLOY", "arn": "arn:aws:iam::111122223333:role/ci/deploy",
                    "accountId": "111122223333", "userName": "deploy",
                },
                "attributes": {"creationDate": "2026-03-02T08:00:11Z", "mfaAuthenticated": "false"},
                "sourceIdentity": "mia",
            },
        }),
    );
    check(
        &Caller::service("cloudtrail.amazonaws.com"),
        s3,
        Trust::Verified,
        &json!({"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}),
    );
    let anonymous = json!({"type": "AWSAccount", "principalId": "", "accountId": "anonymous"});
    check(&Caller::Unsigned, s3, Trust::None, &anonymous);
    check(&Caller::Unsigned, sts, Trust::None, &json!({"type": "Unknown"}));
    check(
        &Caller::Rejected { access_key_id: key("AKIAMIA") },
        s3,
        Trust::Rejected,
        &json!({"type": "Unknown", "accessKeyId": "AKIAMIA"}),
    );
    check(&Caller::Rejected { access_key_id: None }, s3, Trust::Rejected, &json!({"type": "Unknown"}));
}
