//! What each answer teaches.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cairn_identities::{Claim, Realm, Sighting, Signatures, Verdict};
use serde_json::{Value, json};

use crate::world::{ACCOUNT, Call, World, account, user_identity};

const DIRECTORY: &str =
    "[keys.AKIAMAYA]\narn = \"arn:aws:iam::123456789012:user/eng/maya\"\nprincipal_id = \"AIDAMAYA\"\n";

fn credentials(key: &str) -> String {
    format!(
        "<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s3cr3t</SecretAccessKey>\
         <SessionToken>t0k3n</SessionToken><Expiration>2026-11-22T10:11:12Z</Expiration></Credentials>"
    )
}

pub(crate) fn assumed(key: &str, role: &str, session: &str, more: &str) -> String {
    format!(
        "<AssumeRoleResponse><AssumeRoleResult>{}<AssumedRoleUser><AssumedRoleId>AROA1:{session}</AssumedRoleId>\
         <Arn>arn:aws:sts::123456789012:assumed-role/{role}/{session}</Arn></AssumedRoleUser>{more}\
         </AssumeRoleResult></AssumeRoleResponse>",
        credentials(key)
    )
}

fn role_identity(key: &str, mfa: &str, more: &Value) -> Value {
    let mut context = json!({
        "sessionIssuer": {"type": "Role", "principalId": "AROA1", "accountId": ACCOUNT, "userName": "deploy",
            "arn": "arn:aws:iam::123456789012:role/ci/deploy"},
        "attributes": {"creationDate": "2026-11-22T09:11:12Z", "mfaAuthenticated": mfa},
    });
    context.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({
        "type": "AssumedRole", "principalId": "AROA1:run-7", "accountId": ACCOUNT, "accessKeyId": key,
        "arn": "arn:aws:sts::123456789012:assumed-role/deploy/run-7", "sessionContext": context,
    })
}

const ASSUME: &str =
    "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fci%2Fdeploy&RoleSessionName=run-7";

#[test]
fn an_assumed_role_is_known_with_the_path_of_its_role() {
    let world = World::with_directory(DIRECTORY);
    let request =
        format!("{ASSUME}&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fm&SourceIdentity=maya");
    let answer = assumed("ASIA1", "deploy", "run-7", "");
    world.call(&Call::new("AKIAMAYA", "sts", "AssumeRole", &request, &answer));
    assert_eq!(world.who("ASIA1"), role_identity("ASIA1", "true", &json!({"sourceIdentity": "maya"})));
}

#[test]
fn a_chain_of_roles_hands_on_source_identity_and_transitive_tags() {
    let world = World::with_directory(DIRECTORY);
    let first = format!(
        "{ASSUME}&SourceIdentity=maya&Tags.member.1.Key=Team&Tags.member.1.Value=shop&Tags.member.2.Key=Run\
         &Tags.member.2.Value=7&TransitiveTagKeys.member.1=Team"
    );
    world.call(&Call::new("AKIAMAYA", "sts", "AssumeRole", &first, &assumed("ASIA1", "deploy", "run-7", "")));
    let answer = assumed("ASIA2", "deploy", "run-7", "");
    world.call(&Call::new("ASIA1", "sts", "AssumeRole", ASSUME, &answer));
    assert_eq!(world.who("ASIA2"), role_identity("ASIA2", "false", &json!({"sourceIdentity": "maya"})));
    let seen = world.sight(world.realm, &Call::new("ASIA2", "s3", "GetObject", "", ""));
    let person = seen.person().unwrap();
    assert_eq!(serde_json::to_value(&person.tags).unwrap(), json!({"Team": "shop"}));
    assert_eq!(
        person.assumed_by,
        ["arn:aws:sts::123456789012:assumed-role/deploy/run-7", "arn:aws:iam::123456789012:user/eng/maya"]
    );
}

