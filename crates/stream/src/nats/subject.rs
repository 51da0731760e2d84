//! Subjects: what NATS finds events by.

use cairn_event::{AccountId, Category, EventView, Region};

/// How many bytes of a name become part of a subject.
const TOKEN_BYTES_MAX: usize = 128;

/// Makes subjects.
#[derive(Debug)]
pub(crate) struct Subjects {
    prefix: String,
}

impl Subjects {
    /// Takes what subjects begin with: tokens, joined by dots.
    pub(crate) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    /// Returns an event's subject: `<prefix>.<account>.<region>.<source>.<name>`.
    pub(crate) fn of(&self, account: AccountId, region: &Region, event: &EventView<'_>) -> String {
        let (source, name) = match event.category() {
            Category::Insight => ("cloudtrail", "Insight"),
            _ => (event.event_source.split('.').next().unwrap_or_default(), event.event_name.as_ref()),
        };
        let (prefix, region) = (&self.prefix, token(region.as_str()));
        format!("{prefix}.{account}.{region}.{}.{}", token(source), token(name))
    }
}

/// Tells whether a text can begin subjects.
pub fn is_prefix(text: &str) -> bool {
    let is_token = |part: &str| !part.is_empty() && part.bytes().all(is_safe);
    text.len() <= TOKEN_BYTES_MAX && text.split('.').all(is_token) && !text.starts_with('$')
}

/// Makes a token of a name: what would end it, or stand for others, becomes `_`.
fn token(name: &str) -> String {
    if name.is_empty() {
        return "_".to_owned();
    }
    let safe =
        name.bytes().take(TOKEN_BYTES_MAX).map(|byte| if is_safe(byte) { char::from(byte) } else { '_' });
    safe.collect()
}

fn is_safe(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'.' | b'*' | b'>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_safe_whatever_the_event_is_called() {
        for (source, name, expected) in [
            ("s3.amazonaws.com", "PutObject", "cairn.123456789012.eu-west-1.s3.PutObject"),
            ("iam.amazonaws.com", "", "cairn.123456789012.eu-west-1.iam._"),
            ("x", "a.b > *\\u00e9", "cairn.123456789012.eu-west-1.x.a_b____é"),
        ] {
            let json = format!(
                r#"{{"eventTime": "2026-03-02T08:14:55Z", "eventSource": "{source}", "eventName": "{name}"}}"#
            );
            let event = EventView::parse(json.as_bytes()).unwrap();
            let (account, region) = ("123456789012".parse().unwrap(), "eu-west-1".parse().unwrap());
            // A byte that is not ASCII is one underscore, so é is two.
            let expected = expected.replace('é', "__");
            assert_eq!(Subjects::new("cairn").of(account, &region, &event), expected);
        }
    }

    #[test]
    fn insights_are_all_under_one_subject_of_their_account_and_region() {
        let json = r#"{"eventTime": "2026-03-02T08:14:00Z", "eventCategory": "Insight",
            "insightDetails": {"eventSource": "ec2.amazonaws.com", "eventName": "CreateTags"}}"#;
        let event = EventView::parse(json.as_bytes()).unwrap();
        let (account, region) = ("123456789012".parse().unwrap(), "eu-west-1".parse().unwrap());
        let subject = Subjects::new("cairn").of(account, &region, &event);
        assert_eq!(subject, "cairn.123456789012.eu-west-1.cloudtrail.Insight");
    }

    #[test]
    fn prefixes_are_tokens() {
        for (text, expected) in
            [("cairn", true), ("a.b-c.d_e", true), ("", false), ("a..b", false), (".a", false)]
        {
            assert_eq!(is_prefix(text), expected, "{text}");
        }
        for text in ["a b", "a.*", ">", "$SYS", "é"] {
            assert!(!is_prefix(text), "{text}");
        }
    }
}
