//! The root, units and accounts of an organization, as a tree.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::calls::{each, list, text};
use crate::client::{CallError, Client};

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Root,
    Unit,
    Account,
}

/// A root, a unit or an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) name: String,
    /// Empty but for accounts.
    pub(super) email: String,
    /// `ACTIVE` or what else an account is; empty for others.
    pub(super) state: String,
    /// How deep it lies; the root does at nought.
    pub(super) depth: usize,
}

/// Every place of an organization, each before what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) all: Vec<Spot>,
    /// Whether service control policies are in force.
    pub(super) policies: bool,
}

/// The deepest that units are followed; AWS allows five.
const DEPTH_MAX: usize = 16;

impl Places {
    /// Asks for all of them.
    pub(super) async fn gather(client: &Client) -> Result<Self, CallError> {
        let roots = list(client, "ListRoots", json!({}), "Roots").await?;
        let root = roots.into_iter().next().unwrap_or_default();
        let types = root.get("PolicyTypes").and_then(Value::as_array).cloned().unwrap_or_default();
        let policies = types
            .iter()
            .any(|kind| text(kind, "Type") == "SERVICE_CONTROL_POLICY" && text(kind, "Status") == "ENABLED");
        let mut all = vec![spot(Kind::Root, &root, 0)];
        // A level at a time: what is in each place is put behind it.
        for depth in 1..=DEPTH_MAX {
            let parents: Vec<String> = all
                .iter()
                .filter(|spot| spot.kind != Kind::Account && spot.depth + 1 == depth)
                .map(|spot| spot.id.clone())
                .collect();
            if parents.is_empty() {
                break;
            }
            for (parent, inside) in each(parents, |parent| inside(client, parent, depth)).await? {
                if let Some(at) = all.iter().position(|spot| spot.id == parent) {
                    all.splice(at + 1..at + 1, inside);
                }
            }
        }
        Ok(Self { all, policies })
    }

    /// Finds a place by its id, its name, or the names of units that lead to it, with slashes between.
    pub(super) fn find(&self, named: &str) -> anyhow::Result<&Spot> {
        let found: Vec<&Spot> = self
            .all
            .iter()
            .enumerate()
            .filter(|(at, spot)| spot.id == named || spot.name == named || self.path(*at) == named)
            .map(|(_, spot)| spot)
            .collect();
        match found.as_slice() {
            [one] => Ok(one),
            [] => anyhow::bail!(
                "no account or unit of the organization is called {named}; `cairn organization` lists them"
            ),
            several => {
                let ids: Vec<&str> = several.iter().map(|spot| spot.id.as_str()).collect();
                anyhow::bail!("several are called {named}: name one by its id: {}", ids.join(", "))
            }
        }
    }

    /// Returns what a place lies in, from the nearest to the root.
    pub(super) fn above(&self, id: &str) -> Vec<&Spot> {
        let Some(at) = self.all.iter().position(|spot| spot.id == id) else { return Vec::new() };
        let mut depth = self.all.get(at).map_or(0, |spot| spot.depth);
        let mut above = Vec::new();
        for spot in self.all.get(..at).unwrap_or_default().iter().rev() {
            if spot.depth < depth {
                depth = spot.depth;
                above.push(spot);
            }
        }
        above
    }

    /// Returns the names from below the root on, with slashes between.
    fn path(&self, at: usize) -> String {
        let Some(spot) = self.all.get(at) else { return String::new() };
        let above = self.above(&spot.id);
        let units = above.iter().rev().filter(|spot| spot.kind == Kind::Unit).map(|spot| spot.name.as_str());
        units.chain([spot.name.as_str()]).collect::<Vec<_>>().join("/")
    }
}

/// Returns the id of what is meant: an id as it is, anything else by its name in the organization.
pub(super) async fn resolve(client: &Client, named: &str) -> anyhow::Result<String> {
    if is_id(named) {
        return Ok(named.to_owned());
    }
    let places = Places::gather(client).await.context("look into the organization for names")?;
    Ok(places.find(named)?.id.clone())
}

fn is_id(text: &str) -> bool {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_account || text.starts_with("ou-") || text.starts_with("r-")
}

/// Lists what is in a root or unit: units first, each kind by name.
async fn inside(client: &Client, parent: String, depth: usize) -> Result<(String, Vec<Spot>), CallError> {
    let of = json!({ "ParentId": parent });
    let units = list(client, "ListOrganizationalUnitsForParent", of.clone(), "OrganizationalUnits").await?;
    let accounts = list(client, "ListAccountsForParent", of, "Accounts").await?;
    let mut units: Vec<Spot> = units.iter().map(|unit| spot(Kind::Unit, unit, depth)).collect();
    let mut accounts: Vec<Spot> =
        accounts.iter().map(|account| spot(Kind::Account, account, depth)).collect();
    units.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    accounts.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    units.append(&mut accounts);
    Ok((parent, units))
}

fn spot(kind: Kind, told: &Value, depth: usize) -> Spot {
    let state = ["State", "Status"].map(|name| text(told, name)).into_iter().find(|state| !state.is_empty());
    Spot {
        kind,
        id: text(told, "Id"),
        name: text(told, "Name"),
        email: text(told, "Email"),
        state: state.unwrap_or_default(),
        depth,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn example() -> Places {
        let spot = |kind, id: &str, name: &str, depth| Spot {
            kind,
            id: id.to_owned(),
            name: name.to_owned(),
            email: if kind == Kind::Account { format!("{name}@example.com") } else { String::new() },
            state: if kind == Kind::Account { "ACTIVE".to_owned() } else { String::new() },
            depth,
        };
        let all = vec![
            spot(Kind::Root, "r-ab12", "Root", 0),
            spot(Kind::Unit, "ou-ab12-11111111", "Workloads", 1),
            spot(Kind::Unit, "ou-ab12-22222222", "Sandbox", 2),
            spot(Kind::Account, "222222222222", "play", 3),
            spot(Kind::Account, "111111111111", "shop", 2),
            spot(Kind::Unit, "ou-ab12-33333333", "Sandbox", 1),
            spot(Kind::Account, "123456789012", "acme", 1),
        ];
        Places { all, policies: true }
    }

    #[test]
    fn places_are_found_by_id_name_and_path() {
        let places = example();
        for (named, expected) in [
            ("123456789012", Ok("123456789012")),
            ("ou-ab12-33333333", Ok("ou-ab12-33333333")),
            ("Root", Ok("r-ab12")),
            ("shop", Ok("111111111111")),
            ("Workloads/Sandbox", Ok("ou-ab12-22222222")),
            ("Workloads/Sandbox/play", Ok("222222222222")),
            ("Sandbox", Err("ou-ab12-22222222, ou-ab12-33333333")),
            ("Sandbox/play", Err("`cairn organization` lists them")),
            ("999988887777", Err("no account or unit")),
        ] {
            match (places.find(named), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found.id, expected, "{named}"),
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
                (found, _) => panic!("{named}: {found:?}"),
            }
        }
    }

    #[test]
    fn what_is_above_leads_to_the_root() {
        let places = example();
        let above = |id: &str| places.above(id).into_iter().map(|spot| spot.id.clone()).collect::<Vec<_>>();
        assert_eq!(above("222222222222"), ["ou-ab12-22222222", "ou-ab12-11111111", "r-ab12"]);
        assert_eq!(above("111111111111"), ["ou-ab12-11111111", "r-ab12"]);
        assert_eq!(above("123456789012"), ["r-ab12"]);
        assert_eq!(above("r-ab12"), Vec::<String>::new());
        assert_eq!(above("unknown"), Vec::<String>::new());
    }
}