#[test]
fn a_web_identity_is_named_by_its_token_once_the_upstream_took_it() {
    let world = World::new();
    let claims = json!({"iss": "https://idp.example/a", "aud": "cairn", "sub": "maya"}).to_string();
    let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
    let request =
        format!("{}&WebIdentityToken={token}", ASSUME.replace("AssumeRole", "AssumeRoleWithWebIdentity"));
    let answer = assumed("ASIA1", "deploy", "run-7", "<Provider>https://idp.example/a</Provider>")
        .replace("AssumeRoleRe", "AssumeRoleWithWebIdentityRe");
    let call = Call::new("", "sts", "AssumeRoleWithWebIdentity", &request, &answer);
    assert_eq!(
        world.call(&call),
        json!({"type": "WebIdentityUser", "principalId": "idp.example/a:cairn:maya", "userName": "maya",
            "identityProvider": "idp.example/a"})
    );
    let federation = json!({"webIdFederationData": {"attributes": {},
        "federatedProvider": "arn:aws:iam::123456789012:oidc-provider/idp.example/a"}});
    assert_eq!(world.who("ASIA1"), role_identity("ASIA1", "false", &federation));
    let refused = Call { status: 400, error: Some("InvalidIdentityTokenException"), answer: "", ..call };
    assert_eq!(world.call(&refused), json!({"type": "Unknown"}));
}

#[test]
fn a_saml_user_is_named_by_the_answer() {
    let world = World::new();
    let answer =
        assumed("ASIA1", "deploy", "run-7", "<Subject>maya</Subject><NameQualifier>q=</NameQualifier>")
            .replace("AssumeRoleRe", "AssumeRoleWithSAMLRe");
    let call =
        Call::new("", "sts", "AssumeRoleWithSAML", "Action=AssumeRoleWithSAML&SAMLAssertion=x", &answer);
    let expected =
        json!({"type": "SAMLUser", "principalId": "q=:maya", "userName": "maya", "identityProvider": "q="});
    assert_eq!(world.call(&call), expected);
    assert_eq!(world.who("ASIA1")["arn"], "arn:aws:sts::123456789012:assumed-role/deploy/run-7");
}

#[test]
fn a_session_of_a_user_is_the_user() {
    let world = World::with_directory(DIRECTORY);
    let answer = format!(
        "<GetSessionTokenResponse><GetSessionTokenResult>{}</GetSessionTokenResult></GetSessionTokenResponse>",
        credentials("ASIA1")
    );
    world.call(&Call::new(
        "AKIAMAYA",
        "sts",
        "GetSessionToken",
        "Action=GetSessionToken&SerialNumber=m",
        &answer,
    ));
    assert_eq!(
        world.who("ASIA1"),
        json!({"type": "IAMUser", "principalId": "AIDAMAYA", "arn": "arn:aws:iam::123456789012:user/eng/maya",
            "accountId": ACCOUNT, "accessKeyId": "ASIA1", "userName": "maya",
            "sessionContext": {"attributes": {"creationDate": "2026-11-22T09:11:12Z", "mfaAuthenticated": "true"}}})
    );
}

#[test]
fn a_federated_user_has_its_issuer() {
    let world = World::with_directory(DIRECTORY);
    let answer = format!(
        "<GetFederationTokenResponse><GetFederationTokenResult>{}<FederatedUser>\
         <FederatedUserId>123456789012:guest</FederatedUserId>\
         <Arn>arn:aws:sts::123456789012:federated-user/guest</Arn></FederatedUser></GetFederationTokenResult>\
         </GetFederationTokenResponse>",
        credentials("ASIA1")
    );
    world.call(&Call::new("AKIAMAYA", "sts", "GetFederationToken", "Name=guest", &answer));
    assert_eq!(
        world.who("ASIA1"),
        json!({"type": "FederatedUser", "principalId": "123456789012:guest", "accessKeyId": "ASIA1",
            "arn": "arn:aws:sts::123456789012:federated-user/guest", "accountId": ACCOUNT,
            "sessionContext": {
                "sessionIssuer": {"type": "IAMUser", "principalId": "AIDAMAYA", "accountId": ACCOUNT,
                    "arn": "arn:aws:iam::123456789012:user/eng/maya", "userName": "maya"},
                "attributes": {"creationDate": "2026-11-22T09:11:12Z", "mfaAuthenticated": "false"}}})
    );
}

