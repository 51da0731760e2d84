//! From a policy's text to statements.

use std::sync::Arc;

use super::who::Who;
use super::{Effect, Policy, PolicyError, PolicyKind, ResourcePattern, Scope, Statement};
use crate::condition::Condition;
use crate::document::Node;
use crate::pattern::{ArnPattern, Pattern, Syntax, Variables, Wildcards};

/// How much a reader of a policy puts up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rigour {
    /// Nothing: whoever writes the policy is there to hear what looks like a mistake.
    Written,
    /// Whatever has a meaning: the policy is in force, and all there is to decide is what it says.
    InForce,
}

/// Where in a document the reader stands; knows how to say what is wrong there.
#[derive(Debug, Clone)]
pub(crate) struct Place(String);

impl Place {
    pub(crate) fn member(&self, name: &str) -> Self {
        Self(if self.0.is_empty() { name.to_owned() } else { format!("{}.{name}", self.0) })
    }

    fn item(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    pub(crate) fn wrong(&self, problem: impl Into<String>) -> PolicyError {
        let place = if self.0.is_empty() { "the document".to_owned() } else { self.0.clone() };
        PolicyError { place, problem: problem.into() }
    }
}

pub(super) fn policy((kind, rigour): (PolicyKind, Rigour), text: &str) -> Result<Policy, PolicyError> {
    let place = Place(String::new());
    if text.len() > kind.bytes_max() {
        return Err(place.wrong(format!("it is longer than {} bytes", kind.bytes_max())));
    }
    let node: Node =
        serde_json::from_str(text).map_err(|error| place.wrong(format!("it is not valid JSON: {error}")))?;
    let members = object(&node, &place)?;
    known(members, &["Version", "Id", "Statement"], &place)?;
    let variables = version(find(members, "Version"), &place.member("Version"))?;
    if let Some(id) = find(members, "Id") {
        text_of(id, &place.member("Id"))?;
    }
    let place = place.member("Statement");
    let given = find(members, "Statement").ok_or_else(|| place.wrong("it is missing"))?;
    let statements = match given {
        Node::List(list) => {
            let each = list.iter().enumerate();
            each.map(|(index, node)| statement((kind, rigour), node, variables, &place.item(index)))
                .collect::<Result<_, _>>()?
        }
        single => vec![statement((kind, rigour), single, variables, &place)?],
    };
    if judges_sids(kind, rigour) {
        distinct_sids(given, &place)?;
    }
    if statements.is_empty() {
        return Err(place.wrong("at least one statement is needed"));
    }
    Ok(Policy { kind, statements: Arc::new(statements) })
}

/// Tells whether Sids follow IAM's rules; services that keep policies of their resources let more through.
fn judges_sids(kind: PolicyKind, rigour: Rigour) -> bool {
    !kind.names_principals() && rigour == Rigour::Written
}

fn distinct_sids(statements: &Node, place: &Place) -> Result<(), PolicyError> {
    let Node::List(list) = statements else { return Ok(()) };
    let mut seen = std::collections::BTreeSet::new();
    for (index, statement) in list.iter().enumerate() {
        let at = place.item(index);
        if let Some(Node::Text(sid)) = find(object(statement, &at)?, "Sid")
            && !sid.is_empty()
            && !seen.insert(sid)
        {
            return Err(at.member("Sid").wrong("another statement has the same"));
        }
    }
    Ok(())
}

fn version(node: Option<&Node>, place: &Place) -> Result<Variables, PolicyError> {
    match node.map(|node| text_of(node, place)).transpose()? {
        Some("2012-10-17") => Ok(Variables::Special),
        Some("2008-10-17") | None => Ok(Variables::Plain),
        Some(_) => Err(place.wrong("it must be 2012-10-17 or 2008-10-17")),
    }
}

fn statement(
    (kind, rigour): (PolicyKind, Rigour),
    node: &Node,
    variables: Variables,
    place: &Place,
) -> Result<Statement, PolicyError> {
    let members = object(node, place)?;
    known(members, &STATEMENT_MEMBERS, place)?;
    if let Some(sid) = find(members, "Sid") {
        let at = place.member("Sid");
        let sid = text_of(sid, &at)?;
        if judges_sids(kind, rigour) && !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(at.wrong("it holds other characters than letters and digits"));
        }
    }
    let at = place.member("Effect");
    let effect = match find(members, "Effect").map(|node| text_of(node, &at)).transpose()? {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        Some(_) => return Err(at.wrong("it must be Allow or Deny")),
        None => return Err(at.wrong("it is missing")),
    };
    let actions = scope(members, "Action", place, action)?;
    let resources = match kind {
        PolicyKind::Trust => trusted_role(members, place)?,
        _ => scope(members, "Resource", place, |text| resource(kind, text, variables))?,
    };
    let conditions = match find(members, "Condition") {
        Some(node) => conditions(node, (variables, rigour), &place.member("Condition"))?,
        None => Vec::new(),
    };
    Ok(Statement { effect, who: who(kind, effect, members, place)?, actions, resources, conditions })
}

fn who(
    kind: PolicyKind,
    effect: Effect,
    members: &Members,
    place: &Place,
) -> Result<Option<Who>, PolicyError> {
    let listed = find(members, "Principal");
    let spared = find(members, "NotPrincipal");
    if !kind.names_principals() {
        let named = listed.map(|_| "Principal").or(spared.map(|_| "NotPrincipal"));
        return match named {
            Some(member) => {
                Err(place.member(member).wrong(format!("{} names no principal", kind.with_article())))
            }
            None => Ok(None),
        };
    }
    match (listed, spared) {
        (Some(node), None) => Who::only(node, &place.member("Principal")).map(Some),
        (None, Some(node)) if effect == Effect::Deny => {
            Who::all_but(node, &place.member("NotPrincipal")).map(Some)
        }
        // Allowing everybody but a few would let in the anonymous; AWS refuses it as well.
        (None, Some(_)) => {
            Err(place.member("NotPrincipal").wrong("it is supported with the effect Deny only"))
        }
        (Some(_), Some(_)) => Err(place.wrong("Principal and NotPrincipal exclude each other")),
        (None, None) => Err(place.member("Principal").wrong("it is missing")),
    }
}

