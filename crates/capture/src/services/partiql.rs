//! PartiQL statements without the values in them.

/// Replaces literals: texts, numbers, bytes. Names of attributes in a tuple (`{'Artist': …}`) stay.
pub(super) fn without_literals(statement: &str) -> String {
    let mut shown = String::with_capacity(statement.len());
    let mut rest = statement;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => quoted(rest, '\''),
            '"' => quoted(rest, '"'),
            '`' => quoted(rest, '`'),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '0'..='9' => number(rest),
            '.' if rest.chars().nth(1).is_some_and(|next| next.is_ascii_digit()) => number(rest),
            'a'..='z' | 'A'..='Z' | '_' | '$' => word(rest),
            other => other.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        match first {
            '\'' if after.trim_start().starts_with(':') => shown.push_str(token),
            '\'' | '`' | '0'..='9' => shown.push_str(REDACTED),
            '.' if token.len() > 1 => shown.push_str(REDACTED),
            // A comment can hold anything.
            '-' if token.len() > 1 => {}
            _ => shown.push_str(token),
        }
        rest = after;
    }
    shown
}

/// Returns the table that a statement reads or changes.
pub(super) fn table(statement: &str) -> Option<&str> {
    let mut rest = statement;
    loop {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let length = match first {
            '\'' | '"' | '`' => quoted(rest, first),
            'a'..='z' | 'A'..='Z' | '_' | '$' => word(rest),
            other => other.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(length)?;
        if ["from", "into", "update", "exists"].iter().any(|verb| token.eq_ignore_ascii_case(verb)) {
            let name = after.trim_start();
            // EXISTS stands before a statement in brackets, whose own verb comes next.
            if !name.starts_with('(') {
                return name_of(name);
            }
        }
        rest = after;
    }
}

fn name_of(text: &str) -> Option<&str> {
    let name = match text.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => text.split(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c))).next()?,
    };
    (!name.is_empty()).then_some(name)
}

/// Counts the bytes of something in quotes; a doubled quote is a part of it. What is never closed goes on to
/// the end.
fn quoted(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            continue;
        }
        match chars.peek() {
            Some((_, next)) if *next == quote => {
                chars.next();
            }
            _ => return at + quote.len_utf8(),
        }
    }
    text.len()
}

fn number(text: &str) -> usize {
    let part = |(at, c): (usize, char)| {
        let before = text.get(..at).unwrap_or_default();
        let signed = matches!(c, '+' | '-') && before.ends_with(['e', 'E']);
        !(c.is_ascii_alphanumeric() || c == '.' || signed)
    };
    text.char_indices().find(|found| part(*found)).map_or(text.len(), |(at, _)| at)
}

fn word(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(text.len())
}

/// What CloudTrail writes for a literal.
const REDACTED: &str = "***(Redacted)";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(statement: &str, shown: &str, of: Option<&str>) {
        assert_eq!(without_literals(statement), shown);
        assert_eq!(table(statement), of, "{statement}");
    }

    proptest! {
        #[test]
        fn any_text_is_a_statement(statement in "\\PC*") {
            let shown = without_literals(&statement);
            let named = table(&statement).unwrap_or_default();
            prop_assert!(shown.len() <= statement.len() * REDACTED.len() && statement.contains(named));
        }

        #[test]
        fn no_value_is_shown(before in "[a-z =<>(,{]*", value in "[^']{8,40}", after in "[a-z )}]*") {
            let quoted = format!("{before}'{value}'{after}");
            prop_assert!(!without_literals(&quoted).contains(&value), "{quoted}");
        }
    }

    #[test]
    fn values_are_replaced_and_names_stay() {
        check(
            "SELECT * FROM Music WHERE Artist = 'No ''One''' AND Year > 1999.5",
            "SELECT * FROM Music WHERE Artist = ***(Redacted) AND Year > ***(Redacted)",
            Some("Music"),
        );
        check(
            "INSERT INTO \"Mu sic\" VALUE {'Artist':'x', 'n' : -1e-7, 'b': `{{aGk=}}`}",
            "INSERT INTO \"Mu sic\" VALUE {'Artist':***(Redacted), 'n' : -***(Redacted), 'b': ***(Redacted)}",
            Some("Mu sic"),
        );
        check("UPDATE t2 SET a1=? WHERE k=?", "UPDATE t2 SET a1=? WHERE k=?", Some("t2"));
        check(
            "delete from \"t\".\"i\" where k=.5",
            "delete from \"t\".\"i\" where k=***(Redacted)",
            Some("t"),
        );
        check(
            "EXISTS(SELECT * FROM shop-data WHERE k='secret) --x\n y",
            "EXISTS(SELECT * FROM shop-data WHERE k=***(Redacted)",
            Some("shop-data"),
        );
        check("SELECT 1 --secret\n, 2", "SELECT ***(Redacted) \n, ***(Redacted)", None);
        check("", "", None);
        check("é'ü", "é***(Redacted)", None);
    }
}
