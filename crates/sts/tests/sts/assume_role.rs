//! AssumeRole: who may, how, and for how long.

use cairn_access::{Caller, Principal};
use cairn_catalog::Change;
use cairn_wire::sts::{AssumeRoleRequest, AssumeRoleResponse, PolicyDescriptorType, Tag};

use crate::world::{ALL, OTHER, OWN, World, account, allowing, asker, inline, tag, trusting};

/// The code and message of a refusal, or nothing.
type Refused = Option<(&'static str, String)>;

fn request(arn: &str) -> AssumeRoleRequest {
    AssumeRoleRequest {
        role_arn: arn.to_owned(),
        role_session_name: "run".to_owned(),
        ..AssumeRoleRequest::default()
    }
}

fn assume(
    world: &World,
    caller: &Caller,
    request: &AssumeRoleRequest,
) -> Result<AssumeRoleResponse, (&'static str, String)> {
    world.sts.assume_role(&asker(caller), request).map_err(|refusal| {
        let answer = refusal.answer();
        (answer.code, answer.message)
    })
}

fn refused(world: &World, caller: &Caller, request: &AssumeRoleRequest) -> Refused {
    assume(world, caller, request).err()
}

fn tags(pairs: &[(&str, &str)]) -> Option<Vec<Tag>> {
    Some(
        pairs.iter().map(|(key, value)| Tag { key: (*key).to_owned(), value: (*value).to_owned() }).collect(),
    )
}

const STS: &str = r#""sts:AssumeRole""#;
const ALL_STS: &str = r#"["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]"#;
const MIA: &str = r#"{"AWS":"arn:aws:iam::111122223333:user/mia"}"#;
const ACCOUNT: &str = r#"{"AWS":"111122223333"}"#;

#[tokio::test]
async fn trust_and_permission_decide_as_iam_says() {
    let world = World::new().await;
    let plain = world.user(OWN, "mia", None).await;
    let able = world.user(OWN, "able", Some(&allowing(STS))).await;
    let deny = r#"{"Statement":{"Effect":"Deny","Action":"sts:*","Resource":"*"}}"#;
    let denied = world.user(OWN, "denied", Some(deny)).await;
    let both = r#"{"AWS":["arn:aws:iam::111122223333:user/mia","arn:aws:iam::111122223333:user/denied"]}"#;
    for (role, id, trust) in [
        ("itself", OWN, trusting(both, STS, "")),
        ("account", OWN, trusting(ACCOUNT, STS, "")),
        ("nobody", OWN, trusting(r#"{"AWS":"444455556666"}"#, STS, "")),
        ("otheraction", OWN, trusting(MIA, r#""sts:TagSession""#, "")),
        ("abroad", OTHER, trusting(MIA, STS, "")),
        ("abroadaccount", OTHER, trusting(ACCOUNT, STS, "")),
        ("abroadclosed", OTHER, trusting(r#"{"AWS":"444455556666"}"#, STS, "")),
    ] {
        world.role(id, role, &trust, |_| ()).await;
    }
    for (caller, own, role, may) in [
        (&plain, OWN, "itself", true),
        (&denied, OWN, "itself", false),
        (&able, OWN, "itself", false),
        (&plain, OWN, "account", false),
        (&able, OWN, "account", true),
        (&able, OWN, "nobody", false),
        (&plain, OWN, "otheraction", false),
        (&plain, OTHER, "abroad", false),
        (&able, OTHER, "abroadaccount", true),
        (&plain, OTHER, "abroadaccount", false),
        (&able, OTHER, "abroadclosed", false),
        (&able, OWN, "missing", false),
    ] {
        let arn = format!("arn:aws:iam::{own}:role/{role}");
        let who = caller.principal().arn().unwrap();
        let expected = (!may).then(|| {
            let text = format!("User: {who} is not authorized to perform: sts:AssumeRole on resource: {arn}");
            ("AccessDenied", text)
        });
        assert_eq!(refused(&world, caller, &request(&arn)), expected, "{who} {arn}");
    }
}

#[tokio::test]
async fn the_root_user_assumes_no_role() {
    let world = World::new().await;
    let arn = world.role(OWN, "deploy", &trusting(ACCOUNT, STS, ""), |_| ()).await;
    let principal = Principal::Root { account: account(OWN) };
    let root = Caller::Verified { principal, access_key_id: None };
    let expected = ("AccessDenied", "Roles may not be assumed by root accounts.".to_owned());
    assert_eq!(refused(&world, &root, &request(&arn)), Some(expected));
}

#[tokio::test]
async fn a_session_is_its_roles_until_the_role_is_another() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", None).await;
    let arn = world
        .role(OTHER, "deploy", &trusting(ACCOUNT, STS, ""), |role| {
            role.policies.push(inline("own", &allowing(r#""s3:*""#)));
        })
        .await;
    assert_eq!(refused(&world, &mia, &request(&arn)).map(|(code, _)| code), Some("AccessDenied"));
    let mia = world.user(OWN, "mia", Some(ALL)).await;
    let answer = assume(&world, &mia, &request(&arn)).unwrap();
    let user = answer.assumed_role_user.clone().unwrap();
    assert_eq!(
        (user.assumed_role_id.as_str(), user.arn.as_str()),
        ("AROADEPLOY:run", "arn:aws:sts::444455556666:assumed-role/deploy/run")
    );
    assert_eq!((answer.packed_policy_size, &answer.source_identity), (None, &None));
    let credentials = answer.credentials.unwrap();
    assert_eq!(cairn_sts::account_of(&credentials.access_key_id), Some(account(OTHER)));
    let caller = world.caller(&credentials);
    assert_eq!(caller.principal().arn(), Some(user.arn));
    assert!(world.may(&caller, "s3:GetObject") && !world.may(&caller, "iam:GetUser"));
    let session = world.tokens.open(&credentials.access_key_id, &credentials.session_token).unwrap();
    assert_eq!(session.expires.as_second() - session.issued.as_second(), 3_600);
    assert!(session.is_of_somebody(&world.catalog.current()));
    world.commit(vec![Change::DeleteRole { account: account(OTHER), name: "deploy".to_owned() }]).await;
    assert!(!session.is_of_somebody(&world.catalog.current()) && !world.may(&caller, "s3:GetObject"));
    world
        .role(OTHER, "deploy", &trusting(ACCOUNT, STS, ""), |role| role.role_id = "AROANEW".to_owned())
        .await;
    assert!(!session.is_of_somebody(&world.catalog.current()), "a role made anew is another one");
}

#[tokio::test]
async fn sessions_last_as_long_as_the_role_allows() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", None).await;
    let any = r#"{"AWS":["arn:aws:iam::111122223333:user/mia","arn:aws:iam::111122223333:role/long"]}"#;
    let long =
        world.role(OWN, "long", &trusting(any, STS, ""), |role| role.session_seconds_max = 43_200).await;
    let short = world.role(OWN, "short", &trusting(MIA, STS, ""), |_| ()).await;
    let lasting = |arn: &str, seconds| AssumeRoleRequest { duration_seconds: Some(seconds), ..request(arn) };
    let session = assume(&world, &mia, &lasting(&long, 43_200)).unwrap().credentials.unwrap();
    let chained = world.caller(&session);
    assert_eq!(refused(&world, &mia, &lasting(&short, 3_600)), None);
    assert_eq!(
        refused(&world, &mia, &lasting(&short, 3_601)).unwrap(),
        (
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.".to_owned()
        )
    );
    assert_eq!(refused(&world, &chained, &lasting(&long, 3_600)), None);
    let beyond = refused(&world, &chained, &lasting(&long, 3_601)).unwrap();
    assert!(beyond.0 == "ValidationError" && beyond.1.contains("role chaining"), "{beyond:?}");
}

#[tokio::test]
async fn conditions_of_trust_see_the_request() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", None).await;
    let only = |key: &str, value: &str| format!(r#""StringEquals":{{"{key}":"{value}"}}"#);
    let asked = AssumeRoleRequest {
        external_id: Some("code".to_owned()),
        source_identity: Some("mia".to_owned()),
        tags: tags(&[("team", "blue"), ("stage", "test")]),
        transitive_tag_keys: Some(vec!["team".to_owned()]),
        duration_seconds: Some(900),
        ..request("")
    };
    for (key, value, other) in [
        ("sts:ExternalId", "code", "edoc"),
        ("sts:SourceIdentity", "mia", "ann"),
        ("sts:RoleSessionName", "run", "walk"),
        ("aws:RequestTag/team", "blue", "red"),
        ("sts:DurationSeconds", "900", "901"),
        ("aws:ResourceTag/kind", "ci", "cd"),
        ("aws:username", "mia", "ann"),
        ("aws:PrincipalAccount", OWN, OTHER),
    ] {
        for (value, may) in [(value, true), (other, false)] {
            let trust = trusting(MIA, ALL_STS, &only(key, value));
            let arn = world.role(OWN, "picky", &trust, |role| role.tags.push(tag("kind", "ci"))).await;
            let outcome = refused(&world, &mia, &AssumeRoleRequest { role_arn: arn, ..asked.clone() });
            assert_eq!(outcome.is_none(), may, "{key} {value} {outcome:?}");
        }
    }
    let each =
        r#""ForAllValues:StringEquals":{"aws:TagKeys":["team","stage"],"sts:TransitiveTagKeys":["team"]}"#;
    let arn = world.role(OWN, "picky", &trusting(MIA, ALL_STS, each), |_| ()).await;
    assert_eq!(refused(&world, &mia, &AssumeRoleRequest { role_arn: arn, ..asked }), None);
}

#[tokio::test]
async fn tags_and_source_identities_need_permissions_of_their_own() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", None).await;
    let arn = world.role(OWN, "plain", &trusting(MIA, STS, ""), |_| ()).await;
    let tagged = AssumeRoleRequest { tags: tags(&[("team", "blue")]), ..request(&arn) };
    let named = AssumeRoleRequest { source_identity: Some("mia".to_owned()), ..request(&arn) };
    for (asked, action) in [(tagged, "sts:TagSession"), (named, "sts:SetSourceIdentity")] {
        let (code, message) = refused(&world, &mia, &asked).unwrap();
        assert!(code == "AccessDenied" && message.contains(&format!("perform: {action} on")), "{message}");
    }
}

#[tokio::test]
async fn a_chain_hands_down_tags_and_the_source_identity() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", None).await;
    let arn = world
        .role(OWN, "first", &trusting(MIA, ALL_STS, ""), |role| role.tags.push(tag("team", "red")))
        .await;
    let second = world
        .role(
            OWN,
            "second",
            &trusting(r#"{"AWS":"arn:aws:iam::111122223333:role/first"}"#, ALL_STS, ""),
            |_| (),
        )
        .await;
    let asked = AssumeRoleRequest {
        source_identity: Some("mia".to_owned()),
        tags: tags(&[("team", "blue"), ("stage", "test")]),
        transitive_tag_keys: Some(vec!["team".to_owned()]),
        ..request(&arn)
    };
    let answer = assume(&world, &mia, &asked).unwrap();
    assert_eq!((answer.source_identity.as_deref(), answer.packed_policy_size), (Some("mia"), Some(1)));
    let first = world.caller(&answer.credentials.unwrap());
    let answer = assume(&world, &first, &request(&second)).unwrap();
    assert_eq!(answer.source_identity.as_deref(), Some("mia"));
    let caller = world.caller(&answer.credentials.unwrap());
    let session = caller.session().unwrap();
    assert_eq!(session.tags.iter().collect::<Vec<_>>(), [(&"team".to_owned(), &"blue".to_owned())]);
    assert_eq!(session.transitive_tag_keys, ["team"]);
    assert_eq!(session.source_identity.as_deref(), Some("mia"));
    let other = AssumeRoleRequest { source_identity: Some("ann".to_owned()), ..request(&second) };
    assert!(refused(&world, &first, &other).unwrap().1.contains("sts:SetSourceIdentity"));
    let again = AssumeRoleRequest { tags: tags(&[("TEAM", "red")]), ..request(&second) };
    assert_eq!(refused(&world, &first, &again).unwrap().0, "InvalidParameterValue");
}

#[tokio::test]
async fn tags_that_make_no_sense_are_refused() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", None).await;
    let arn = world.role(OWN, "deploy", &trusting(MIA, ALL_STS, ""), |_| ()).await;
    for (pairs, transitive) in [
        (&[("team", "a"), ("Team", "b")][..], None),
        (&[("aws:team", "a")], None),
        (&[("team", "a")], Some(vec!["stage".to_owned()])),
    ] {
        let asked = AssumeRoleRequest { tags: tags(pairs), transitive_tag_keys: transitive, ..request(&arn) };
        assert_eq!(refused(&world, &mia, &asked).unwrap().0, "InvalidParameterValue", "{pairs:?}");
    }
}

#[tokio::test]
async fn session_policies_limit_what_the_role_may() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", None).await;
    let arn = world
        .role(OWN, "deploy", &trusting(MIA, STS, ""), |role| role.policies.push(inline("all", ALL)))
        .await;
    let managed = world.managed_policy("ReadIam", &allowing(r#""iam:Get*""#)).await;
    let named = |arn: &str| Some(vec![PolicyDescriptorType { arn: Some(arn.to_owned()) }]);
    let inline = Some(allowing(r#""s3:Get*""#));
    for (policy, policy_arns, reads_s3, reads_iam) in [
        (None, None, true, true),
        (inline.clone(), None, true, false),
        (None, named(&managed), false, true),
        (inline.clone(), named(&managed), true, true),
        (None, named("arn:aws:iam::aws:policy/Everything"), true, true),
    ] {
        let asked = AssumeRoleRequest { policy, policy_arns, ..request(&arn) };
        let answer = assume(&world, &mia, &asked).unwrap();
        assert_eq!(
            answer.packed_policy_size.is_some(),
            asked.policy.is_some() || asked.policy_arns.is_some()
        );
        let caller = world.caller(&answer.credentials.unwrap());
        let may = (world.may(&caller, "s3:GetObject"), world.may(&caller, "iam:GetUser"));
        assert_eq!(may, (reads_s3, reads_iam), "{asked:?}");
    }
    for (policy, policy_arns, code) in [
        (Some("{".to_owned()), None, "MalformedPolicyDocument"),
        (Some(trusting(MIA, STS, "")), None, "MalformedPolicyDocument"),
        (Some(allowing(&format!("\"s3:{}\"", "x".repeat(7_000)))), None, "PackedPolicyTooLarge"),
        (None, named("arn:aws:iam::111122223333:policy/Missing"), "ValidationError"),
        (None, named("arn:aws:iam::444455556666:policy/ReadIam"), "ValidationError"),
        (None, Some(vec![PolicyDescriptorType { arn: Some(managed.clone()) }; 11]), "ValidationError"),
    ] {
        let asked = AssumeRoleRequest { policy, policy_arns, ..request(&arn) };
        assert_eq!(refused(&world, &mia, &asked).unwrap().0, code);
    }
}

#[tokio::test]
async fn who_may_not_assume_a_role_is_not_told_which_policies_its_account_has() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", None).await;
    let managed = world.managed_policy("ReadIam", &allowing(r#""iam:Get*""#)).await;
    let arn = world
        .role(OWN, "deploy", &trusting(r#"{"AWS":"arn:aws:iam::111122223333:user/ann"}"#, STS, ""), |_| ())
        .await;
    for policy in [managed.as_str(), "arn:aws:iam::111122223333:policy/Missing"] {
        let policy_arns = Some(vec![PolicyDescriptorType { arn: Some(policy.to_owned()) }]);
        let asked = AssumeRoleRequest { policy_arns, ..request(&arn) };
        assert_eq!(refused(&world, &mia, &asked).unwrap().0, "AccessDenied", "{policy}");
    }
}

#[tokio::test]
async fn second_factors_and_names_that_are_no_roles_are_refused() {
    let world = World::new().await;
    let mia = world.user(OWN, "mia", Some(ALL)).await;
    let arn = world.role(OWN, "deploy", &trusting(MIA, STS, ""), |_| ()).await;
    let asked = AssumeRoleRequest { token_code: Some("123456".to_owned()), ..request(&arn) };
    assert_eq!(refused(&world, &mia, &asked).unwrap().0, "AccessDenied");
    for arn in [
        "deploy",
        "arn:aws:iam::111122223333:user/deploy",
        "arn:aws:iam::x:role/deploy",
        "arn:aws:iam::111122223333:role/",
    ] {
        assert_eq!(refused(&world, &mia, &request(arn)).unwrap().0, "ValidationError", "{arn}");
    }
}
