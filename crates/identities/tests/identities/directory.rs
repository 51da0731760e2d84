//! The directory's file, as operators write it.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use cairn_identities::directory::{Directory, DirectoryFile, Format, ImportFormat, Secrets, import};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::world::{ACCOUNT, World, account};

#[track_caller]
fn check(entry: &str, expected: &Value) {
    let text = format!("[keys.AKIA1]\n{entry}\n");
    let directory = Directory::parse(&text, Format::Toml, account(ACCOUNT)).unwrap();
    let person = directory.person("AKIA1", "store").unwrap();
    assert_eq!(serde_json::to_value(&person.identity).unwrap(), *expected, "{entry}");
}

#[test]
fn every_kind_of_owner_can_be_written() {
    check(
        "user_name = \"maya\"",
        &json!({"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/maya", "accountId": ACCOUNT,
            "userName": "maya"}),
    );
    check(
        "arn = \"arn:aws:iam::111122223333:user/eng/maya\"\nprincipal_id = \"AIDA1\"",
        &json!({"type": "IAMUser", "principalId": "AIDA1", "arn": "arn:aws:iam::111122223333:user/eng/maya",
            "accountId": "111122223333", "userName": "maya"}),
    );
    check(
        "type = \"Root\"\naccount_id = \"111122223333\"",
        &json!({"type": "Root", "principalId": "111122223333", "arn": "arn:aws:iam::111122223333:root",
            "accountId": "111122223333"}),
    );
    check(
        "role = \"ci/deploy\"\nuser_name = \"runner\"\nprincipal_id = \"AROA1:runner\"",
        &json!({"type": "AssumedRole", "principalId": "AROA1:runner", "accountId": ACCOUNT,
            "arn": "arn:aws:sts::123456789012:assumed-role/deploy/runner",
            "sessionContext": {"sessionIssuer": {"type": "Role", "principalId": "AROA1", "userName": "deploy",
                "arn": "arn:aws:iam::123456789012:role/ci/deploy", "accountId": ACCOUNT}}}),
    );
    check(
        "type = \"AWSService\"\ninvoked_by = \"backup.example.com\"",
        &json!({"type": "AWSService", "invokedBy": "backup.example.com"}),
    );
    check(
        "type = \"IdentityCenterUser\"\nuser_id = \"u-1\"",
        &json!({"type": "IdentityCenterUser", "accountId": ACCOUNT, "onBehalfOf": {"userId": "u-1"}}),
    );
    check(
        "user_name = \"partner\"\ninvoked_by_delegate = \"111122223333\"",
        &json!({"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/partner", "accountId": ACCOUNT,
            "userName": "partner", "invokedByDelegate": {"accountId": "111122223333"}}),
    );
}

#[test]
fn json_says_the_same() {
    let text = r#"{"keys": {"AKIA1": {"userName": "maya", "accountId": "123456789012", "human": "Maya",
        "agent": "bot", "tags": {"team": "shop"}, "secret": "s"}}}"#;
    let directory = Directory::parse(text, Format::Json, account("111122223333")).unwrap();
    let person = directory.person("AKIA1", "store").unwrap();
    assert_eq!(person.identity.arn.as_deref(), Some("arn:aws:iam::123456789012:user/maya"));
    assert_eq!((person.human.as_deref(), person.agent.as_deref()), (Some("Maya"), Some("bot")));
    assert_eq!(person.tags["team"], "shop");
    assert_eq!(directory.secret("AKIA1").unwrap().expose(), b"s");
}

#[test]
fn a_key_of_one_upstream_is_nobody_at_another() {
    let text = "[keys.AKIA1]\nuser_name = \"maya\"\nupstream = \"store\"\nsecret = \"s\"\n";
    let world = World::with_directory(text);
    let directory = Directory::parse(text, Format::Toml, account(ACCOUNT)).unwrap();
    assert!(directory.person("AKIA1", "store").is_some());
    assert!(directory.person("AKIA1", "other").is_none());
    assert!(world.identities.secret("AKIA1", "store").is_some());
    assert!(world.identities.secret("AKIA1", "other").is_none());
}

#[track_caller]
fn refuse(text: &str, format: Format, line: usize, words: &str) {
    let error = Directory::parse(text, format, account(ACCOUNT)).unwrap_err();
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        told = format!("{told}: {error}");
        source = error.source();
    }
    assert!(error.line == line && told.contains(words), "{text}: {told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn what_makes_no_sense_is_refused_with_its_line() {
    let toml = Format::Toml;
    refuse(
        "[keys.A]\nuser_name = \"a\"\n\n[keys.B]\naccount_id = \"1\"\nuser_name = \"b\"",
        toml,
        4,
        "twelve digits",
    );
    refuse("[keys.A]\nuser_nam = \"a\"", toml, 2, "unknown field");
    refuse("[keys]\nA = \"hunter2\"", toml, 2, "is needed");
    refuse("[keys.A]\ntags = \"hunter2\"", toml, 2, "is needed");
    refuse("[keys.A]\nuser_name =", toml, 2, "");
    refuse("[keys.A]\ntype = \"AWSService\"", toml, 1, "`invoked_by` is needed");
    refuse("[keys.A]\n", toml, 1, "`user_name` is needed");
    refuse("[keys.A]\narn = \"arn:aws:s3:::b\"", toml, 1, "`arn`");
    refuse("[keys.A]\ntype = \"Root\"\narn = \"arn:aws:iam::123456789012:user/a\"", toml, 1, "another type");
    refuse(
        "[keys.A]\naccount_id = \"111122223333\"\narn = \"arn:aws:iam::123456789012:user/a\"",
        toml,
        1,
        "another account",
    );
    refuse("[keys.A]\ntype = \"Root\"\nuser_name = \"a\"", toml, 1, "`user_name` is not for this type");
    refuse("[keys.\"a b\"]\nuser_name = \"a\"", toml, 1, "access key id");
    refuse("{\"keys\": {\n\"A\": {\"userName\": 5}}}", Format::Json, 2, "is needed");
    refuse("{\"keys\": {\n\n\"A\": {\"secret\": \"\", \"userName\": \"a\"}}}", Format::Json, 3, "`secret`");
}

