//! The table of data events, read once from `data/data_events.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Arns, DataEvents};
use crate::services::{dynamodb, lambda, ses, sqs};

/// Returns what is known of a service's data events.
pub(super) fn of_service(name: &str) -> &'static [DataEvents] {
    TABLE.get(name).map(Vec::as_slice).unwrap_or_default()
}

/// Returns all rows.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static DataEvents> {
    TABLE.values().flatten()
}

static TABLE: LazyLock<BTreeMap<&'static str, Vec<DataEvents>>> = LazyLock::new(|| {
    let mut table: BTreeMap<&str, Vec<DataEvents>> = BTreeMap::new();
    for (service, row) in LINES.lines().filter_map(line) {
        table.entry(service).or_default().push(row);
    }
    table
});

const LINES: &str = include_str!("../../../data/data_events.txt");

/// Reads `service type arn operation…`; nothing for blank lines and comments.
fn line(text: &'static str) -> Option<(&'static str, DataEvents)> {
    let mut words = text.split_ascii_whitespace();
    let service = words.next().filter(|word| !word.starts_with('#'))?;
    let (resource_type, arns) = (words.next()?, arns(words.next()?));
    Some((service, DataEvents { operations: words.collect(), resource_type, arns }))
}

fn arns(word: &'static str) -> Arns {
    match word {
        "-" => Arns::Untold,
        "@function" => Arns::Rule(lambda::arns),
        "@identities" => Arns::Rule(ses::identities),
        "@queue" => Arns::Rule(sqs::arns),
        "@statements" => Arns::Rule(dynamodb::arns_of_statements),
        template => Arns::Template(template),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use cairn_operations::{Kind, Operation, Shapes, Table};

    use super::*;

    /// Whether a step of a path can be taken from a shape.
    fn leads(shapes: &Shapes, from: u32, path: &str) -> bool {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let below: Vec<u32> = match &shapes.get(from).unwrap().kind {
            Kind::Structure { members, .. } => {
                let named = members.iter().filter(|member| first == "*" || member.name == first);
                named.map(|member| member.shape).collect()
            }
            Kind::List { item, .. } if first == "*" => vec![*item],
            Kind::Map { value, .. } if first == "*" => vec![*value],
            Kind::Map { .. } if first == "#" && rest.is_none() => return true,
            _ => Vec::new(),
        };
        match rest {
            Some(rest) => below.into_iter().any(|shape| leads(shapes, shape, rest)),
            None => !below.is_empty(),
        }
    }

    fn leads_somewhere(shapes: &Shapes, operation: &Operation, path: &str) -> bool {
        let path = path.split(['~', '!']).next().unwrap();
        let (shape, path) = match path.strip_prefix('>') {
            Some(path) => (operation.output, path),
            None => (operation.input, path),
        };
        shape.is_some_and(|shape| leads(shapes, shape, path))
    }

    #[test]
    fn every_row_names_operations_and_members_that_exist() {
        let table = Table::built_in();
        let mut wrong = Vec::new();
        for (service, rows) in TABLE.iter() {
            for row in rows {
                let mut paths: BTreeSet<&str> = match row.arns {
                    Arns::Template(template) => {
                        template.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect()
                    }
                    Arns::Rule(_) | Arns::Untold => BTreeSet::new(),
                };
                let model =
                    if service.starts_with("s3-") || *service == "s3express" { "s3" } else { service };
                for name in &row.operations {
                    let Some(id) = table.find(model, name) else {
                        wrong.push(format!("{service} has no {name}"));
                        continue;
                    };
                    let (shapes, operation) = (table.shapes(id), table.operation(id).unwrap());
                    paths.retain(|path| !leads_somewhere(&shapes, operation, path));
                }
                wrong.extend(paths.into_iter().map(|path| format!("{service}: nothing is at {path}")));
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn the_page_tells_every_type_and_operation() {
        let page = include_str!("../../../../../docs/data-events.md");
        let mut untold = BTreeSet::new();
        for row in all() {
            let line = page.lines().find(|line| line.starts_with(&format!("| `{}` |", row.resource_type)));
            let Some(line) = line else {
                untold.insert(row.resource_type);
                continue;
            };
            let named = row.operations.iter().all(|name| line.contains(*name));
            if !named && !line.contains(&format!("all {}", row.operations.len())) {
                untold.insert(row.resource_type);
            }
        }
        assert_eq!(untold, BTreeSet::new());
    }

    #[test]
    fn every_line_is_a_row() {
        let lines = LINES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        assert_eq!(TABLE.values().map(Vec::len).sum::<usize>(), lines);
        assert!(lines > 100, "the table is gone");
        assert!(TABLE.values().flatten().all(|row| !row.operations.is_empty()));
    }
}
