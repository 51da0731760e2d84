//! An organization, as people and as programs read it.

use serde_json::{Value, json};

use super::calls::text;
use super::overview::{FULL_ACCESS, Inside, Overview};
use super::places::{Kind, Spot};
use crate::output::{self, Form, harmless};

pub(super) fn print(overview: &Overview, form: Form) -> anyhow::Result<()> {
    match form {
        Form::JsonLines => output::print(format!("{}\n", document(overview))),
        Form::Table => output::print(page(overview)),
    }
}

/// Renders the tree, and the trails below it.
fn page(overview: &Overview) -> String {
    let organization = &overview.organization;
    let features = match text(organization, "FeatureSet").as_str() {
        "ALL" => "all features",
        _ => "consolidated billing only: `aws organizations enable-all-features` is needed for trails",
    };
    let mut page = format!(
        "{}, managed by {}, {features}\n",
        harmless(&text(organization, "Id")),
        harmless(&text(organization, "MasterAccountId")),
    );
    match &overview.inside {
        None => {
            page += "its accounts are told to the management account and to delegated administrators only\n";
        }
        Some(inside) => {
            page += &format!("trusted services: {}\n\n", services(&inside.trusted));
            let headings = ["NAME", "ID", "STATE", "POLICIES", "EXCLUDED FROM", "REMARKS"];
            let management = text(organization, "MasterAccountId");
            let rows: Vec<Vec<String>> =
                inside.places.all.iter().map(|spot| row(spot, inside, &management)).collect();
            page += &output::columns(&headings, &rows);
        }
    }
    page += "\n";
    if overview.trails.is_empty() {
        return page + "no organization trails\n";
    }
    let rows: Vec<Vec<String>> =
        overview.trails.iter().map(|(trail, status)| trail_row(trail, status)).collect();
    page + &output::columns(&["TRAIL", "HOME", "LOGS", "BUCKET", "ERROR"], &rows)
}

fn row(spot: &Spot, inside: &Inside, management: &str) -> Vec<String> {
    let excluded = inside.excluded.get(&spot.id).map(super::exclusion::Exclusion::told).unwrap_or_default();
    let mut remarks = Vec::new();
    if spot.id == management {
        remarks.push("manages the organization".to_owned());
    }
    if let Some(administered) = inside.administrators.get(&spot.id) {
        remarks.push(format!("administers {}", services(administered)));
    }
    vec![
        format!("{:indent$}{}", "", spot.name, indent = spot.depth * 2),
        spot.id.clone(),
        if spot.state == "ACTIVE" { String::new() } else { spot.state.to_lowercase() },
        policies(spot, inside),
        excluded,
        remarks.join(", "),
    ]
}

/// Names the policies that limit a place. That everything is allowed is said where it is not so.
fn policies(spot: &Spot, inside: &Inside) -> String {
    if !inside.places.policies {
        return String::new();
    }
    let attached = inside.policies.get(&spot.id).map(Vec::as_slice).unwrap_or_default();
    let mut named: Vec<String> = attached.iter().filter(|name| *name != FULL_ACCESS).cloned().collect();
    if !attached.iter().any(|name| name == FULL_ACCESS) {
        named.push(format!("no {FULL_ACCESS}"));
    }
    named.join(", ")
}

/// Leaves out what every service's name ends with.
fn services(principals: &[String]) -> String {
    if principals.is_empty() {
        return "none".to_owned();
    }
    let short = principals.iter().map(|principal| harmless(principal.trim_end_matches(".amazonaws.com")));
    short.collect::<Vec<_>>().join(", ")
}

fn trail_row(trail: &Value, status: &Value) -> Vec<String> {
    let logs = status.get("IsLogging").and_then(Value::as_bool).unwrap_or_default();
    vec![
        text(trail, "Name"),
        text(trail, "HomeRegion"),
        if logs { "yes" } else { "no" }.to_owned(),
        text(trail, "S3BucketName"),
        text(status, "LatestDeliveryError"),
    ]
}

