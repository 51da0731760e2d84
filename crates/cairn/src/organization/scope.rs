//! Flags that widen a command from one account to an organization.

use serde_json::{Value, json};

use super::places::resolve;
use crate::client::{Client, escaped};

// No documentation comment: clap would take it for the description of each command that has these flags.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Organization")]
pub(crate) struct Scope {
    /// The events of all accounts of the organization that the caller's account manages, or administers
    /// CloudTrail for.
    #[arg(long)]
    pub(crate) organization: bool,
    /// Of this account alone, by id or name; may be given several times.
    #[arg(long = "account", value_name = "ACCOUNT", requires = "organization")]
    accounts: Vec<String>,
    /// Of the accounts in this unit and in those below it alone, by id, name or path; may be given several times.
    #[arg(long = "unit", value_name = "UNIT", requires = "organization")]
    units: Vec<String>,
}

/// A part of an organization, by ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ids {
    accounts: Vec<String>,
    units: Vec<String>,
}

impl Scope {
    /// Finds the ids of what is named; none where the command is about one account.
    pub(crate) async fn resolve(&self, client: &Client) -> anyhow::Result<Option<Ids>> {
        if !self.organization {
            return Ok(None);
        }
        let mut ids = Ids::default();
        for account in &self.accounts {
            ids.accounts.push(resolve(client, account).await?);
        }
        for unit in &self.units {
            ids.units.push(resolve(client, unit).await?);
        }
        Ok(Some(ids))
    }
}

impl Ids {
    /// Adds them to what a lookup asks.
    pub(crate) fn ask(&self, input: &mut Value) {
        for (name, ids) in [("Accounts", &self.accounts), ("OrganizationalUnits", &self.units)] {
            if !ids.is_empty() {
                input[name] = json!(ids);
            }
        }
    }

    /// Renders them as parameters of the tail.
    pub(crate) fn query(&self) -> String {
        let each = |name: &'static str, ids: &[String]| {
            ids.iter().map(|id| format!("&{name}={}", escaped(id))).collect::<String>()
        };
        format!("&organization=true{}{}", each("account", &self.accounts), each("unit", &self.units))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_asked_of_lookups_and_of_the_tail() {
        let ids = Ids { accounts: vec!["111111111111".to_owned()], units: vec!["ou-ab12-1".to_owned()] };
        let mut input = json!({ "MaxResults": 1 });
        ids.ask(&mut input);
        let expected = json!({
            "MaxResults": 1, "Accounts": ["111111111111"], "OrganizationalUnits": ["ou-ab12-1"],
        });
        assert_eq!(input, expected);
        assert_eq!(ids.query(), "&organization=true&account=111111111111&unit=ou-ab12-1");
        let mut input = json!({});
        Ids::default().ask(&mut input);
        assert_eq!((input, Ids::default().query()), (json!({}), "&organization=true".to_owned()));
    }
}