/// Reads `Action` or `NotAction`, `Resource` or `NotResource`.
fn scope<T>(
    members: &Members,
    name: &str,
    place: &Place,
    read: impl Fn(&str) -> Result<T, &'static str>,
) -> Result<Scope<T>, PolicyError> {
    let negated = format!("Not{name}");
    match (find(members, name), find(members, &negated)) {
        (Some(node), None) => Ok(Scope::Only(list(node, &place.member(name), read)?)),
        (None, Some(node)) => Ok(Scope::AllBut(list(node, &place.member(&negated), read)?)),
        (Some(_), Some(_)) => Err(place.wrong(format!("{name} and {negated} exclude each other"))),
        (None, None) => Err(place.member(name).wrong("it is missing")),
    }
}

/// Returns the resources of a trust policy's statement: the role that it belongs to, which it does not name.
fn trusted_role(members: &Members, place: &Place) -> Result<Scope<ResourcePattern>, PolicyError> {
    match ["Resource", "NotResource"].into_iter().find(|name| find(members, name).is_some()) {
        Some(name) => Err(place.member(name).wrong("a role trust policy names no resource")),
        None => Ok(Scope::Only(vec![ResourcePattern::Everything])),
    }
}

/// Reads one text or a list of texts.
fn list<T>(
    node: &Node,
    place: &Place,
    read: impl Fn(&str) -> Result<T, &'static str>,
) -> Result<Vec<T>, PolicyError> {
    let one =
        |node: &Node, place: &Place| read(text_of(node, place)?).map_err(|problem| place.wrong(problem));
    match node {
        Node::List(nodes) if nodes.is_empty() => Err(place.wrong("at least one value is needed")),
        Node::List(nodes) => {
            nodes.iter().enumerate().map(|(index, node)| one(node, &place.item(index))).collect()
        }
        single => Ok(vec![one(single, place)?]),
    }
}

fn action(text: &str) -> Result<Pattern, &'static str> {
    let named = text.split_once(':').is_some_and(|(service, name)| {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let pattern = |byte: u8| word(byte) || byte == b'*' || byte == b'?';
        !service.is_empty() && service.bytes().all(word) && !name.is_empty() && name.bytes().all(pattern)
    });
    if text != "*" && !named {
        return Err("an action is * or service:name, where the name may hold * and ?");
    }
    Pattern::parse(text, Syntax { wildcards: Wildcards::Special, variables: Variables::Plain })
}

fn resource(kind: PolicyKind, text: &str, variables: Variables) -> Result<ResourcePattern, &'static str> {
    if text == "*" {
        return Ok(ResourcePattern::Everything);
    }
    let arn = if kind.names_principals() {
        ArnPattern::parse_whole(text, variables)
    } else {
        ArnPattern::parse_beginning(text, variables)
    };
    arn.map(ResourcePattern::Arn)
}

fn conditions(
    node: &Node,
    read_as: (Variables, Rigour),
    place: &Place,
) -> Result<Vec<Condition>, PolicyError> {
    let mut conditions = Vec::new();
    for (operator, keys) in object(node, place)? {
        let place = place.member(operator);
        let mut seen = std::collections::BTreeSet::new();
        for (key, values) in object(keys, &place)? {
            let place = place.member(key);
            // Keys differ by more than case, else one of the two would be lost to the reader.
            if !seen.insert(key.to_ascii_lowercase()) {
                return Err(place.wrong("the key is given twice"));
            }
            let values = scalars(values, &place)?;
            conditions.push(
                Condition::parse(operator, key, &values, read_as).map_err(|problem| place.wrong(problem))?,
            );
        }
    }
    Ok(conditions)
}

fn scalars(node: &Node, place: &Place) -> Result<Vec<String>, PolicyError> {
    let one = |node: &Node| {
        node.scalar().ok_or_else(|| place.wrong("a text, number or boolean, or a list of them, is needed"))
    };
    match node {
        Node::List(nodes) if nodes.is_empty() => Err(place.wrong("at least one value is needed")),
        Node::List(nodes) => nodes.iter().map(one).collect(),
        single => Ok(vec![one(single)?]),
    }
}

type Members = [(String, Node)];

fn find<'a>(members: &'a Members, name: &str) -> Option<&'a Node> {
    members.iter().find(|(given, _)| given == name).map(|(_, node)| node)
}

fn known(members: &Members, names: &[&str], place: &Place) -> Result<(), PolicyError> {
    match members.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        Some((name, _)) => Err(place.member(name).wrong("the member is unknown")),
        None => Ok(()),
    }
}

pub(super) fn object<'a>(node: &'a Node, place: &Place) -> Result<&'a Members, PolicyError> {
    match node {
        Node::Object(members) => Ok(members),
        _ => Err(place.wrong("an object is needed")),
    }
}

pub(super) fn text_of<'a>(node: &'a Node, place: &Place) -> Result<&'a str, PolicyError> {
    match node {
        Node::Text(text) => Ok(text),
        _ => Err(place.wrong("a text is needed")),
    }
}

const STATEMENT_MEMBERS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