#[test]
fn lists_of_other_systems_become_entries() {
    let seaweed = r#"{"identities": [
        {"name": "maya", "credentials": [{"accessKey": "K1", "secretKey": "hunter2"}], "actions": ["Admin"]},
        {"name": "anonymous", "actions": ["Read"]}]}"#;
    let found = import(seaweed, ImportFormat::SeaweedFs, account(ACCOUNT), Secrets::Left).unwrap();
    assert_eq!(found.entries.to_toml(), "[keys.K1]\naccount_id = \"123456789012\"\nuser_name = \"maya\"\n");
    assert_eq!(found.without_key, ["anonymous"]);
    let found = import(seaweed, ImportFormat::SeaweedFs, account(ACCOUNT), Secrets::Taken).unwrap();
    let directory = Directory::parse(&found.entries.to_toml(), Format::Toml, account(ACCOUNT)).unwrap();
    assert_eq!(directory.secret("K1").unwrap().expose(), b"hunter2");

    let minio = "{\"status\":\"success\",\"accessKey\":\"maya\",\"policyName\":\"readwrite\",\"userStatus\":\"enabled\"}\n\
                 {\"status\":\"success\",\"user\":\"maya\",\"stsKeys\":null,\"svcaccs\":[{\"accessKey\":\"SVC1\"}]}\n";
    let found = import(minio, ImportFormat::Minio, account(ACCOUNT), Secrets::Left).unwrap();
    let names: Vec<_> =
        found.entries.keys.iter().map(|(key, entry)| (key.as_str(), entry.user_name.as_deref())).collect();
    assert_eq!(names, [("SVC1", Some("maya")), ("maya", Some("maya"))]);

    let report = "user,arn,user_creation_time,password_enabled\n\
                  <root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported\n\
                  maya,arn:aws:iam::111122223333:user/eng/maya,2021-01-01T00:00:00+00:00,false\n\
                  {\"AccessKeyMetadata\": [{\"UserName\": \"maya\", \"AccessKeyId\": \"AKIA1\", \"Status\": \"Active\"}]}\n";
    let found = import(report, ImportFormat::CredentialReport, account(ACCOUNT), Secrets::Left).unwrap();
    assert_eq!(found.entries.to_toml(), "[keys.AKIA1]\narn = \"arn:aws:iam::111122223333:user/eng/maya\"\n");
    assert_eq!(found.without_key, ["<root_account>"]);
}

#[test]
fn a_list_that_is_none_is_refused_with_its_line() {
    for (text, format, line) in [
        ("{}", ImportFormat::SeaweedFs, 1),
        ("{\"user\":\"a\"}\n{\"accessKey\":\"\"}", ImportFormat::Minio, 2),
        ("{\"accessKey\":\"svc\",\"expiration\":\"\"}", ImportFormat::Minio, 1),
        (
            "{\"accessKey\":\"a\",\"userStatus\":\"enabled\"}\n\n{\"accessKey\":\"a\",\"parentUser\":\"b\"}",
            ImportFormat::Minio,
            3,
        ),
        ("{\"status\":\"error\"}", ImportFormat::Minio, 1),
        ("name,arn\n", ImportFormat::CredentialReport, 1),
        ("user,arn\nmaya,nonsense\n", ImportFormat::CredentialReport, 2),
        ("user,arn\n{\"AccessKeyId\":\"A\",\"UserName\":\"maya\"}\n", ImportFormat::CredentialReport, 2),
    ] {
        let error = import(text, format, account(ACCOUNT), Secrets::Left).unwrap_err();
        assert_eq!(error.line, line, "{text}: {error}");
    }
}

#[tokio::test]
async fn a_changed_file_is_taken_and_a_wrong_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.toml");
    std::fs::write(&path, "[keys.AKIA1]\nuser_name = \"maya\"\n").unwrap();
    let world = World::new();
    let mut file = DirectoryFile::new(&path, account(ACCOUNT));
    world.identities.replace_directory(file.read().unwrap());
    assert_eq!(world.who("AKIA1")["userName"], "maya");
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    tasks.spawn(file.run(Arc::clone(&world.identities), stop.clone()));
    // Half of a file first: it is refused whenever it is looked at, and the one before stays in force.
    std::fs::write(&path, "[keys.AKIA1]\nuser_name = ").unwrap();
    assert!(DirectoryFile::new(&path, account(ACCOUNT)).read().is_err());
    let taken = tokio::time::timeout(Duration::from_secs(20), async {
        while world.who("AKIA1")["userName"] == "maya" {
            std::fs::write(folder.path().join("new"), "[keys.AKIA1]\nuser_name = \"noor\"\n").unwrap();
            std::fs::copy(folder.path().join("new"), &path).unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    taken.await.unwrap();
    assert_eq!(world.who("AKIA1")["userName"], "noor");
    stop.cancel();
    tasks.close();
    tasks.wait().await;
}
