//! `cairn trail events`: which events a trail records.

use anyhow::Context as _;
use clap::ValueEnum;
use serde_json::{Value, json};

use super::Named;
use crate::output::{self, Form, JsonFlag};
use crate::settings::Place;

/// Flags of `cairn trail events`. Without `--management` and `--data` they are only shown.
#[derive(Debug, clap::Args)]
pub(crate) struct Events {
    #[command(flatten)]
    named: Named,
    /// Which management events are recorded from now on [default with --data: all].
    #[arg(long, value_name = "WHICH")]
    management: Option<Management>,
    /// Record the data events of this bucket, or of what lies below a prefix; `*` for all buckets. May be repeated.
    #[arg(long, value_name = "BUCKET[/PREFIX]")]
    data: Vec<String>,
    #[command(flatten)]
    json: JsonFlag,
}

/// Management events by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Management {
    /// All of them.
    All,
    /// Those of calls that change nothing.
    Read,
    /// Those of calls that may change something.
    Write,
    /// None.
    None,
}

impl Events {
    pub(super) async fn run(&self, place: &Place) -> anyhow::Result<()> {
        let client = self.named.client(place).await?;
        let name = &self.named.name;
        if self.management.is_some() || !self.data.is_empty() {
            let input = json!({ "TrailName": name, "AdvancedEventSelectors": self.selectors() });
            client.call("PutEventSelectors", &input).await.context("say which events are recorded")?;
        }
        let answer = client.call("GetEventSelectors", &json!({ "TrailName": name })).await;
        let answer = answer.context("ask which events are recorded")?;
        match Form::choose(self.json) {
            Form::JsonLines => output::print(format!("{answer}\n")),
            Form::Table => output::print(output::columns(&["SELECTOR", "FIELD", "IS"], &rows(&answer))),
        }
    }

    fn selectors(&self) -> Vec<Value> {
        let field = |name: &str, value: Value| json!({ "Field": name, "Equals": [value] });
        let read_only = match self.management.unwrap_or(Management::All) {
            Management::None => None,
            Management::All => Some(None),
            Management::Read => Some(Some("true")),
            Management::Write => Some(Some("false")),
        };
        let management = read_only.map(|read_only| {
            let mut fields = vec![field("eventCategory", json!("Management"))];
            fields.extend(read_only.map(|truth| field("readOnly", json!(truth))));
            json!({ "Name": "Management events", "FieldSelectors": fields })
        });
        let data = self.data.iter().map(|what| {
            let mut fields = vec![
                field("eventCategory", json!("Data")),
                field("resources.type", json!("AWS::S3::Object")),
            ];
            if what != "*" {
                let (bucket, prefix) = what.split_once('/').unwrap_or((what, ""));
                let arn = format!("arn:aws:s3:::{bucket}/{prefix}");
                fields.push(json!({ "Field": "resources.ARN", "StartsWith": [arn] }));
            }
            json!({ "Name": format!("Data events of {what}"), "FieldSelectors": fields })
        });
        management.into_iter().chain(data).collect()
    }
}

fn rows(answer: &Value) -> Vec<Vec<String>> {
    let list = |of: &Value, name| of.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut rows = Vec::new();
    for selector in list(answer, "AdvancedEventSelectors") {
        for (at, field) in list(&selector, "FieldSelectors").iter().enumerate() {
            let name =
                if at == 0 { selector.get("Name").map(shown).unwrap_or_default() } else { String::new() };
            let tests = field.as_object().into_iter().flatten().filter(|(key, _)| *key != "Field");
            let tests: Vec<String> = tests.map(|(key, values)| format!("{key} {values}")).collect();
            rows.push(vec![name, field.get("Field").map(shown).unwrap_or_default(), tests.join(", ")]);
        }
    }
    for selector in list(answer, "EventSelectors") {
        for (key, value) in selector.as_object().into_iter().flatten() {
            rows.push(vec!["basic".to_owned(), key.clone(), shown(value)]);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_say_what_the_flags_say() {
        let events = |management, data: &[&str]| {
            let named = Named { name: "t".to_owned(), region: None };
            let data = data.iter().map(|what| (*what).to_owned()).collect();
            let events = Events { named, management, data, json: JsonFlag { wanted: true } };
            events.selectors().iter().map(|one| one["FieldSelectors"].clone()).collect::<Vec<_>>()
        };
        let management = json!({ "Field": "eventCategory", "Equals": ["Management"] });
        let data = json!({ "Field": "eventCategory", "Equals": ["Data"] });
        let objects = json!({ "Field": "resources.type", "Equals": ["AWS::S3::Object"] });
        assert_eq!(events(None, &["*"]), [json!([management]), json!([data, objects])]);
        let below = json!({ "Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::b/p/q"] });
        assert_eq!(events(Some(Management::None), &["b/p/q"]), [json!([data, objects, below])]);
        let read = json!({ "Field": "readOnly", "Equals": ["true"] });
        assert_eq!(events(Some(Management::Read), &[]), [json!([management, read])]);
    }
}
