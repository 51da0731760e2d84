//! Golden cases: an exchange and its event per file; `UPDATE_EXPECT=1` writes the events anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cairn_access::{
    Caller, FederatedUser, FederationIssuer, Principal, RoleSession, SessionMaker, TemporarySession,
    WebIdentity,
};
use cairn_capture::{ModelledCall, ServiceCall, TableKeys, Tls};
use cairn_operations::Table;
use cairn_wire::recognise::Protocol;
use serde_json::{Value, json};

use crate::observed::{Body, Observed};
use crate::rules;

#[test]
fn every_record_keeps_the_rules() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut broken = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let case: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let rules = rules::broken(&observed(&case["exchange"]));
        broken.extend(rules.into_iter().map(|rule| format!("{}: {rule}", file.display())));
    }
    broken.sort();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn exchanges_become_these_events() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let failures: Vec<String> = files.iter().filter_map(|file| check(file)).collect();
    println!("{} cases", files.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(files.len() >= 30, "the cases are gone");
}

fn check(file: &Path) -> Option<String> {
    let mut case: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let (_, record) = observed(&case["exchange"]).record();
    let event: Value = serde_json::from_slice(&record.to_bytes()).unwrap();
    if case["event"] == event {
        return None;
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        case["event"] = event;
        std::fs::write(file, format!("{case:#}\n")).unwrap();
        return None;
    }
    Some(format!("{}:\n  found    {event}\n  expected {}", file.display(), case["event"]))
}

pub(crate) fn observed(exchange: &Value) -> Observed {
    let (request, response) = (&exchange["request"], &exchange["response"]);
    let own = "111122223333".parse().unwrap();
    let tls = Tls {
        version: "TLSv1.3".to_owned(),
        cipher_suite: "TLS_AES_128_GCM_SHA256".to_owned(),
        key_exchange: Some("X25519MLKEM768".to_owned()),
    };
    let mut headers = headers(&request["headers"]);
    if let Some(scope) = exchange["scope"].as_str() {
        let value = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=f00d");
        headers.push(("Authorization".to_owned(), value.into_bytes()));
    }
    let account = exchange["owner"].as_str();
    Observed {
        method: request["method"].as_str().unwrap().to_owned(),
        target: request["target"].as_str().unwrap().to_owned(),
        headers,
        body: body(request),
        status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
        response_headers: self::headers(&response["headers"]),
        response_body: body(response),
        caller: caller(exchange["caller"].as_str().unwrap()),
        account_alias: exchange["alias"].as_str().map(str::to_owned),
        recipient: own,
        owner: account.map(|account| account.parse().unwrap()),
        tls: exchange["tls"].as_bool().unwrap_or_default().then_some(tls),
        request_id: "7Q1Z0EXAMPLE9KD2".to_owned(),
        completed: "2026-03-02T08:14:55.7Z".parse().unwrap(),
        forwarded: exchange["forwarded"].as_bool().unwrap_or_default(),
        table_keys: table_keys(&exchange["tableKeys"]),
    }
}

/// Teaches the keys of tables, as an answer of DescribeTable would.
fn table_keys(given: &Value) -> Option<Arc<TableKeys>> {
    let keys = TableKeys::default();
    let table = Table::built_in();
    let describe = ModelledCall::new(&table, table.find("dynamodb", "DescribeTable")?, Protocol::Json)?;
    let (account, region) = ("111122223333".parse().unwrap(), "eu-west-1".parse().unwrap());
    for (name, attributes) in given.as_object()? {
        let schema: Vec<Value> =
            attributes.as_array()?.iter().map(|name| json!({ "AttributeName": name })).collect();
        let answer = json!({ "Table": { "TableName": name, "KeySchema": schema } }).to_string();
        keys.learn(&ServiceCall::Modelled(describe.clone()), (account, &region), answer.as_bytes());
    }
    Some(Arc::new(keys))
}

fn caller(who: &str) -> Caller {
    let account = "111122223333".parse().unwrap();
    let key = Some("AKIAEXAMPLE000000002".to_owned());
    let user = Principal::User {
        account,
        name: "mia".to_owned(),
        path: "/".to_owned(),
        id: "AIDAEXAMPLEMIA0000001".to_owned(),
    };
    let session = Principal::Session(RoleSession {
        account,
        role: "uploader".to_owned(),
        role_path: "/".to_owned(),
        role_id: "AROAEXAMPLEUPLOADER00".to_owned(),
        name: "batch-7".to_owned(),
        created: "2026-03-02T08:00:11Z".to_owned(),
        mfa: false,
        source_identity: None,
    });
    match who {
        "user" => Caller::Verified { principal: user, access_key_id: key },
        "claimed user" => Caller::Claimed { principal: user, access_key_id: key },
        "root" => Caller::Verified { principal: Principal::Root { account }, access_key_id: key },
        "session" => {
            Caller::Verified { principal: session, access_key_id: Some("ASIAEXAMPLE000000001".to_owned()) }
        }
        "web identity" => Caller::Verified {
            principal: Principal::WebIdentity(WebIdentity {
                provider: "ci.example".to_owned(),
                provider_arn: "arn:aws:iam::111122223333:oidc-provider/ci.example".to_owned(),
                audience: "sts.amazonaws.com".to_owned(),
                subject: "repo:acme/shop".to_owned(),
            }),
            access_key_id: None,
        },
        "user session" => temporary(user),
        "federated user" => temporary(Principal::FederatedUser(FederatedUser {
            account,
            name: "guest".to_owned(),
            issuer: Some(FederationIssuer {
                name: "mia".to_owned(),
                path: "/".to_owned(),
                id: "AIDAEXAMPLEMIA0000001".to_owned(),
            }),
        })),
        "rejected" => Caller::Rejected { access_key_id: key },
        "unsigned" => Caller::Unsigned,
        service => Caller::service(service),
    }
}

fn temporary(principal: Principal) -> Caller {
    let session = TemporarySession {
        issued: "2026-03-02T08:00:11Z".parse().unwrap(),
        mfa: false,
        policies: None,
        tags: BTreeMap::new(),
        transitive_tag_keys: Vec::new(),
        source_identity: None,
        federated_provider: None,
        maker: SessionMaker::Sts,
    };
    let access_key_id = "ASIAEXAMPLE000000001".to_owned();
    Caller::Temporary { principal, access_key_id, session: Box::new(session) }
}

fn headers(value: &Value) -> Vec<(String, Vec<u8>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pairs = value.as_array().map(Vec::as_slice).unwrap_or_default();
    pairs.iter().map(|pair| (text(&pair[0]), text(&pair[1]).into_bytes())).collect()
}

fn body(message: &Value) -> Body {
    let bytes = match &message["body"] {
        Value::String(text) => match message["base64"].as_bool() {
            Some(true) => BASE64_STANDARD.decode(text).unwrap(),
            Some(false) | None => text.clone().into_bytes(),
        },
        Value::Null => Vec::new(),
        json => json.to_string().into_bytes(),
    };
    let whole = Body::whole(&bytes);
    Body { length: message["body_bytes"].as_u64().unwrap_or(whole.length), ..whole }
}
