//! Conditional requests: If-Match and its kin, for reads and for writes.

use s3s::dto::ETagCondition;

/// The conditions of a read (RFC 9110 §13), as S3 honours them.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadConditions {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
    /// Whole seconds since the Unix epoch.
    pub(crate) if_modified_since: Option<i64>,
    /// Whole seconds since the Unix epoch.
    pub(crate) if_unmodified_since: Option<i64>,
}

/// What the conditions of a read say about the object as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadVerdict {
    Go,
    NotModified,
    PreconditionFailed,
}

impl ReadConditions {
    /// Judges an object by its ETag (without quotes) and the second it was last modified in.
    pub(crate) fn judge(&self, etag: &str, modified_s: i64) -> ReadVerdict {
        // A true If-Match overrides If-Unmodified-Since, a false If-None-Match overrides If-Modified-Since.
        let unmet = match &self.if_match {
            Some(condition) => !names(condition, etag),
            None => self.if_unmodified_since.is_some_and(|since_s| modified_s > since_s),
        };
        if unmet {
            return ReadVerdict::PreconditionFailed;
        }
        let unchanged = match &self.if_none_match {
            Some(condition) => names(condition, etag),
            None => self.if_modified_since.is_some_and(|since_s| modified_s <= since_s),
        };
        if unchanged { ReadVerdict::NotModified } else { ReadVerdict::Go }
    }
}

/// The condition of a write, decided in the transaction that writes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum WriteCondition {
    /// Writes whatever is there.
    #[default]
    Always,
    /// Writes only where nothing is (`If-None-Match: *`).
    Absent,
    /// Writes only over an object (`If-Match: *`).
    Present,
    /// Writes only over the object with this ETag, without quotes.
    Is(String),
}

impl WriteCondition {
    /// Says whether the write may happen over `existing`, the ETag of what is there.
    pub(crate) fn admits(&self, existing: Option<&str>) -> bool {
        match self {
            Self::Always => true,
            Self::Absent => existing.is_none(),
            Self::Present => existing.is_some(),
            Self::Is(etag) => existing == Some(etag.as_str()),
        }
    }
}

fn names(condition: &ETagCondition, etag: &str) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(given) => given.value() == etag,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn etag(text: &str) -> Option<ETagCondition> {
        Some(ETagCondition::parse_http_header(text.as_bytes()).unwrap())
    }

    #[test]
    fn reads() {
        use ReadVerdict::{Go, NotModified, PreconditionFailed};
        let check = |conditions: ReadConditions, expected| {
            assert_eq!(conditions.judge("aa", 100), expected, "{conditions:?}");
        };
        let none = ReadConditions::default;
        check(none(), Go);
        check(ReadConditions { if_match: etag("\"aa\""), ..none() }, Go);
        check(ReadConditions { if_match: etag("*"), ..none() }, Go);
        check(ReadConditions { if_match: etag("\"bb\""), ..none() }, PreconditionFailed);
        check(ReadConditions { if_match: etag("\"aa\""), if_unmodified_since: Some(1), ..none() }, Go);
        check(ReadConditions { if_unmodified_since: Some(99), ..none() }, PreconditionFailed);
        check(ReadConditions { if_unmodified_since: Some(100), ..none() }, Go);
        check(ReadConditions { if_none_match: etag("aa"), ..none() }, NotModified);
        check(ReadConditions { if_none_match: etag("\"bb\""), if_modified_since: Some(500), ..none() }, Go);
        check(ReadConditions { if_modified_since: Some(100), ..none() }, NotModified);
        check(ReadConditions { if_modified_since: Some(99), ..none() }, Go);
    }

    #[test]
    fn writes() {
        let check = |condition: WriteCondition, existing: Option<&str>, expected| {
            assert_eq!(condition.admits(existing), expected, "{condition:?} {existing:?}");
        };
        check(WriteCondition::Always, Some("aa"), true);
        check(WriteCondition::Absent, None, true);
        check(WriteCondition::Absent, Some("aa"), false);
        check(WriteCondition::Present, None, false);
        check(WriteCondition::Is("aa".into()), Some("aa"), true);
        check(WriteCondition::Is("aa".into()), Some("bb"), false);
        check(WriteCondition::Is("aa".into()), None, false);
    }
}