#[test]
fn an_assumed_root_says_so() {
    let world = World::with_directory(DIRECTORY);
    let answer = format!(
        "<AssumeRootResponse><AssumeRootResult>{}</AssumeRootResult></AssumeRootResponse>",
        credentials("ASIA1")
    );
    world.call(&Call::new("AKIAMAYA", "sts", "AssumeRoot", "TargetPrincipal=111122223333", &answer));
    let found = world.who("ASIA1");
    assert_eq!((&found["type"], &found["arn"]), (&json!("Root"), &json!("arn:aws:iam::111122223333:root")));
    assert_eq!(found["sessionContext"]["assumedRoot"], "true");
    let seen = world.sight(world.realm, &Call::new("ASIA1", "s3", "GetObject", "", ""));
    assert_eq!(seen.account(), account("111122223333"));
    assert!(!seen.is_listed(), "what an upstream says of another account is its own word");
}

#[test]
fn a_bearer_token_is_told_apart_and_whose_it_is_the_directory_can_say() {
    let text = "[keys.h4sh]\ntype = \"IdentityCenterUser\"\nuser_id = \"u-1\"\n\
                identity_store_arn = \"arn:aws:identitystore::123456789012:identitystore/d-1\"\n";
    let world = World::with_directory(text);
    let of = |credential_id: &str| {
        let claim = Claim::Bearer { credential_id: credential_id.to_owned() };
        let seen = world.identities.identify(&Sighting {
            realm: world.realm,
            upstream: "store",
            claim: &claim,
            event_source: "codecatalyst.amazonaws.com",
            operation: "ListSpaces",
            form: None,
            scope: None,
        });
        user_identity(&seen.caller(Verdict::Accepted), "codecatalyst")
    };
    assert_eq!(of("x"), json!({"type": "IdentityCenterUser", "accountId": ACCOUNT, "credentialId": "x"}));
    assert_eq!(
        of("h4sh"),
        json!({"type": "IdentityCenterUser", "accountId": ACCOUNT, "credentialId": "h4sh", "onBehalfOf": {
            "userId": "u-1", "identityStoreArn": "arn:aws:identitystore::123456789012:identitystore/d-1"}})
    );
}

#[test]
fn a_key_that_asks_who_it_is_is_known_from_then_on() {
    let world = World::new();
    assert_eq!(world.who("AKIA1"), json!({"type": "Unknown", "accessKeyId": "AKIA1", "accountId": ACCOUNT}));
    let told = |arn: &str, id: &str| {
        format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><UserId>{id}</UserId><Account>{ACCOUNT}</Account>\
             <Arn>{arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>"
        )
    };
    let ask = |key: &str, arn: &str, id: &str| {
        world.call(&Call::new(key, "sts", "GetCallerIdentity", "", &told(arn, id)));
        world.who(key)
    };
    assert_eq!(
        ask("AKIA1", "arn:aws:iam::123456789012:user/eng/maya", "AIDA1"),
        json!({"type": "IAMUser", "principalId": "AIDA1", "arn": "arn:aws:iam::123456789012:user/eng/maya",
            "accountId": ACCOUNT, "accessKeyId": "AKIA1", "userName": "maya"})
    );
    assert_eq!(ask("AKIA2", "arn:aws:iam::123456789012:root", ACCOUNT)["type"], "Root");
    let session = ask("ASIA3", "arn:aws:sts::123456789012:assumed-role/deploy/run-7", "AROA1:run-7");
    assert_eq!(
        session["sessionContext"]["sessionIssuer"],
        json!({"type": "Role", "principalId": "AROA1", "accountId": ACCOUNT, "userName": "deploy"})
    );
    // Nobody told the role's path until a list of roles does.
    let roles = "<ListRolesResponse><ListRolesResult><Roles><member><RoleName>deploy</RoleName><RoleId>AROA1</RoleId>\
                 <Arn>arn:aws:iam::123456789012:role/ci/deploy</Arn></member></Roles></ListRolesResult></ListRolesResponse>";
    world.call(&Call::new("AKIA1", "iam", "ListRoles", "", roles));
    let issuer = &world.who("ASIA3")["sessionContext"]["sessionIssuer"];
    assert_eq!(issuer["arn"], "arn:aws:iam::123456789012:role/ci/deploy");
    // Such a session is forgotten when no session can be that long.
    world.clock.pass(36 * 3_600 + 1);
    assert_eq!(world.who("ASIA3")["type"], "Unknown");
    assert_eq!(world.who("AKIA1")["type"], "IAMUser");
}

