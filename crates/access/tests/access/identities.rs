//! `userIdentity` for every kind of caller.

use std::collections::BTreeMap;

use cairn_access::{
    Caller, FederatedUser, FederationIssuer, Principal, RoleSession, SessionMaker, TemporarySession, Trust,
    WebIdentity,
};
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

fn session() -> TemporarySession {
    TemporarySession {
        issued: "2026-03-02T08:00:11Z".parse().unwrap(),
        mfa: false,
        policies: None,
        tags: BTreeMap::new(),
        transitive_tag_keys: Vec::new(),
        source_identity: None,
        federated_provider: None,
        maker: SessionMaker::Sts,
    }
}

fn temporary(principal: Principal, session: TemporarySession) -> Caller {
    Caller::Temporary { principal, access_key_id: "ASIARUN".to_owned(), session: Box::new(session) }
}

#[test]
fn sessions_of_users_say_when_they_began() {
    let account = "111122223333".parse().unwrap();
    let attributes = json!({"creationDate": "2026-03-02T08:00:11Z", "mfaAuthenticated": "false"});
    let user = |name: &str| Principal::User {
        account,
        name: name.to_owned(),
        path: "/".to_owned(),
        id: "AIDAMIA".to_owned(),
    };
    check(
        &temporary(user("mia"), session()),
        "s3.amazonaws.com",
        Trust::Verified,
        &json!({
            "type": "IAMUser", "principalId": "AIDAMIA", "arn": "arn:aws:iam::111122223333:user/mia",
            "accountId": "111122223333", "accessKeyId": "ASIARUN", "userName": "mia",
            "sessionContext": {"attributes": attributes},
        }),
    );
    let issuer = FederationIssuer { name: "mia".to_owned(), path: "/".to_owned(), id: "AIDAMIA".to_owned() };
    let federated =
        |issuer| Principal::FederatedUser(FederatedUser { account, name: "guest".to_owned(), issuer });
    let seen = |issuer: &Value| {
        json!({
            "type": "FederatedUser", "principalId": "111122223333:guest",
            "arn": "arn:aws:sts::111122223333:federated-user/guest",
            "accountId": "111122223333", "accessKeyId": "ASIARUN",
            "sessionContext": {"sessionIssuer": issuer, "attributes": attributes},
        })
    };
    let by_user = json!({
        "type": "IAMUser", "principalId": "AIDAMIA", "arn": "arn:aws:iam::111122223333:user/mia",
        "accountId": "111122223333", "userName": "mia",
    });
    let by_root = json!({
        "type": "Root", "principalId": "111122223333", "arn": "arn:aws:iam::111122223333:root",
        "accountId": "111122223333",
    });
    let s3 = "s3.amazonaws.com";
    check(&temporary(federated(Some(issuer)), session()), s3, Trust::Verified, &seen(&by_user));
    check(&temporary(federated(None), session()), s3, Trust::Verified, &seen(&by_root));
}

#[test]
fn web_identities_are_named_by_their_issuer() {
    let web = Principal::WebIdentity(WebIdentity {
        provider: "issuer.example/ci".to_owned(),
        provider_arn: "arn:aws:iam::111122223333:oidc-provider/issuer.example/ci".to_owned(),
        audience: "sts.amazonaws.com".to_owned(),
        subject: "repo:acme/shop".to_owned(),
    });
    let caller = Caller::Verified { principal: web, access_key_id: None };
    check(
        &caller,
        "sts.amazonaws.com",
        Trust::Verified,
        &json!({
            "type": "WebIdentityUser", "principalId": "issuer.example/ci:sts.amazonaws.com:repo:acme/shop",
            "userName": "repo:acme/shop",
            "identityProvider": "arn:aws:iam::111122223333:oidc-provider/issuer.example/ci",
        }),
    );
    let role = Principal::Session(RoleSession {
        account: "111122223333".parse().unwrap(),
        role: "deploy".to_owned(),
        role_path: "/".to_owned(),
        role_id: "AROADEPLOY".to_owned(),
        name: "run-7".to_owned(),
        created: "2026-03-02T08:00:11Z".to_owned(),
        mfa: false,
        source_identity: None,
    });
    let session = TemporarySession {
        source_identity: Some("mia".to_owned()),
        federated_provider: Some("arn:aws:iam::111122223333:oidc-provider/issuer.example/ci".to_owned()),
        ..session()
    };
    let identity = serde_json::to_value(temporary(role, session).user_identity("s3.amazonaws.com")).unwrap();
    let context = &identity["sessionContext"];
    let provider = "arn:aws:iam::111122223333:oidc-provider/issuer.example/ci";
    assert_eq!(context["webIdFederationData"], json!({"federatedProvider": provider, "attributes": {}}));
    assert_eq!((&context["sourceIdentity"], &identity["type"]), (&json!("mia"), &json!("AssumedRole")));
    assert_eq!(context["sessionIssuer"]["userName"], json!("deploy"));
}
