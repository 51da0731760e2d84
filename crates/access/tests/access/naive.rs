//! A second evaluator, written from IAM's rules with no thought of speed and without the first one's code: it
//! reads the JSON of a case as it stands.

#[path = "naive/condition.rs"]
mod condition;
#[path = "naive/person.rs"]
mod person;
#[path = "naive/text.rs"]
mod text;

use serde_json::Value;

use person::Person;
use text::Facts;

/// Returns the decision and its reason, in the words of the cases.
pub(crate) fn decide(case: &Value) -> String {
    let person = Person::called(case["who"].as_str().unwrap());
    let owner = case.get("owner").map_or("111122223333", |owner| owner.as_str().unwrap());
    let facts = person.facts(case, owner);
    let asked = Asked { case, person: &person, facts: &facts };
    let denials = [
        (asked.organization_denies(), "service control policy"),
        (asked.resource_denies(owner), asked.resource_kind()),
        (asked.denies("identity"), "identity-based policy"),
        (person.kind != "root" && asked.denies("boundary"), "permissions boundary"),
        (asked.session(|asked, policy| asked.says("Deny", policy)).unwrap_or(false), "session policy"),
    ];
    if let Some((_, kind)) = denials.iter().find(|(denies, _)| *denies) {
        return format!("deny: explicit in {kind}");
    }
    let (grant, needs) = asked.needs(owner);
    match needs.into_iter().find(|(met, _)| !met) {
        Some((_, kind)) => format!("deny: no {kind}"),
        None => format!("allow: {grant}"),
    }
}

struct Asked<'a> {
    case: &'a Value,
    person: &'a Person,
    facts: &'a Facts,
}

/// What must be, and the kind of policy that is missing when it is not.
type Need = (bool, &'static str);

impl Asked<'_> {
    /// Returns what would let the request through, and all that it needs, in the order in which it is told.
    fn needs(&self, owner: &str) -> (&'static str, Vec<Need>) {
        let kind = self.resource_kind();
        let trust = kind == "role trust policy" || self.case.get("key_policy").is_some();
        let [itself, role, account] = self.named_by_resource();
        let root = self.person.kind == "root";
        let identity = root || self.allows("identity");
        let boundary =
            (root || self.case.get("boundary").is_none() || self.allows("boundary"), "permissions boundary");
        let session =
            (self.session(|asked, policy| asked.says("Allow", policy)).unwrap_or(true), "session policy");
        let organization = (self.organization_allows(), "service control policy");
        let own = self.person.account.as_deref() == Some(owner);
        if self.person.account.is_none() {
            return ("resource-based policy", vec![organization, (itself, kind)]);
        }
        if !own {
            let resource = (itself || role || account, kind);
            return (
                "both",
                vec![organization, (identity, "identity-based policy"), boundary, session, resource],
            );
        }
        if itself && !root {
            return ("resource-based policy", vec![organization]);
        }
        let trusted = (!trust || itself || role || account, kind);
        if role {
            return ("resource-based policy", vec![organization, trusted, boundary, session]);
        }
        let grant = match (root, trust) {
            (true, _) => "root",
            (false, true) => "both",
            (false, false) => "identity-based policy",
        };
        (grant, vec![organization, trusted, (identity, "identity-based policy"), boundary, session])
    }

    fn resource_kind(&self) -> &'static str {
        if self.case.get("trust_policy").is_some() { "role trust policy" } else { "resource-based policy" }
    }

    fn resource_statements(&self) -> Vec<&Value> {
        let policy = self.case.get("resource_policy").or_else(|| self.case.get("trust_policy"));
        let policy = policy.or_else(|| self.case.get("key_policy"));
        policy.map(statements).unwrap_or_default()
    }

    /// Tells whether the resource's policy allows the caller under its own name, its role's, its account's.
    fn named_by_resource(&self) -> [bool; 3] {
        let person = self.person;
        let known = [true, !person.role.is_empty(), !person.of_account.is_empty()];
        let names = [&person.itself, &person.role, &person.of_account];
        std::array::from_fn(|at| (known[at], names[at])).map(|(known, names)| {
            known
                && self.resource_statements().into_iter().any(|statement| {
                    statement["Effect"] == "Allow"
                        && person::lists(&statement["Principal"], names)
                        && self.fits(statement)
                })
        })
    }

    fn resource_denies(&self, owner: &str) -> bool {
        let spared = ["s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"];
        let action = self.case["action"].as_str().unwrap().to_lowercase();
        let own_root = self.person.kind == "root" && self.person.account.as_deref() == Some(owner);
        if own_root && spared.contains(&action.as_str()) {
            return false;
        }
        self.resource_statements().into_iter().any(|statement| {
            let meant = match statement.get("NotPrincipal") {
                Some(listed) => !self.person.is_spared(listed),
                None => self.person.all_names().any(|names| person::lists(&statement["Principal"], names)),
            };
            statement["Effect"] == "Deny" && meant && self.fits(statement)
        })
    }

    fn levels(&self) -> Vec<&Value> {
        if !self.person.in_organization || self.case.get("management").is_some() {
            return Vec::new();
        }
        self.case.get("organization").map(statements).unwrap_or_default()
    }

    fn organization_denies(&self) -> bool {
        self.levels().iter().flat_map(|level| statements(level)).any(|policy| self.says("Deny", policy))
    }

    fn organization_allows(&self) -> bool {
        let allows = |level: &&Value| statements(level).into_iter().any(|policy| self.says("Allow", policy));
        self.levels().iter().all(allows)
    }

    fn session(&self, says: impl Fn(&Self, &Value) -> bool) -> Option<bool> {
        let policies = self.case.get("session")?;
        Some(statements(policies).into_iter().any(|policy| says(self, policy)))
    }

    fn allows(&self, side: &str) -> bool {
        self.case.get(side).is_some_and(|policy| self.says("Allow", policy))
    }

    fn denies(&self, side: &str) -> bool {
        self.case.get(side).is_some_and(|policy| self.says("Deny", policy))
    }

    fn says(&self, effect: &str, policy: &Value) -> bool {
        statements(policy).into_iter().any(|statement| statement["Effect"] == effect && self.fits(statement))
    }

    /// Tells whether action, resource and conditions of a statement fit.
    fn fits(&self, statement: &Value) -> bool {
        let version = self.case.get("version").map_or("2012-10-17", |version| version.as_str().unwrap());
        let facts = text::Known { facts: self.facts, variables: version == "2012-10-17" };
        let (action, resource) =
            (self.case["action"].as_str().unwrap(), self.case["resource"].as_str().unwrap());
        let on_action = |pattern: &str| text::action_fits(pattern, action);
        let on_resource = |pattern: &str| text::resource_fits(pattern, resource, &facts);
        one_of(statement, "Action", &on_action)
            && (self.case.get("trust_policy").is_some() && statement.get("Principal").is_some()
                || one_of(statement, "Resource", &on_resource))
            && condition::all_hold(statement.get("Condition"), &facts)
    }
}

fn one_of(statement: &Value, member: &str, fits: &dyn Fn(&str) -> bool) -> bool {
    match statement.get(member) {
        Some(listed) => text::texts(listed).iter().any(|text| fits(text)),
        None => !text::texts(&statement[format!("Not{member}")]).iter().any(|text| fits(text)),
    }
}

fn statements(policy: &Value) -> Vec<&Value> {
    policy.as_array().unwrap().iter().collect()
}