#[test]
fn keys_of_users_come_and_go() {
    let world = World::with_directory(DIRECTORY);
    let created = |key: &str, user: &str| {
        format!(
            "<CreateAccessKeyResponse><CreateAccessKeyResult><AccessKey><UserName>{user}</UserName>\
             <AccessKeyId>{key}</AccessKeyId><Status>Active</Status><SecretAccessKey>s3cr3t</SecretAccessKey>\
             </AccessKey></CreateAccessKeyResult></CreateAccessKeyResponse>"
        )
    };
    let iam = |operation: &str, request: &str, answer: &str| {
        world.call(&Call::new("AKIAMAYA", "iam", operation, request, answer));
    };
    iam("CreateAccessKey", "UserName=noor", &created("AKIA1", "noor"));
    let bare = json!({"type": "IAMUser", "accountId": ACCOUNT, "accessKeyId": "AKIA1", "userName": "noor"});
    assert_eq!(world.who("AKIA1"), bare);
    let user = "<GetUserResponse><GetUserResult><User><UserName>noor</UserName><UserId>AIDA2</UserId>\
                <Arn>arn:aws:iam::123456789012:user/ops/noor</Arn></User></GetUserResult></GetUserResponse>";
    iam("GetUser", "UserName=noor", user);
    let whole = json!({"type": "IAMUser", "principalId": "AIDA2", "arn": "arn:aws:iam::123456789012:user/ops/noor",
        "accountId": ACCOUNT, "accessKeyId": "AKIA1", "userName": "noor"});
    assert_eq!(world.who("AKIA1"), whole);
    iam("UpdateAccessKey", "UserName=noor&AccessKeyId=AKIA1&Status=Inactive", "<UpdateAccessKeyResponse/>");
    assert_eq!(world.who("AKIA1")["type"], "Unknown");
    iam("UpdateAccessKey", "UserName=noor&AccessKeyId=AKIA1&Status=Active", "<UpdateAccessKeyResponse/>");
    assert_eq!(world.who("AKIA1"), whole);
    iam("DeleteAccessKey", "UserName=noor&AccessKeyId=AKIA1", "<DeleteAccessKeyResponse/>");
    assert_eq!(world.who("AKIA1")["type"], "Unknown");
    let keys = "<ListAccessKeysResponse><ListAccessKeysResult><AccessKeyMetadata><member><UserName>noor</UserName>\
                <AccessKeyId>AKIA2</AccessKeyId></member></AccessKeyMetadata></ListAccessKeysResult></ListAccessKeysResponse>";
    iam("ListAccessKeys", "UserName=noor", keys);
    assert_eq!(world.who("AKIA2")["userName"], "noor");
    iam("DeleteUser", "UserName=noor", "<DeleteUserResponse/>");
    assert_eq!(world.who("AKIA2")["type"], "Unknown");
    let used = "<GetAccessKeyLastUsedResponse><GetAccessKeyLastUsedResult><UserName>lee</UserName>\
                </GetAccessKeyLastUsedResult></GetAccessKeyLastUsedResponse>";
    iam("GetAccessKeyLastUsed", "AccessKeyId=AKIA3", used);
    assert_eq!(world.who("AKIA3")["userName"], "lee");
}