/// Renders everything as one object.
fn document(overview: &Overview) -> Value {
    let trails = overview.trails.iter().map(|(trail, status)| json!({ "trail": trail, "status": status }));
    let trails: Vec<Value> = trails.collect();
    let mut document = json!({ "organization": overview.organization, "trails": trails });
    if let Some(inside) = &overview.inside {
        let management = text(&overview.organization, "MasterAccountId");
        let above = |spot: &Spot| inside.places.above(&spot.id).first().map(|above| above.id.clone());
        let places = inside.places.all.iter().map(|spot| {
            let mut place = json!({
                "kind": match spot.kind { Kind::Root => "root", Kind::Unit => "unit", Kind::Account => "account" },
                "id": spot.id, "name": spot.name, "parent": above(spot),
                "policies": inside.policies.get(&spot.id).cloned().unwrap_or_default(),
                "excludedFromTrails": inside.excluded.get(&spot.id).map(|trails| trails.names()).unwrap_or_default(),
            });
            if spot.kind == Kind::Account {
                place["email"] = json!(spot.email);
                place["state"] = json!(spot.state);
                place["manages"] = json!(spot.id == management);
                place["administers"] = json!(inside.administrators.get(&spot.id).cloned().unwrap_or_default());
            }
            place
        });
        document["places"] = places.collect();
        document["policiesEnabled"] = json!(inside.places.policies);
        document["trustedServices"] = json!(inside.trusted);
    }
    document
}

#[cfg(test)]
mod tests {
    use super::super::exclusion::Exclusion;
    use super::super::places::tests::example;
    use super::*;

    fn overview() -> Overview {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut places = example();
        places.all[3].state = "SUSPENDED".to_owned();
        let everywhere = places.all.iter().filter(|spot| spot.name != "Workloads");
        let mut policies: std::collections::BTreeMap<String, Vec<String>> =
            everywhere.map(|spot| (spot.id.clone(), names(&[FULL_ACCESS]))).collect();
        policies.entry("ou-ab12-11111111".to_owned()).or_default().push("no-leaving".to_owned());
        let excluded = Exclusion::among(&[json!({ "Key": "cairn:excluded-from-trails", "Value": "@all" })]);
        let inside = Inside {
            places,
            trusted: names(&["cloudtrail.amazonaws.com"]),
            administrators: [("111111111111".to_owned(), names(&["cloudtrail.amazonaws.com"]))].into(),
            policies,
            excluded: [("ou-ab12-22222222".to_owned(), excluded)].into(),
        };
        let trail = json!({ "Name": "everyone", "HomeRegion": "us-east-1", "S3BucketName": "audit-logs" });
        Overview {
            organization: json!({ "Id": "o-example", "MasterAccountId": "123456789012", "FeatureSet": "ALL" }),
            inside: Some(inside),
            trails: vec![(trail, json!({ "IsLogging": true }))],
        }
    }

    #[test]
    fn people_see_a_tree() {
        assert_eq!(
            page(&overview()),
            "\
o-example, managed by 123456789012, all features
trusted services: cloudtrail

NAME         ID                STATE      POLICIES                      EXCLUDED FROM  REMARKS
Root         r-ab12
  Workloads  ou-ab12-11111111             no-leaving, no FullAWSAccess
    Sandbox  ou-ab12-22222222                                           all trails
      play   222222222222      suspended
    shop     111111111111                                                              administers cloudtrail
  Sandbox    ou-ab12-33333333
  acme       123456789012                                                              manages the organization

TRAIL     HOME       LOGS  BUCKET
everyone  us-east-1  yes   audit-logs
"
        );
    }

    #[test]
    fn members_see_the_organization_and_its_trails() {
        let mut overview = overview();
        overview.inside = None;
        overview.trails.clear();
        overview.organization["FeatureSet"] = json!("CONSOLIDATED_BILLING");
        let page = page(&overview);
        assert!(page.contains("enable-all-features"), "{page}");
        assert!(page.ends_with("delegated administrators only\n\nno organization trails\n"), "{page}");
        assert_eq!(document(&overview).get("places"), None);
    }

    #[test]
    fn programs_get_one_object() {
        let document = document(&overview());
        assert_eq!(
            document["places"][3],
            json!({
                "kind": "account", "id": "222222222222", "name": "play", "parent": "ou-ab12-22222222",
                "policies": ["FullAWSAccess"], "excludedFromTrails": [], "email": "play@example.com",
                "state": "SUSPENDED", "manages": false, "administers": [],
            })
        );
        assert_eq!(document["places"][2]["excludedFromTrails"], json!(["@all"]));
        assert_eq!(document["places"][0]["parent"], Value::Null);
        assert_eq!(document["trustedServices"], json!(["cloudtrail.amazonaws.com"]));
    }
}
