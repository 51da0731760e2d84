//! Who may do what with a key: cases as data, each put to the evaluator with a real key and its grants.

use cairn_access::{AccessRequest, Context, Policies, Policy, PolicyKind, Principal, RoleSession, evaluate};
use cairn_kms::{Asked, Refusal};
use cairn_wire::kms::{Operation, Request};
use serde_json::{Value, json};

use crate::world::{OTHER, OWN, REGION, World, caller, root};

const CASES: &str = include_str!("../cases/authorization.json");

#[tokio::test]
async fn every_case_is_decided_as_written() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let world = World::new().await;
    for case in &cases {
        let decided = decide(&world, case).await;
        // The alias is the next key's.
        world.call(Operation::DeleteAlias, json!({"AliasName": "alias/shop"})).await.unwrap();
        let expected = case["expect"].as_str().unwrap();
        let fits = match expected {
            "allow" => decided.is_ok(),
            _ => decided.as_ref().is_err_and(|told| told.contains(expected)),
        };
        assert!(fits, "{}: {decided:?}, not {expected}", case["case"]);
    }
    println!("{} cases decided", cases.len());
}

/// Decides a case. `policy` are the key policy's statements, `identity` those of the caller; each has the effect
/// Allow and the resource `*` unless it says otherwise. `grants` are calls of CreateGrant. `with` is what the call
/// sends beside the key.
async fn decide(world: &World, case: &Value) -> Result<(), String> {
    let mut made = json!({"BypassPolicyLockoutSafetyCheck": true});
    if let Some(policy) = case.get("policy") {
        made["Policy"] = document(policy).into();
    }
    made["Tags"] = case.get("tags").cloned().unwrap_or(json!([]));
    let key = world.call(Operation::CreateKey, made).await.unwrap();
    let key = key["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    world.call(Operation::CreateAlias, json!({"AliasName": "alias/shop", "TargetKeyId": key})).await.unwrap();
    for grant in case.get("grants").and_then(Value::as_array).into_iter().flatten() {
        let mut grant = grant.clone();
        grant["KeyId"] = key.clone().into();
        world.call(Operation::CreateGrant, grant).await.unwrap();
    }
    let operation = Operation::find(case["call"].as_str().unwrap()).unwrap();
    let request = request(world, operation, case, &key).await;
    let who = principal(case["who"].as_str().unwrap());
    let facts = case.get("facts").and_then(Value::as_object).into_iter().flatten();
    let facts =
        facts.fold(Context::default(), |context, (key, value)| context.with(key, value.as_str().unwrap()));
    let all = Asked::of(&world.catalog.current(), &caller(who.clone()), &request, &facts);
    let all = all.map_err(|refusal: Refusal| refusal.to_string())?;
    let identity = case
        .get("identity")
        .map(|statements| Policy::parse(PolicyKind::Identity, &document(statements)).unwrap());
    let denial = |asked: &Asked| {
        let policies = Policies {
            identity: identity.as_slice(),
            resource: asked.policy.as_ref(),
            ..Policies::default()
        };
        let access = AccessRequest {
            principal: &who,
            action: asked.action,
            resource: &asked.resource,
            resource_account: asked.owner,
            context: asked.context(facts.clone()),
        };
        asked.denial(&evaluate(&policies, &access), &who.display_name())
    };
    for asked in &all {
        if let Some(message) = denial(asked) {
            return Err(asked.unknown().and_then(denial).unwrap_or(message));
        }
    }
    Ok(())
}

async fn request(world: &World, operation: Operation, case: &Value, key: &str) -> Request {
    let mut parameters = case.get("with").cloned().unwrap_or(json!({}));
    let context = parameters.get("EncryptionContext").cloned().unwrap_or(json!({}));
    match operation {
        Operation::Decrypt | Operation::ReEncrypt => {
            let sealed = json!({"KeyId": key, "Plaintext": "eA==", "EncryptionContext": context});
            let sealed = world.call(Operation::Encrypt, sealed).await.unwrap();
            parameters["CiphertextBlob"] = sealed["CiphertextBlob"].clone();
        }
        Operation::ListKeys | Operation::CreateKey | Operation::GenerateRandom | Operation::DeleteAlias => {}
        Operation::RetireGrant => {
            let grants = world.call(Operation::ListGrants, json!({"KeyId": key})).await.unwrap();
            parameters["GrantId"] = grants["Grants"][0]["GrantId"].clone();
            parameters["KeyId"] = key.into();
        }
        Operation::CreateAlias | Operation::UpdateAlias => parameters["TargetKeyId"] = key.into(),
        _ if parameters.get("KeyId").is_none() => parameters["KeyId"] = key.into(),
        _ => {}
    }
    if operation == Operation::ReEncrypt {
        parameters["DestinationKeyId"] = key.into();
    }
    Request::decode(operation, None, parameters.to_string().as_bytes()).unwrap()
}

fn document(statements: &Value) -> String {
    let whole = |statement: &Value| {
        let mut whole = json!({"Effect": "Allow", "Resource": "*"});
        for (name, value) in statement.as_object().unwrap() {
            whole[name] = value.clone();
        }
        whole
    };
    let statements: Vec<Value> = statements.as_array().unwrap().iter().map(whole).collect();
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn principal(name: &str) -> Principal {
    let user = |account: &str, name: &str| Principal::User {
        account: account.parse().unwrap(),
        name: name.to_owned(),
        path: "/".to_owned(),
        id: format!("AIDA{name}"),
    };
    match name {
        "root" => root(),
        "ann" => user(OWN, "ann"),
        "bob" => user(OWN, "bob"),
        "eve" => user(OTHER, "eve"),
        "other-root" => Principal::Root { account: OTHER.parse().unwrap() },
        "worker" => Principal::Session(RoleSession {
            account: OWN.parse().unwrap(),
            role: "worker".to_owned(),
            role_path: "/".to_owned(),
            role_id: "AROAWORKER".to_owned(),
            name: "night".to_owned(),
            created: "2026-03-02T08:00:00Z".to_owned(),
            mfa: false,
            source_identity: None,
        }),
        "nobody" => Principal::Anonymous,
        service => Principal::Service(service.to_owned()),
    }
}

#[tokio::test]
async fn what_is_refused_is_told_in_awss_words() {
    let world = World::new().await;
    let key = world.key().await;
    let who = principal("ann");
    let body = json!({"KeyId": key}).to_string();
    let request = Request::decode(Operation::DescribeKey, None, body.as_bytes()).unwrap();
    let all =
        Asked::of(&world.catalog.current(), &caller(who.clone()), &request, &Context::default()).unwrap();
    let [asked] = all.as_slice() else { panic!("one permission") };
    let policies = Policies { resource: asked.policy.as_ref(), ..Policies::default() };
    let access = AccessRequest {
        principal: &who,
        action: asked.action,
        resource: &asked.resource,
        resource_account: asked.owner,
        context: Context::default(),
    };
    let told = asked.denial(&evaluate(&policies, &access), &who.display_name());
    let expected = format!(
        "User: arn:aws:iam::{OWN}:user/ann is not authorized to perform: kms:DescribeKey on resource: {key} because no identity-based policy allows the kms:DescribeKey action"
    );
    assert_eq!(told.as_deref(), Some(expected.as_str()));
    assert!(key.starts_with(&format!("arn:aws:kms:{REGION}:{OWN}:key/")));
}
