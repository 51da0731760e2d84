//! Recorded traffic: what one exchange teaches tells who sends the next.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::world::{Call, World};

#[test]
fn an_assumed_role_is_known_in_the_recorded_call_that_follows() {
    let Some(folder) = folder() else {
        println!("SKIPPED: no recorded exchanges at hand (CAIRN_SHARED)");
        return;
    };
    let world = World::new();
    let pass = |file: &str, operation: &str| {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let exchange: Value = serde_json::from_str(&text).unwrap();
        let key = key(&exchange);
        let (request, answer) = (&exchange["request"]["body"]["text"], &exchange["response"]["body"]["text"]);
        let service = if operation == "CreateAccessKey" { "iam" } else { "sts" };
        world.call(&Call::new(&key, service, operation, request.as_str().unwrap(), answer.as_str().unwrap()))
    };
    pass("43-sts-assume-role-sess2.json", "AssumeRole");
    assert_eq!(
        pass("44-sts-get-caller-identity-as-role.json", "GetCallerIdentity"),
        json!({
            "type": "AssumedRole", "principalId": "AROARZPUZDIKNKORG7UZO:sess2", "accountId": "123456789012",
            "arn": "arn:aws:sts::123456789012:assumed-role/r1/sess2", "accessKeyId": "ASIARZPUZDIKH24EYU74",
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "principalId": "AROARZPUZDIKNKORG7UZO", "userName": "r1",
                    "arn": "arn:aws:iam::123456789012:role/r1", "accountId": "123456789012"},
                "attributes": {"creationDate": "2026-11-22T09:11:12Z", "mfaAuthenticated": "false"}},
        })
    );
    pass("41-sts-get-caller-identity.json", "GetCallerIdentity");
    pass("46-sts-get-federation-token.json", "GetFederationToken");
    pass("45-sts-get-session-token.json", "GetSessionToken");
    pass("47-iam-create-access-key.json", "CreateAccessKey");
    // The emulator gave the caller's own key out as a session: that teaches nothing.
    assert_eq!(world.who("AKIAIOSFODNN7EXAMPLE")["type"], "IAMUser");
    assert_eq!(world.who("AKIARZPUZDIKC3VURWX2")["userName"], "alice");
    let shown = format!("{:?}", world.identities);
    for secret in ["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", "FQoGZXIvYXdzEBYaD"] {
        assert!(!shown.contains(secret));
    }
}

fn key(exchange: &Value) -> String {
    let headers = exchange["request"]["headers"].as_array().unwrap();
    let authorization =
        headers.iter().find(|header| header[0] == "Authorization").unwrap()[1].as_str().unwrap();
    authorization.split("Credential=").nth(1).unwrap().split('/').next().unwrap().to_owned()
}

fn folder() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("CAIRN_SHARED").map_or(root, PathBuf::from);
    let folder = root.join("fixtures/exchanges");
    folder.is_dir().then_some(folder)
}
