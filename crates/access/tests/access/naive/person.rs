//! Who asks, under all names that policies may call them by.

use serde_json::Value;

use super::text::{Facts, texts};

pub(crate) struct Person {
    pub(crate) kind: &'static str,
    pub(crate) account: Option<String>,
    /// Names of the very caller, each with the kind of principal before it.
    pub(crate) itself: Vec<String>,
    /// Names of the role behind a session, or of the user behind a federated user.
    pub(crate) role: Vec<String>,
    pub(crate) of_account: Vec<String>,
    pub(crate) in_organization: bool,
    keys: Vec<(&'static str, String)>,
}

impl Person {
    pub(crate) fn called(name: &str) -> Self {
        match name {
            "mia" => user("111122223333", "team/mia", "mia", "AIDAMIA"),
            "eve" => user("999988887777", "eve", "eve", "AIDAEVE"),
            "root" => root("111122223333"),
            "foreign root" => root("999988887777"),
            "session" => session("111122223333", "ci/deploy", "deploy/run-7", "AROADEPLOY:run-7"),
            "foreign session" => session("999988887777", "audit", "audit/check", "AROAAUDIT:check"),
            "service-linked" => Self {
                in_organization: false,
                ..session(
                    "111122223333",
                    "aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
                    "AWSServiceRoleForX/x",
                    "AROALINKED:x",
                )
            },
            "fay" => {
                let arn = "arn:aws:sts::111122223333:federated-user/fay";
                Self {
                    itself: vec![format!("AWS {arn}")],
                    role: vec![
                        "AWS arn:aws:iam::111122223333:user/team/mia".to_owned(),
                        "AWS AIDAMIA".to_owned(),
                    ],
                    ..member("federated", "111122223333", arn, "FederatedUser", "111122223333:fay")
                }
            }
            "web" => stranger(
                "web",
                &[
                    "Federated arn:aws:iam::111122223333:oidc-provider/id.example.com",
                    "Federated id.example.com",
                ],
                &[("aws:userid", "id.example.com:cairn:s-1"), ("aws:principalisawsservice", "false")],
            ),
            "service" => stranger(
                "service",
                &["Service cloudtrail.amazonaws.com"],
                &[
                    ("aws:principalisawsservice", "true"),
                    ("aws:principalservicename", "cloudtrail.amazonaws.com"),
                ],
            ),
            _ => stranger(
                "anonymous",
                &[],
                &[
                    ("aws:principaltype", "Anonymous"),
                    ("aws:userid", "anonymous"),
                    ("aws:principalisawsservice", "false"),
                ],
            ),
        }
    }

    pub(crate) fn all_names(&self) -> impl Iterator<Item = &Vec<String>> {
        [&self.itself, &self.role, &self.of_account].into_iter()
    }

    /// Tells whether a `NotPrincipal` lists everybody, or every name that the caller goes by.
    pub(crate) fn is_spared(&self, listed: &Value) -> bool {
        if lists(listed, &[]) {
            return true;
        }
        let needed = [&self.itself, &self.role, &self.of_account].into_iter();
        let needed: Vec<_> = needed.filter(|names| !names.is_empty()).collect();
        !needed.is_empty() && needed.into_iter().all(|names| lists(listed, names))
    }

    /// Returns the facts of a case, with what the caller is in the place of what the case claims.
    pub(crate) fn facts(&self, case: &Value, owner: &str) -> Facts {
        let mut facts = Facts::new();
        for (key, values) in case.get("facts").and_then(Value::as_object).into_iter().flatten() {
            facts.insert(key.to_lowercase(), texts(values));
        }
        for key in [
            "aws:principalarn",
            "aws:principalaccount",
            "aws:principaltype",
            "aws:principalisawsservice",
            "aws:principalservicename",
            "aws:userid",
            "aws:username",
        ] {
            facts.remove(key);
        }
        for (key, value) in &self.keys {
            facts.insert((*key).to_owned(), vec![value.clone()]);
        }
        facts.insert("aws:resourceaccount".to_owned(), vec![owner.to_owned()]);
        facts
    }
}

/// Tells whether a principal element lists everybody or one of `names`.
pub(crate) fn lists(element: &Value, names: &[String]) -> bool {
    if element == "*" {
        return true;
    }
    element.as_object().into_iter().flatten().any(|(kind, values)| {
        texts(values).iter().any(|value| {
            let called = format!("{kind} {value}");
            (kind == "AWS" && value == "*")
                || names.iter().any(|name| match kind.as_str() {
                    "Service" => name.eq_ignore_ascii_case(&called),
                    _ => *name == called,
                })
        })
    })
}

fn member(kind: &'static str, account: &str, arn: &str, shown: &str, id: &str) -> Person {
    Person {
        kind,
        account: Some(account.to_owned()),
        itself: Vec::new(),
        role: Vec::new(),
        of_account: vec![format!("AWS {account}"), format!("AWS arn:aws:iam::{account}:root")],
        in_organization: true,
        keys: vec![
            ("aws:principalarn", arn.to_owned()),
            ("aws:principalaccount", account.to_owned()),
            ("aws:principaltype", shown.to_owned()),
            ("aws:principalisawsservice", "false".to_owned()),
            ("aws:userid", id.to_owned()),
        ],
    }
}

fn user(account: &str, path_and_name: &str, name: &str, id: &str) -> Person {
    let arn = format!("arn:aws:iam::{account}:user/{path_and_name}");
    let mut person = member("user", account, &arn, "User", id);
    person.itself = vec![format!("AWS {arn}"), format!("AWS {id}")];
    person.keys.push(("aws:username", name.to_owned()));
    person
}

fn root(account: &str) -> Person {
    let person = member("root", account, &format!("arn:aws:iam::{account}:root"), "Account", account);
    Person { itself: person.of_account.clone(), ..person }
}

fn session(account: &str, role: &str, session: &str, id: &str) -> Person {
    let role = format!("arn:aws:iam::{account}:role/{role}");
    let role_id = id.split(':').next().unwrap();
    Person {
        itself: vec![format!("AWS arn:aws:sts::{account}:assumed-role/{session}")],
        role: vec![format!("AWS {role}"), format!("AWS {role_id}")],
        ..member("session", account, &role, "AssumedRole", id)
    }
}

fn stranger(kind: &'static str, names: &[&str], keys: &[(&'static str, &str)]) -> Person {
    Person {
        kind,
        account: None,
        itself: names.iter().map(|&name| name.to_owned()).collect(),
        role: Vec::new(),
        of_account: Vec::new(),
        in_organization: false,
        keys: keys.iter().map(|&(key, value)| (key, value.to_owned())).collect(),
    }
}
