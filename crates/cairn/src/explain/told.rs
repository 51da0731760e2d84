//! Explanations as they are printed.

use cairn_server::Explanation;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::output::{Form, Paint, Tone, harmless};

/// Renders an explanation, its event as it would be kept.
pub(super) fn told(file: &str, explained: &Explanation, form: Form) -> String {
    match form {
        Form::JsonLines => line(file, explained),
        Form::Table => shown(file, explained),
    }
}

/// The members in an order that people read, and the event's bytes as they are.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    file: &'a str,
    service: Option<&'a str>,
    operation: Option<&'a str>,
    rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tie_break: Option<&'a str>,
    protocol: &'a str,
    ties: &'a [String],
    event: &'a RawValue,
}

fn line(file: &str, explained: &Explanation) -> String {
    let event = std::str::from_utf8(&explained.event).unwrap_or("null");
    let Ok(event) = serde_json::from_str::<&RawValue>(event) else { return String::new() };
    let line = Line {
        file,
        service: explained.service.as_deref(),
        operation: explained.operation.as_deref(),
        rule: explained.rule,
        tie_break: explained.tie_break,
        protocol: explained.protocol,
        ties: &explained.ties,
        event,
    };
    serde_json::to_string(&line).map(|line| line + "\n").unwrap_or_default()
}

fn shown(file: &str, explained: &Explanation) -> String {
    let event: Value = serde_json::from_slice(&explained.event).unwrap_or_default();
    let text = |name: &str| harmless(event[name].as_str().unwrap_or_default());
    let unknown = || "unknown".to_owned();
    let service = explained.service.clone().unwrap_or_else(unknown);
    let operation = explained.operation.clone().unwrap_or_else(unknown);
    let mut lines = vec![
        Paint::choose().paint(Tone::Heading, &harmless(file)),
        format!("  operation  {service} {operation}"),
        format!("  named by   {} ({})", rule(explained.rule), explained.protocol),
    ];
    if let Some(tie_break) = explained.tie_break {
        lines.push(format!("  told apart by the {}", tie_break.replace('-', " ")));
    }
    if !explained.ties.is_empty() {
        lines.push(format!("  also fits  {}", explained.ties.join(", ")));
    }
    let reads = if event["readOnly"] == json!(true) { "read-only" } else { "not read-only" };
    lines.push(format!(
        "  event      {} {}, {}, {reads}",
        text("eventSource"),
        text("eventName"),
        text("eventCategory").to_lowercase(),
    ));
    let whole = indented(std::str::from_utf8(&explained.event).unwrap_or_default());
    lines.extend(whole.lines().map(|line| format!("    {}", harmless(line))));
    lines.join("\n") + "\n\n"
}

/// Sets a JSON document over several lines, its members in the order that they have.
fn indented(json: &str) -> String {
    let (mut out, mut depth, mut in_text, mut escaped) =
        (String::with_capacity(json.len() * 2), 0, false, false);
    let line = |depth: usize| format!("\n{}", "  ".repeat(depth));
    let mut chars = json.chars().peekable();
    while let Some(char) = chars.next() {
        if in_text {
            in_text = char != '"' || escaped;
            escaped = char == '\\' && !escaped;
            out.push(char);
            continue;
        }
        match char {
            '{' | '[' if chars.peek().is_some_and(|next| matches!(next, '}' | ']')) => {
                out.push(char);
                out.extend(chars.next());
            }
            '{' | '[' => {
                depth += 1;
                out.push(char);
                out.push_str(&line(depth));
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                out.push_str(&line(depth));
                out.push(char);
            }
            ',' => {
                out.push(char);
                out.push_str(&line(depth));
            }
            ':' => out.push_str(": "),
            other => {
                in_text = other == '"';
                out.push(other);
            }
        }
    }
    out
}

fn rule(name: &str) -> &str {
    match name {
        "target" => "X-Amz-Target",
        "cbor-path" => "the path of RPC v2 CBOR",
        "action" => "Action and Version",
        "action-of-other-version" => "Action; the Version is not in the table",
        "route" => "method, path and query",
        "s3" => "S3's rules for bucket, key and sub-resource",
        _ => "nothing: no operation of the table fits",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_on_several_lines() {
        let shown = indented(r#"{"b":[1,{"a":"x\\\"{,:"}],"a":{},"c":[]}"#);
        let expected = [
            "{",
            r#"  "b": ["#,
            "    1,",
            "    {",
            r#"      "a": "x\\\"{,:""#,
            "    }",
            "  ],",
            r#"  "a": {},"#,
            r#"  "c": []"#,
            "}",
        ];
        assert_eq!(shown, expected.join("\n"));
    }
}