#[test]
fn other_services_give_sessions_too() {
    let world = World::with_directory(DIRECTORY);
    let cognito = json!({"IdentityId": "us-east-1:1", "Credentials": {"AccessKeyId": "ASIAC", "SecretKey": "s",
        "SessionToken": "t", "Expiration": 1_795_342_272.5}});
    let cognito = cognito.to_string();
    world.call(&Call::new("", "cognito-identity", "GetCredentialsForIdentity", "{}", &cognito));
    let found = world.who("ASIAC");
    assert_eq!(
        found["sessionContext"]["webIdFederationData"],
        json!({"federatedProvider": "cognito-identity.amazonaws.com",
            "attributes": {"cognito-identity.amazonaws.com:sub": "us-east-1:1"}})
    );
    let center =
        json!({"roleCredentials": {"accessKeyId": "ASIAI", "secretAccessKey": "s", "sessionToken": "t",
        "expiration": 1_795_342_272_000_i64}})
        .to_string();
    let call = Call {
        place: ("GET", "/federation/credentials"),
        query: "account_id=111122223333&role_name=Admin",
        ..Call::new("", "sso", "GetRoleCredentials", "", &center)
    };
    world.call(&call);
    let found = world.who("ASIAI");
    assert_eq!(
        (&found["accountId"], &found["sessionContext"]["sessionIssuer"]["userName"]),
        (&json!("111122223333"), &json!("Admin"))
    );
    let anywhere = json!({"credentialSet": [{"credentials": {"accessKeyId": "ASIAR", "secretAccessKey": "s",
        "sessionToken": "t", "expiration": "2026-11-22T10:11:12Z"}, "roleArn": "arn:aws:iam::123456789012:role/x/any",
        "assumedRoleUser": {"arn": "arn:aws:sts::123456789012:assumed-role/any/5f", "assumedRoleId": "AROA9:5f"}}]})
    .to_string();
    let call = Call::new("", "rolesanywhere", "CreateSession", "{}", &anywhere);
    world.call(&Call { place: ("POST", "/sessions"), ..call });
    assert_eq!(
        world.who("ASIAR")["sessionContext"]["sessionIssuer"]["arn"],
        "arn:aws:iam::123456789012:role/x/any"
    );
    let bucket = format!("<CreateSessionResult>{}</CreateSessionResult>", credentials("ASIAB"));
    let call = Call::new("AKIAMAYA", "s3", "CreateSession", "", &bucket);
    world.call(&Call { place: ("GET", "/shop--use1-az4--x-s3"), ..call });
    assert_eq!(world.who("ASIAB")["userName"], "maya");
    world.clock.pass(2 * 3_600);
    for key in ["ASIAC", "ASIAI", "ASIAR", "ASIAB"] {
        assert_eq!(world.who(key)["type"], "Unknown", "{key}");
    }
}

#[test]
fn the_directory_is_asked_first_and_each_realm_for_itself() {
    let world = World::with_directory(DIRECTORY);
    let told = "<GetCallerIdentityResponse><GetCallerIdentityResult><UserId>x</UserId>\
                <Arn>arn:aws:iam::123456789012:user/mallory</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>";
    world.call(&Call::new("AKIAMAYA", "sts", "GetCallerIdentity", "", told));
    assert_eq!(world.who("AKIAMAYA")["userName"], "maya");
    world.call(&Call::new("AKIA1", "sts", "GetCallerIdentity", "", told));
    assert_eq!(world.who("AKIA1")["userName"], "mallory");
    let others = [
        Realm { account: account("111122223333"), ..world.realm },
        Realm { signatures: Signatures::Unchecked, ..world.realm },
    ];
    for realm in others {
        let seen = world.sight(realm, &Call::new("AKIA1", "s3", "ListBuckets", "", ""));
        assert_eq!(seen.person(), None, "{realm:?}");
    }
}
