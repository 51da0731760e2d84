//! A refused claim never carries a name, and teaches nothing.

use serde_json::{Value, json};

use crate::learning::assumed;
use crate::world::{Call, World};

const DIRECTORY: &str = "[keys.AKIAMAYA]\nuser_name = \"maya\"\n";
const TOLD: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><UserId>AIDA1</UserId>\
                    <Arn>arn:aws:iam::123456789012:user/mallory</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>";

fn refused(code: &'static str, status: u16) -> Call<'static> {
    Call {
        key: Some("AKIAMAYA"),
        service: "s3",
        operation: "ListBuckets",
        place: ("GET", "/"),
        query: "",
        request: "",
        status,
        error: Some(code).filter(|code| !code.is_empty()),
        answer: "",
    }
}

#[test]
fn a_refused_signature_never_carries_the_name_behind_its_key() {
    let world = World::with_directory(DIRECTORY);
    assert_eq!(world.who("AKIAMAYA")["userName"], "maya");
    for (code, status) in [
        ("SignatureDoesNotMatch", 403),
        ("InvalidAccessKeyId", 403),
        ("ExpiredToken", 400),
        ("RequestTimeTooSkewed", 403),
        ("UnrecognizedClientException", 400),
        // Answers that do not tell: of HEAD, of a broken connection, of a busy or a broken upstream.
        ("", 403),
        ("", 400),
        ("", 0),
        ("SlowDown", 503),
        ("", 502),
        ("InternalError", 500),
        ("PermanentRedirect", 301),
        // Errors that come before the signature is looked at, or that nobody knows.
        ("MalformedDate", 400),
        ("MissingParameter", 400),
        ("NobodyKnowsThis", 400),
    ] {
        let expected = json!({"type": "Unknown", "accessKeyId": "AKIAMAYA"});
        assert_eq!(world.call(&refused(code, status)), expected, "{code} {status}");
    }
    assert_eq!(world.call(&refused("AccessDenied", 403))["userName"], "maya");
    assert_eq!(world.call(&refused("NoSuchBucket", 404))["userName"], "maya");
}

#[test]
fn a_refused_call_teaches_nothing() {
    let world = World::with_directory(DIRECTORY);
    for (status, error) in [(403, Some("SignatureDoesNotMatch")), (500, None), (0, None)] {
        let ask = Call { status, error, ..Call::new("AKIA1", "sts", "GetCallerIdentity", "", TOLD) };
        world.call(&ask);
        let answer = assumed("ASIA1", "deploy", "run-7", "");
        let assume = Call { status, error, ..Call::new("AKIA1", "sts", "AssumeRole", "", &answer) };
        world.call(&assume);
    }
    assert_eq!(world.identities.learned(), 0);
}

#[test]
fn an_answer_that_is_none_teaches_nothing() {
    let world = World::new();
    let deep = "<a>".repeat(10_000);
    let long = format!("<GetCallerIdentityResponse>{}</GetCallerIdentityResponse>", " ".repeat(300 * 1024));
    for answer in ["", "{}", "<a/>", "<", &deep, &long, "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"] {
        for (service, operation) in [
            ("sts", "GetCallerIdentity"),
            ("sts", "AssumeRole"),
            ("iam", "ListUsers"),
            ("iam", "CreateAccessKey"),
            ("sso", "GetRoleCredentials"),
            ("cognito-identity", "GetCredentialsForIdentity"),
            ("rolesanywhere", "CreateSession"),
            ("s3", "CreateSession"),
        ] {
            world.call(&Call::new("AKIA1", service, operation, "", answer));
        }
    }
    assert_eq!(world.identities.learned(), 0);
}

#[test]
fn an_object_that_looks_like_an_answer_teaches_nothing() {
    let world = World::with_directory(DIRECTORY);
    let session = assumed("AKIA1", "deploy", "run-7", "");
    let bare = session.replace("AssumeRoleResponse", "r").replace("AssumeRoleResult", "x");
    let other = session.replace("AssumeRoleRe", "GetSessionTokenRe");
    let ask = |place, answer: &str| {
        world.call(&Call { place, ..Call::new("AKIAMAYA", "sts", "AssumeRole", "", answer) });
    };
    for answer in [&bare, &other] {
        ask(("POST", "/"), answer);
    }
    for place in [("GET", "/b/evil.xml"), ("GET", "/"), ("POST", "/b"), ("PUT", "/")] {
        ask(place, &session);
    }
    let center =
        json!({"roleCredentials": {"accessKeyId": "AKIA1", "expiration": 1_795_342_272_000_i64}}).to_string();
    let query = "account_id=111122223333&role_name=Admin";
    for place in [("GET", "/b/federation/credentials"), ("POST", "/federation/credentials")] {
        world.call(&Call { place, query, ..Call::new("", "sso", "GetRoleCredentials", "", &center) });
    }
    let bucket = "<r><Credentials><AccessKeyId>AKIA1</AccessKeyId></Credentials></r>";
    world.call(&Call { place: ("GET", "/b"), ..Call::new("AKIAMAYA", "s3", "CreateSession", "", bucket) });
    assert_eq!(world.identities.learned(), 0);
    ask(("POST", "/"), &session);
    assert_eq!(world.who("AKIA1")["type"], "AssumedRole");
}

#[test]
fn a_call_that_takes_no_signature_does_not_name_the_key_that_it_carries() {
    let world = World::with_directory(DIRECTORY);
    for (service, operation) in [
        ("cognito-identity", "GetId"),
        ("cognito-idp", "InitiateAuth"),
        ("sso", "CreateToken"),
        ("sso", "GetRoleCredentials"),
        ("signin", "CreateOAuth2Token"),
        ("sts", "AssumeRoleWithLDAPIdentity"),
    ] {
        let caller = world.call(&Call::new("AKIAMAYA", service, operation, "{}", "{}"));
        assert_eq!(caller, json!({"type": "Unknown"}), "{service} {operation}");
    }
    // An operation of the same services that is signed.
    assert_eq!(
        world.call(&Call::new("AKIAMAYA", "cognito-idp", "AdminGetUser", "{}", "{}"))["userName"],
        "maya"
    );
    let answer = assumed("ASIA1", "deploy", "run-7", "<Provider>idp.example</Provider>")
        .replace("AssumeRoleRe", "AssumeRoleWithWebIdentityRe");
    let request = "Action=AssumeRoleWithWebIdentity&ProviderId=idp.example&WebIdentityToken=opaque";
    let call = Call::new("AKIAMAYA", "sts", "AssumeRoleWithWebIdentity", request, &answer);
    assert_eq!(world.call(&call), json!({"type": "WebIdentityUser", "identityProvider": "idp.example"}));
    let seen = world.sight(world.realm, &Call::new("ASIA1", "s3", "ListBuckets", "", ""));
    let session = seen.person().unwrap();
    assert_eq!(session.identity.kind.as_deref(), Some("AssumedRole"));
    assert!(!format!("{session:?}").contains("maya"));
}

#[test]
fn only_a_service_of_the_directory_speaks_for_a_resource() {
    let directory = "[keys.AKIASERVICE]\ntype = \"AWSService\"\ninvoked_by = \"glue.example.com\"\n\
                     [keys.AKIAMAYA]\nuser_name = \"maya\"\n";
    let world = World::with_directory(directory);
    let scoped = |key: &str| -> Value {
        let claim = cairn_identities::Claim::Key(key.to_owned());
        let seen = world.identities.identify(&cairn_identities::Sighting {
            realm: world.realm,
            upstream: "store",
            claim: &claim,
            event_source: "s3.amazonaws.com",
            operation: "GetObject",
            form: None,
            scope: Some(("arn:aws:glue:us-east-1:123456789012:job/1", Some("123456789012"))),
        });
        serde_json::to_value(seen.identity()).unwrap()
    };
    assert_eq!(
        scoped("AKIASERVICE"),
        json!({"type": "AWSService", "invokedBy": "glue.example.com", "accessKeyId": "AKIASERVICE",
            "inScopeOf": {"sourceArn": "arn:aws:glue:us-east-1:123456789012:job/1", "sourceAccount": "123456789012"}})
    );
    assert_eq!(scoped("AKIAMAYA").get("inScopeOf"), None);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read_or_left(request in "(?s).{0,200}", answer in "[<>/a-zA-Z&;=\"{}:,]{0,300}") {
        let world = World::new();
        for (service, operation) in [("sts", "AssumeRoleWithSAML"), ("sts", "AssumeRoleWithWebIdentity"),
            ("iam", "GetAccountAuthorizationDetails"), ("sso", "GetRoleCredentials")] {
            world.call(&Call::new("", service, operation, &request, &answer));
        }
    }
}
