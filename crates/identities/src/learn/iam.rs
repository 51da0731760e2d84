//! Users, roles and their keys.

use cairn_event::UserIdentity;
use cairn_wire::xml::Element;

use super::{Asked, Fact, Name, Rank, key, person_of_arn, user};
use crate::identified::kind;
use crate::{Lesson, Person};

pub(super) fn facts(lesson: &Lesson<'_>) -> Option<Vec<Fact>> {
    let asked = Asked::read(lesson)?;
    let one = |fact: Option<Fact>| fact.into_iter().collect();
    let facts: Vec<Fact> = match lesson.operation {
        "CreateAccessKey" => one(owned(lesson, &asked, asked.result.child("AccessKey")?, Rank::Issued)),
        "ListAccessKeys" => {
            let keys = members(&asked.result, "AccessKeyMetadata");
            keys.filter_map(|given| owned(lesson, &asked, given, Rank::Listed)).collect()
        }
        "GetAccessKeyLastUsed" => one(used(lesson, &asked)),
        "CreateUser" | "GetUser" => one(named(asked.result.child("User")?, "User")),
        "CreateRole" | "GetRole" => one(named(asked.result.child("Role")?, "Role")),
        "ListUsers" => members(&asked.result, "Users").filter_map(|given| named(given, "User")).collect(),
        "ListRoles" => members(&asked.result, "Roles").filter_map(|given| named(given, "Role")).collect(),
        "GetAccountAuthorizationDetails" => {
            let users = members(&asked.result, "UserDetailList").filter_map(|given| named(given, "User"));
            let roles = members(&asked.result, "RoleDetailList").filter_map(|given| named(given, "Role"));
            users.chain(roles).collect()
        }
        "DeleteAccessKey" => one(key(asked.parameter("AccessKeyId")?).map(Fact::NoKey)),
        "UpdateAccessKey" => one(switched(lesson, &asked)),
        "DeleteUser" | "UpdateUser" => {
            vec![Fact::NoName(Name::User(asked.parameter("UserName")?.to_owned()))]
        }
        "DeleteRole" => vec![Fact::NoName(Name::Role(asked.parameter("RoleName")?.to_owned()))],
        _ => return None,
    };
    Some(facts)
}

fn members<'a>(result: &'a Element, list: &str) -> impl Iterator<Item = &'a Element> {
    let list = result.child(list);
    list.into_iter().flat_map(|list| &list.children).filter(|child| child.name == "member")
}

/// The owner of a key: the one named beside it, in the request, or the caller.
fn owned(lesson: &Lesson<'_>, asked: &Asked, given: &Element, rank: Rank) -> Option<Fact> {
    let id = key(given.text_of("AccessKeyId")?)?;
    let name = given.text_of("UserName").or_else(|| asked.parameter("UserName"));
    let person = owner(lesson, name)?;
    Some(Fact::Key { id, person: Box::new(person), rank, expires: None })
}

fn owner(lesson: &Lesson<'_>, name: Option<&str>) -> Option<Person> {
    match name {
        Some(name) => Some(user(lesson, name)),
        None => {
            let caller = lesson.caller.person()?;
            let identity = &caller.identity;
            matches!(identity.kind.as_deref(), Some("IAMUser" | "Root")).then(|| Person {
                identity: UserIdentity { access_key_id: None, session_context: None, ..identity.clone() },
                ..caller.clone()
            })
        }
    }
}

fn used(lesson: &Lesson<'_>, asked: &Asked) -> Option<Fact> {
    let id = key(asked.parameter("AccessKeyId")?)?;
    let person = user(lesson, asked.result.text_of("UserName")?);
    Some(Fact::Key { id, person: Box::new(person), rank: Rank::Listed, expires: None })
}

/// A key that is switched off is nobody's; one that is switched on again is its user's.
fn switched(lesson: &Lesson<'_>, asked: &Asked) -> Option<Fact> {
    let id = key(asked.parameter("AccessKeyId")?)?;
    match asked.parameter("Status")? {
        "Active" => {
            let person = owner(lesson, asked.parameter("UserName"))?;
            Some(Fact::Key { id, person: Box::new(person), rank: Rank::Listed, expires: None })
        }
        _ => Some(Fact::NoKey(id)),
    }
}

fn named(given: &Element, what: &str) -> Option<Fact> {
    let name = given.text_of(&format!("{what}Name"))?.to_owned();
    let id = given.text_of(&format!("{what}Id"));
    let arn = given.text_of("Arn")?;
    let (name, person) = match what {
        "User" => (Name::User(name), person_of_arn(arn, id)?),
        _ => {
            let parsed = cairn_event::Arn::parse(arn).ok()?;
            let account = parsed.account;
            let identity = UserIdentity {
                principal_id: id.map(str::to_owned),
                arn: Some(arn.to_owned()),
                account_id: Some(account.to_owned()),
                user_name: Some(name.clone()),
                ..kind("Role")
            };
            let person = Person { identity, account: account.parse().ok(), ..Person::default() };
            (Name::Role(name), person)
        }
    };
    Some(Fact::Name { name, person: Box::new(person) })
}
