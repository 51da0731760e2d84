//! GetSessionToken, GetFederationToken, GetAccessKeyInfo and GetCallerIdentity.

use cairn_access::{Caller, Principal};
use cairn_catalog::Change;
use cairn_sts::{Asker, Refusal, ShownFactor};
use cairn_wire::sts::{
    AssumeRoleRequest, GetAccessKeyInfoRequest, GetFederationTokenRequest, GetSessionTokenRequest, Tag,
};

use crate::world::{ALL, OTHER, OWN, World, account, allowing, asker, trusting};

fn root(id: &str) -> Caller {
    Caller::Verified { principal: Principal::Root { account: account(id) }, access_key_id: None }
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> (&'static str, String) {
    let answer = outcome.unwrap_err().answer();
    (answer.code, answer.message)
}

fn federation(policy: Option<&str>) -> GetFederationTokenRequest {
    GetFederationTokenRequest {
        name: "guest".to_owned(),
        policy: policy.map(str::to_owned),
        ..GetFederationTokenRequest::default()
    }
}

#[tokio::test]
async fn a_users_session_may_what_the_user_may() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", Some(&allowing(r#""s3:*""#))).await;
    let answer = world.sts.get_session_token(&asker(&mia), &GetSessionTokenRequest::default()).unwrap();
    let credentials = answer.credentials.unwrap();
    let session = world.tokens.open(&credentials.access_key_id, &credentials.session_token).unwrap();
    assert_eq!(session.expires.as_second() - session.issued.as_second(), 43_200);
    let caller = world.caller(&credentials);
    assert_eq!(caller.principal(), mia.principal());
    assert!(world.may(&caller, "s3:GetObject") && !world.may(&caller, "iam:GetUser"));
    let again = world.sts.get_session_token(&asker(&caller), &GetSessionTokenRequest::default());
    let text = "Cannot call GetSessionToken with session credentials".to_owned();
    assert_eq!(code(again), ("AccessDenied", text));
    let federated = world.sts.get_federation_token(&asker(&caller), &federation(None));
    assert_eq!(code(federated).0, "AccessDenied");
    world.commit(vec![Change::DeleteUser { account: account(OWN), name: "mia".to_owned() }]).await;
    assert!(!session.is_of_somebody(&world.catalog.current()) && !world.may(&caller, "s3:GetObject"));
}

#[tokio::test]
async fn a_users_session_can_assume_roles() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", Some(ALL)).await;
    let trust = trusting(r#"{"AWS":"111122223333"}"#, r#""sts:AssumeRole""#, "");
    let role_arn = world.role(OWN, "deploy", &trust, |_| ()).await;
    let request =
        AssumeRoleRequest { role_arn, role_session_name: "run".to_owned(), ..AssumeRoleRequest::default() };
    let session = world.sts.get_session_token(&asker(&mia), &GetSessionTokenRequest::default()).unwrap();
    assert!(world.sts.assume_role(&asker(&world.caller(&session.credentials.unwrap())), &request).is_ok());
    let federated = world.sts.get_federation_token(&asker(&mia), &federation(Some(ALL))).unwrap();
    let federated = world.caller(&federated.credentials.unwrap());
    assert_eq!(code(world.sts.assume_role(&asker(&federated), &request)).0, "AccessDenied");
}

