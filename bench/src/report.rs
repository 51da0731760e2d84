//! Figures as tables for people and as JSON for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// Everything measured in one run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    tables: Vec<Table>,
    targets: Vec<Target>,
}

/// Figures of one kind, a row each.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    title: String,
    /// How the figures came about, and the command that repeats it.
    how: String,
    columns: Vec<&'static str>,
    rows: Vec<(String, Vec<f64>)>,
}

/// A figure that should be on one side of a limit.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    what: String,
    measured: f64,
    limit: Limit,
    unit: &'static str,
}

/// The side that a figure should be on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Table {
    /// Begins a table; each column's name says its unit.
    pub(crate) fn new(title: &str, how: &str, columns: &[&'static str]) -> Self {
        Self { title: title.to_owned(), how: how.to_owned(), columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row with one figure for each column; NaN stands for none.
    pub(crate) fn row(&mut self, name: impl Into<String>, figures: &[f64]) {
        self.rows.push((name.into(), figures.to_vec()));
    }

    fn text(&self) -> String {
        let mut cells: Vec<Vec<String>> = vec![self.columns.iter().map(ToString::to_string).collect()];
        cells.extend(
            self.rows.iter().map(|(_, figures)| figures.iter().map(|figure| number(*figure)).collect()),
        );
        let mut names = vec![String::new()];
        names.extend(self.rows.iter().map(|(name, _)| name.clone()));
        let name_width = names.iter().map(String::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|column| cells.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0))
            .collect();
        let mut out = format!("\n{}\n  {}\n", self.title, self.how);
        for (name, row) in names.iter().zip(&cells) {
            let mut line = format!("  {name:<name_width$}");
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&format!("  {cell:>width$}"));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    fn json(&self) -> Value {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|(name, figures)| {
                let mut row = serde_json::Map::from_iter([("name".to_owned(), json!(name))]);
                row.extend(
                    self.columns
                        .iter()
                        .zip(figures)
                        .map(|(column, figure)| ((*column).to_owned(), json!(figure))),
                );
                Value::Object(row)
            })
            .collect();
        json!({ "title": self.title, "how": self.how, "rows": rows })
    }
}

impl Target {
    pub(crate) fn new(what: impl Into<String>, measured: f64, limit: Limit, unit: &'static str) -> Self {
        Self { what: what.into(), measured, limit, unit }
    }

    fn is_met(&self) -> bool {
        match self.limit {
            Limit::AtLeast(limit) => self.measured >= limit,
            Limit::AtMost(limit) => self.measured <= limit,
        }
    }

    fn text(&self) -> String {
        let (sign, limit) = match self.limit {
            Limit::AtLeast(limit) => ("≥", limit),
            Limit::AtMost(limit) => ("≤", limit),
        };
        let verdict = match self.is_met() {
            true => "met   ".to_owned(),
            false => "MISSED".to_owned(),
        };
        format!(
            "  {verdict} {}: {} {} (target {sign} {})\n",
            self.what,
            number(self.measured),
            self.unit,
            number(limit)
        )
    }

    fn json(&self) -> Value {
        let (kind, limit) = match self.limit {
            Limit::AtLeast(limit) => ("at_least", limit),
            Limit::AtMost(limit) => ("at_most", limit),
        };
        json!({ "what": self.what, "measured": self.measured, kind: limit, "unit": self.unit, "met": self.is_met() })
    }
}

impl Report {
    /// Keeps a table and returns it as text, to be shown at once.
    pub(crate) fn add(&mut self, table: Table) -> String {
        let text = table.text();
        self.tables.push(table);
        text
    }

    pub(crate) fn target(&mut self, target: Target) {
        self.targets.push(target);
    }

    /// Renders the targets, met or missed.
    pub(crate) fn verdicts(&self) -> String {
        let mut out = String::new();
        if !self.targets.is_empty() {
            out.push_str("\nTargets\n");
        }
        for target in &self.targets {
            out.push_str(&target.text());
        }
        out
    }

    pub(crate) fn json(&self, machine: &[(String, String)]) -> Value {
        let machine: serde_json::Map<String, Value> =
            machine.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let tables: Vec<Value> = self.tables.iter().map(Table::json).collect();
        let targets: Vec<Value> = self.targets.iter().map(Target::json).collect();
        json!({ "machine": machine, "tables": tables, "targets": targets })
    }
}

/// Writes a figure with about three digits that matter.
fn number(figure: f64) -> String {
    if figure.is_nan() {
        return "-".to_owned();
    }
    match figure.abs() {
        size if size >= 1000.0 => thousands(&format!("{figure:.0}")),
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        size if size >= 1.0 => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}

fn thousands(digits: &str) -> String {
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len() - index;
        if index > 0 && left.is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        let _cannot_fail = write!(out, "{digit}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        for (figure, text) in [
            (0.01234, "0.012"),
            (1.234, "1.23"),
            (12.34, "12.3"),
            (123.4, "123"),
            (1234.5, "1,234"),
            (1_234_567.0, "1,234,567"),
        ] {
            assert_eq!(number(figure), text);
        }
    }

    #[test]
    fn a_target_is_met_on_its_limit() {
        assert!(Target::new("", 5.0, Limit::AtMost(5.0), "").is_met());
        assert!(Target::new("", 5.0, Limit::AtLeast(5.0), "").is_met());
        assert!(!Target::new("", 5.1, Limit::AtMost(5.0), "").is_met());
        assert!(!Target::new("", f64::NAN, Limit::AtMost(5.0), "").is_met());
    }
}
