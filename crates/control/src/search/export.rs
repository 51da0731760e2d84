//! Everything that a search finds, as a file: CSV, JSON or JSON lines.

use cairn_history::{Export, FoundEvent, History};

use super::{SearchAsk, refused};
use crate::{Caller, Control, Refusal};

/// What the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportForm {
    /// A table with the columns of AWS's console.
    Csv,
    /// One object with `Records`, as a log file has.
    Json,
    /// A record a line.
    JsonLines,
}

/// An export that goes on as long as it is asked.
#[derive(Debug)]
pub struct HistoryExport {
    history: History,
    export: Option<Export>,
    form: ExportForm,
    /// Whether it is of several accounts.
    across: bool,
    /// What comes before the first record, until it has come.
    opening: Option<String>,
    records: u64,
}

/// The columns of AWS's console, in its words.
const COLUMNS: [&str; 13] = [
    "Event name",
    "Event time",
    "User name",
    "Event source",
    "Resource type",
    "Resource name",
    "AWS access key",
    "AWS region",
    "Error code",
    "Event ID",
    "Read-only",
    "Request ID",
    "Source IP address",
];

impl ExportForm {
    /// Reads the name that the page uses.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// Returns the media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::JsonLines => "application/x-ndjson",
        }
    }

    /// Returns the ending of the file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::JsonLines => "ndjson",
        }
    }
}

impl Control {
    /// Begins to export what a search finds: as many events as were asked for, 200,000 at most.
    ///
    /// # Errors
    /// As a search; too many exports that go on.
    pub fn export_events(
        &self,
        caller: &Caller,
        ask: &SearchAsk,
        form: ExportForm,
    ) -> Result<HistoryExport, Refusal> {
        let search = self.searched(caller, ask)?;
        let export = self.history.export(search, ask.events_max, self.clock.now()).map_err(refused)?;
        let (history, across) = (self.history.clone(), ask.organization.is_some());
        let opening = Some(opening(form, across));
        Ok(HistoryExport { history, export: Some(export), form, across, opening, records: 0 })
    }
}

impl HistoryExport {
    /// Renders the next piece of the file; none at its end. A piece may be empty.
    ///
    /// # Errors
    /// The history could not be read.
    pub async fn next(&mut self) -> Result<Option<String>, Refusal> {
        let mut out = self.opening.take().unwrap_or_default();
        let Some(export) = self.export.take() else { return Ok(None) };
        match self.history.next_piece(export).await.map_err(refused)? {
            None => out.push_str(self.closing()),
            Some((export, events)) => {
                self.export = Some(export);
                for event in &events {
                    self.render(event, &mut out);
                }
            }
        }
        Ok(Some(out))
    }

    fn closing(&self) -> &'static str {
        match self.form {
            ExportForm::Json => "]}\n",
            ExportForm::Csv | ExportForm::JsonLines => "",
        }
    }

    fn render(&mut self, found: &FoundEvent, out: &mut String) {
        let record = String::from_utf8_lossy(&found.event);
        match self.form {
            ExportForm::Csv => row(found, self.across, out),
            ExportForm::JsonLines => {
                out.push_str(&record);
                out.push('\n');
            }
            ExportForm::Json => {
                if self.records > 0 {
                    out.push_str(",\n");
                }
                out.push_str(&record);
            }
        }
        self.records += 1;
    }
}

fn opening(form: ExportForm, across: bool) -> String {
    match form {
        ExportForm::Csv => {
            let account = across.then_some(ACCOUNT_COLUMN);
            COLUMNS.into_iter().chain(account).collect::<Vec<_>>().join(",") + "\r\n"
        }
        ExportForm::Json => r#"{"Records":["#.to_owned(),
        ExportForm::JsonLines => String::new(),
    }
}

/// What the account's column is called, where several accounts are exported.
const ACCOUNT_COLUMN: &str = "Account ID";

/// Adds an event's line.
fn row(found: &FoundEvent, across: bool, out: &mut String) {
    let kinds: Vec<&str> = found.resources.iter().filter_map(|(kind, _)| kind.as_deref()).collect();
    let names: Vec<&str> = found.resources.iter().map(|(_, name)| name.as_str()).collect();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let fields = [
        text(&found.event_name),
        found.event_time.to_string(),
        text(&found.username),
        text(&found.event_source),
        kinds.join(", "),
        names.join(", "),
        text(&found.access_key_id),
        text(&found.region),
        text(&found.error_code),
        text(&found.event_id),
        found.read_only.unwrap_or_default().to_owned(),
        text(&found.request_id),
        text(&found.source_ip_address),
    ];
    for (number, field) in fields.iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        cell(field, out);
    }
    if across {
        out.push(',');
        cell(found.account.as_str(), out);
    }
    out.push_str("\r\n");
}

/// Adds a cell. What a spreadsheet would take for a formula gets an apostrophe before it: also behind what one set to
/// another language takes for the end of a cell.
fn cell(value: &str, out: &mut String) {
    if !value.contains(['=', '+', '-', '@', '\t', ',', ';', '"', '\n', '\r']) {
        out.push_str(value);
        return;
    }
    let from = out.len();
    let mut needs_quotes = value.contains([',', ';', '"', '\n', '\r']);
    out.push('"');
    let mut before = None;
    for letter in value.chars() {
        let begins = matches!(before, None | Some(';' | '\t' | '\n' | '\r'));
        let is_formula = matches!(letter, '=' | '+' | '-' | '@') && begins;
        if is_formula || (before.is_none() && matches!(letter, '\t' | '\r')) {
            out.push('\'');
            needs_quotes = true;
        }
        out.push(letter);
        if letter == '"' {
            out.push('"');
        }
        // A quotation mark or blank does not keep a cell from beginning behind it.
        if !(begins && before.is_some() && matches!(letter, '"' | ' ')) {
            before = Some(letter);
        }
    }
    if needs_quotes {
        out.push('"');
    } else {
        out.remove(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_holds_what_it_is_given() {
        for (value, wanted) in [
            ("", ""),
            ("alice", "alice"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t'=1\""),
            ("\r=1", "\"'\r'=1\""),
            ("a=1", "a=1"),
            ("a-b+c@d", "a-b+c@d"),
            ("x;=cmd|' /C calc'!A0;y", "\"x;'=cmd|' /C calc'!A0;y\""),
            ("x; =1", "\"x; '=1\""),
            ("x;\"=1", "\"x;\"\"'=1\""),
            ("x\t+1", "\"x\t'+1\""),
            ("x\n@A1", "\"x\n'@A1\""),
            ("a;b", "\"a;b\""),
        ] {
            let mut out = String::new();
            cell(value, &mut out);
            assert_eq!(out, wanted, "{value:?}");
        }
    }
}