#[tokio::test]
async fn root_users_have_sessions_of_an_hour() {
    let world = World::new().await;
    let asked = GetSessionTokenRequest { duration_seconds: Some(7_200), ..GetSessionTokenRequest::default() };
    let credentials = world.sts.get_session_token(&asker(&root(OTHER)), &asked).unwrap().credentials.unwrap();
    let session = world.tokens.open(&credentials.access_key_id, &credentials.session_token).unwrap();
    assert_eq!(session.expires.as_second() - session.issued.as_second(), 3_600);
    assert_eq!(world.caller(&credentials).principal(), root(OTHER).principal());
    let by_root =
        world.sts.get_federation_token(&asker(&root(OTHER)), &federation(Some(&allowing(r#""s3:*""#))));
    let guest = world.caller(&by_root.unwrap().credentials.unwrap());
    assert!(world.may(&guest, "s3:GetObject") && !world.may(&guest, "iam:GetUser"));
}

#[tokio::test]
async fn a_federated_user_has_a_part_of_its_issuers_permissions() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", Some(&allowing(r#"["sts:*","s3:*"]"#))).await;
    for (policy, reads_s3) in
        [(None, false), (Some(allowing(r#""s3:Get*""#)), true), (Some(allowing(r#""iam:*""#)), false)]
    {
        let answer = world.sts.get_federation_token(&asker(&mia), &federation(policy.as_deref())).unwrap();
        let user = answer.federated_user.unwrap();
        assert_eq!(user.arn, "arn:aws:sts::111122223333:federated-user/guest");
        assert_eq!(user.federated_user_id, "111122223333:guest");
        let guest = world.caller(&answer.credentials.unwrap());
        assert_eq!(world.may(&guest, "s3:GetObject"), reads_s3, "{policy:?}");
        assert!(!world.may(&guest, "iam:GetUser") && !world.may(&guest, "s3:PutObject"));
    }
    let unable = world.user(OWN, "unable", Some(&allowing(r#""sts:GetFederationToken""#))).await;
    let tags = Some(vec![Tag { key: "team".to_owned(), value: "blue".to_owned() }]);
    let tagged = GetFederationTokenRequest { tags, ..federation(None) };
    let refused = code(world.sts.get_federation_token(&asker(&unable), &tagged));
    assert!(refused.1.contains("sts:TagSession on resource: arn:aws:sts::111122223333:federated-user/guest"));
    let nobody = world.user(OWN, "nobody", None).await;
    assert_eq!(code(world.sts.get_federation_token(&asker(&nobody), &federation(None))).0, "AccessDenied");
}

#[tokio::test]
async fn keys_tell_their_account() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", Some(ALL)).await;
    let of = |id: &str| GetAccessKeyInfoRequest { access_key_id: id.to_owned() };
    let session = world.sts.get_session_token(&asker(&root(OTHER)), &GetSessionTokenRequest::default());
    let key = session.unwrap().credentials.unwrap().access_key_id;
    let told = world.sts.get_access_key_info(&asker(&mia), &of(&key)).unwrap();
    assert_eq!(told.account.as_deref(), Some(OTHER));
    // A key of AWS's own, of an account that is not kept here.
    for unknown in ["ASIAY34FZKBOKMUTVV7A", "AKIAIOSFODNN7EXAMPLE"] {
        assert_eq!(code(world.sts.get_access_key_info(&asker(&mia), &of(unknown))).0, "ValidationError");
    }
    let nobody = world.user(OWN, "nobody", None).await;
    assert_eq!(code(world.sts.get_access_key_info(&asker(&nobody), &of(&key))).0, "AccessDenied");
}

#[tokio::test]
async fn everybody_may_ask_who_they_are() {
    let world = World::new().await;
    let deny = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    let mia = world.user(OWN, "mia", Some(deny)).await;
    let told = world.sts.get_caller_identity(&asker(&mia)).unwrap();
    assert_eq!(told.arn.as_deref(), Some("arn:aws:iam::111122223333:user/mia"));
    assert_eq!((told.user_id.as_deref(), told.account.as_deref()), (Some("AIDAMIA"), Some(OWN)));
}

#[tokio::test]
async fn a_second_factor_must_be_the_callers_own_and_proven() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", Some(ALL)).await;
    let lea = world.user(OWN, "lea", None).await;
    let serial = world.device(OWN, "phone", "mia").await;
    let shown = |serial: &str, code: Option<&str>| GetSessionTokenRequest {
        serial_number: Some(serial.to_owned()),
        token_code: code.map(str::to_owned),
        ..GetSessionTokenRequest::default()
    };
    let snapshot = world.catalog.current();
    for (caller, serial, code_shown, refused) in [
        (&mia, serial.as_str(), Some("123456"), None),
        (&mia, serial.as_str(), None, Some("must provide both")),
        (&mia, "arn:aws:iam::111122223333:mfa/other", Some("123456"), Some("unable to validate")),
        (&lea, serial.as_str(), Some("123456"), Some("unable to validate")),
        (&root(OWN), serial.as_str(), Some("123456"), Some("unable to validate")),
    ] {
        let asked = shown(serial, code_shown);
        let asker = asker(caller);
        let device = ShownFactor::of_get_session_token(&asked).device(&asker, &snapshot);
        assert_eq!(device.is_ok(), refused.is_none());
        if let Some(words) = refused {
            let told = device.unwrap_err().answer();
            assert!(told.code == "AccessDenied" && told.message.contains(words), "{}", told.message);
        }
        let unproven = code(world.sts.get_session_token(&asker, &asked));
        assert_eq!(unproven.1, "MultiFactorAuthentication failed with invalid MFA one time pass code.");
    }
    let proven = Asker { mfa: Some(jiff::Timestamp::UNIX_EPOCH), ..asker(&mia) };
    let asked = shown(&serial, Some("123456"));
    let session = world.caller(&world.sts.get_session_token(&proven, &asked).unwrap().credentials.unwrap());
    assert!(session.session().unwrap().mfa);
    let trust = trusting(
        r#"{"AWS":"111122223333"}"#,
        r#""sts:AssumeRole""#,
        r#""Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"60"}"#,
    );
    let role_arn = world.role(OWN, "guarded", &trust, |_| ()).await;
    let without = AssumeRoleRequest {
        role_arn: role_arn.clone(),
        role_session_name: "run".to_owned(),
        ..AssumeRoleRequest::default()
    };
    assert_eq!(code(world.sts.assume_role(&asker(&mia), &without)).0, "AccessDenied");
    let now = Asker { mfa: Some(cairn_event::Clock::now(&*world.clock)), ..asker(&mia) };
    let assumed = world.sts.assume_role(&now, &without).unwrap().credentials.unwrap();
    assert!(world.caller(&assumed).session().unwrap().mfa);
    assert_eq!(code(world.sts.assume_role(&proven, &without)).0, "AccessDenied", "shown long ago");
}
