//! Records of KMS: what a call came to concern is told, what it encrypts never.

use cairn_access::Caller;
use cairn_capture::{Captured, Exchange, KmsCall, Request, Response, ServiceCall, record};
use cairn_wire::kms::Operation;
use serde_json::{Value, json};

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const ALIAS: &str = "arn:aws:kms:eu-west-1:111122223333:alias/shop";

/// Renders the record of a call that concerned `resources`.
fn recorded(
    operation: Operation,
    resources: &[&str],
    sent: &Value,
    (status, answered): (u16, &Value),
) -> Value {
    let (sent, answered) = (sent.to_string(), answered.to_string());
    let region = "eu-west-1".parse().unwrap();
    let exchange = Exchange {
        request: Request {
            method: "POST",
            path: "/",
            query: "",
            headers: &[],
            body: Captured::Whole(sent.as_bytes()),
            body_bytes: sent.len() as u64,
        },
        response: Response {
            status,
            headers: &[],
            body: Captured::Whole(answered.as_bytes()),
            body_bytes: answered.len() as u64,
        },
        caller: &Caller::service("cloudtrail.amazonaws.com"),
        account_alias: None,
        region: &region,
        recipient: "111122223333".parse().unwrap(),
        resource_owner: None,
        peer: None,
        tls: None,
        request_id: "r",
        event_id: "e",
        remarks: &serde_json::Map::new(),
        completed: "2026-03-02T08:14:55Z".parse().unwrap(),
    };
    let mut call = KmsCall::from(operation);
    call.resources = resources.iter().map(|arn| (*arn).to_owned()).collect();
    call.additional.insert("keyMaterialId", "0c".to_owned());
    serde_json::from_slice(&record(&exchange, &ServiceCall::Kms(call)).to_bytes()).unwrap()
}

#[test]
fn using_a_key_tells_the_key_and_nothing_that_was_encrypted() {
    let sent = json!({"CiphertextBlob": "c2VjcmV0", "EncryptionContext": {"Department": "IT"}, "GrantTokens": ["tok"]});
    let answered = json!({"KeyId": KEY, "Plaintext": "cGxhaW4="});
    let told = recorded(Operation::Decrypt, &[KEY], &sent, (200, &answered));
    let parameters =
        json!({"encryptionContext": {"Department": "IT"}, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"});
    assert_eq!(told["requestParameters"], parameters);
    assert_eq!((&told["responseElements"], &told["readOnly"]), (&Value::Null, &json!(true)));
    assert_eq!((&told["managementEvent"], &told["eventCategory"]), (&json!(true), &json!("Management")));
    assert_eq!(told["additionalEventData"], json!({"keyMaterialId": "0c"}));
    assert_eq!(
        told["resources"],
        json!([{"accountId": "111122223333", "type": "AWS::KMS::Key", "ARN": KEY}])
    );
    let text = told.to_string();
    for secret in ["c2VjcmV0", "cGxhaW4=", "tok\""] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn a_change_answers_with_the_key() {
    let (no, empty) = (json!({"KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab"}), json!({}));
    let told = recorded(Operation::DisableKey, &[KEY], &no, (200, &empty));
    assert_eq!((&told["responseElements"], &told["readOnly"]), (&json!({"keyId": KEY}), &json!(false)));
    let alias = json!({"AliasName": "alias/shop", "TargetKeyId": KEY});
    let told = recorded(Operation::CreateAlias, &[ALIAS, KEY], &alias, (200, &empty));
    assert_eq!(told["responseElements"], Value::Null);
    assert_eq!(told["resources"][0]["type"], "AWS::KMS::Alias");
    let granted = json!({"GrantId": "0f", "GrantToken": "tok"});
    let told = recorded(Operation::CreateGrant, &[KEY], &no, (200, &granted));
    assert_eq!(told["responseElements"], json!({"grantId": "0f", "keyId": KEY}));
}

#[test]
fn a_refusal_keeps_its_parameters() {
    let refused = json!({"__type": "DisabledException", "message": format!("{KEY} is disabled.")});
    let sent = json!({"KeyId": KEY, "KeySpec": "AES_256"});
    let told = recorded(Operation::GenerateDataKey, &[KEY], &sent, (400, &refused));
    assert_eq!(
        (&told["errorCode"], &told["errorMessage"]),
        (&json!("DisabledException"), &refused["message"])
    );
    assert_eq!(told["requestParameters"], json!({"keyId": KEY, "keySpec": "AES_256"}));
}

/// Cairn served none of these: what they were about is what request and answer say.
#[test]
fn calls_served_elsewhere_concern_what_they_name() {
    let of = |operation: Operation, sent: Value, answered: Value| {
        let told = recorded(operation, &[], &sent, (200, &answered));
        let resources = told["resources"].as_array().cloned().unwrap_or_default();
        let arns: Vec<String> = resources.iter().map(|one| one["ARN"].as_str().unwrap().to_owned()).collect();
        (arns, told["responseElements"].clone())
    };
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let (arns, answer) =
        of(Operation::Encrypt, json!({"KeyId": id, "Plaintext": "cA=="}), json!({"KeyId": KEY}));
    assert_eq!((arns, answer), (vec![KEY.to_owned()], Value::Null));
    let (arns, answer) = of(Operation::DisableKey, json!({"KeyId": id}), json!({}));
    assert_eq!((arns, answer), (vec![KEY.to_owned()], json!({"keyId": KEY})));
    let (arns, _) =
        of(Operation::CreateAlias, json!({"AliasName": "alias/shop", "TargetKeyId": id}), json!({}));
    assert_eq!(arns, [KEY, ALIAS]);
    let (arns, _) = of(Operation::CreateKey, json!({}), json!({"KeyMetadata": {"Arn": KEY, "KeyId": id}}));
    assert_eq!(arns, [KEY]);
    let (arns, _) = of(Operation::ListKeys, json!({}), json!({"Keys": [{"KeyId": id}]}));
    assert_eq!(arns, [""; 0]);
    let refused = recorded(
        Operation::Encrypt,
        &[],
        &json!({"KeyId": id}),
        (400, &json!({"__type": "NotFoundException"})),
    );
    assert_eq!(refused.get("resources"), None);
}
