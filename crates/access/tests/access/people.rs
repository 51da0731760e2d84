//! Who asks in the cases, by name: as the evaluator knows them.

use cairn_access::{FederatedUser, FederationIssuer, Principal, RoleSession, WebIdentity};

/// All names.
pub(crate) const NAMES: [&str; 11] = [
    "mia",
    "eve",
    "root",
    "foreign root",
    "session",
    "foreign session",
    "service-linked",
    "fay",
    "web",
    "service",
    "anonymous",
];

pub(crate) const OWN: &str = "111122223333";
pub(crate) const FOREIGN: &str = "999988887777";

/// Returns who is called `name`.
pub(crate) fn principal(name: &str) -> Principal {
    let user = |account: &str, path: &str| Principal::User {
        account: account.parse().unwrap(),
        name: name.to_owned(),
        path: path.to_owned(),
        id: format!("AIDA{}", name.to_uppercase()),
    };
    match name {
        "mia" => user(OWN, "/team/"),
        "eve" => user(FOREIGN, "/"),
        "root" => Principal::Root { account: OWN.parse().unwrap() },
        "foreign root" => Principal::Root { account: FOREIGN.parse().unwrap() },
        "session" => session(OWN, ("/ci/", "deploy", "AROADEPLOY"), "run-7"),
        "foreign session" => session(FOREIGN, ("/", "audit", "AROAAUDIT"), "check"),
        "service-linked" => {
            let path = "/aws-service-role/x.amazonaws.com/";
            session(OWN, (path, "AWSServiceRoleForX", "AROALINKED"), "x")
        }
        "fay" => Principal::FederatedUser(FederatedUser {
            account: OWN.parse().unwrap(),
            name: "fay".to_owned(),
            issuer: Some(FederationIssuer {
                name: "mia".to_owned(),
                path: "/team/".to_owned(),
                id: "AIDAMIA".to_owned(),
            }),
        }),
        "web" => Principal::WebIdentity(WebIdentity {
            provider: "id.example.com".to_owned(),
            provider_arn: format!("arn:aws:iam::{OWN}:oidc-provider/id.example.com"),
            audience: "cairn".to_owned(),
            subject: "s-1".to_owned(),
        }),
        "service" => Principal::Service("cloudtrail.amazonaws.com".to_owned()),
        "anonymous" => Principal::Anonymous,
        _ => panic!("nobody is called {name}"),
    }
}

fn session(account: &str, (path, role, id): (&str, &str, &str), name: &str) -> Principal {
    Principal::Session(RoleSession {
        account: account.parse().unwrap(),
        role: role.to_owned(),
        role_path: path.to_owned(),
        role_id: id.to_owned(),
        name: name.to_owned(),
        created: "2026-03-02T08:00:11Z".to_owned(),
        mfa: false,
        source_identity: None,
    })
}
