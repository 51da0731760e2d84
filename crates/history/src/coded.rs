//! Values that head and splits keep as numbers beside each event: what filters compare and summaries count without
//! reading an event.
//!
//! Each column has one value an event: where the event has none, the empty one. Resource types, of which an event may
//! have many, are kept as one value, separated by line breaks. An error's
//! code that is a line break alone stands for a failure without a code, as a failed sign-in has. A value that is too
//! long is cut off and ends with [`CUT`]: whoever meets one reads the event.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use cairn_event::{AccountId, Outcome, Region};

use crate::attribute::{Attribute, HistoryCategory};
use crate::lookup_fields::LookupFields;
use crate::search::field::Field;

/// How many columns there are.
pub(crate) const CODED: usize = 13;

/// The column that tells accounts, Regions and categories apart.
pub(crate) const PLACE: usize = 0;

/// The columns' names in an index, and what they hold; the place comes first.
pub(crate) const NAMES: [&str; CODED] = [
    "place",
    "event_name",
    "event_source",
    "username",
    "error_code",
    "source_ip_address",
    "user_agent",
    "principal_arn",
    "access_key_id",
    "event_type",
    "recipient_account_id",
    "read_only",
    "resource_types",
];

/// Returns the column that holds a field's values; none for those that are not kept: nearly every event has another.
pub(crate) fn column(field: Field) -> Option<usize> {
    match field {
        Field::Of(Attribute::EventName) => Some(1),
        Field::Of(Attribute::EventSource) => Some(2),
        Field::Of(Attribute::Username) => Some(3),
        Field::ErrorCode | Field::Outcome => Some(ERROR_CODE),
        Field::SourceIpAddress => Some(5),
        Field::UserAgent => Some(6),
        Field::PrincipalArn => Some(7),
        Field::Of(Attribute::AccessKeyId) => Some(8),
        Field::EventType => Some(9),
        Field::RecipientAccountId => Some(10),
        Field::Of(Attribute::ReadOnly) => Some(11),
        Field::Of(Attribute::ResourceType) => Some(RESOURCE_TYPES),
        Field::Of(Attribute::EventId | Attribute::ResourceName) | Field::RequestId => None,
    }
}

/// The column of error codes.
pub(crate) const ERROR_CODE: usize = 4;

/// What stands in the place of an error's code where the call failed and there is none.
pub(crate) const NO_CODE: &str = "\n";

const RESOURCE_TYPES: usize = 12;

/// What ends a value that is not all there.
pub(crate) const CUT: char = '\0';

/// The longest value that is kept whole, bytes.
const VALUE_BYTES_MAX: usize = 256;

/// The values of one event, by column.
type Values<'a> = [Cow<'a, str>; CODED];

/// Names a place.
pub(crate) fn place(category: HistoryCategory, account: AccountId, region: &Region) -> String {
    let category = match category {
        HistoryCategory::Management => 1,
        HistoryCategory::Insight => 2,
    };
    format!("{category}/{account}/{region}")
}

/// Returns the values of an event of a place.
fn values<'a>(place: &'a str, fields: &'a LookupFields<'_>) -> Values<'a> {
    let some = |value: Option<&'a str>| bounded(value.unwrap_or_default());
    [
        Cow::Borrowed(place),
        bounded(&fields.event_name),
        bounded(&fields.event_source),
        some(fields.username.as_deref()),
        error_code(fields),
        some(fields.source_ip_address.as_deref()),
        some(fields.user_agent.as_deref()),
        some(fields.principal_arn.as_deref()),
        some(fields.access_key_id.as_deref()),
        bounded(&fields.event_type),
        some(fields.recipient_account_id.as_deref()),
        Cow::Borrowed(fields.read_only.unwrap_or_default()),
        resource_types(fields),
    ]
}

/// The values of one event in one piece, for as long as it has no numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Packed {
    text: String,
    ends: [usize; CODED],
}

impl Packed {
    /// Takes the values of an event of a place.
    pub(crate) fn new(place: &str, fields: &LookupFields<'_>) -> Self {
        let mut packed = Self { text: String::with_capacity(512), ends: [0; CODED] };
        for (value, end) in values(place, fields).iter().zip(&mut packed.ends) {
            packed.text.push_str(value);
            *end = packed.text.len();
        }
        packed
    }

    fn values(&self) -> impl Iterator<Item = &str> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let value = self.text.get(from..*end).unwrap_or_default();
            from = *end;
            value
        })
    }
}

/// Cuts a value that is too long.
pub(crate) fn bounded(value: &str) -> Cow<'_, str> {
    if value.len() <= VALUE_BYTES_MAX {
        return Cow::Borrowed(value);
    }
    let end = value.floor_char_boundary(VALUE_BYTES_MAX - 1);
    let mut cut = value.get(..end).unwrap_or_default().to_owned();
    cut.push(CUT);
    Cow::Owned(cut)
}

fn error_code<'a>(fields: &'a LookupFields<'_>) -> Cow<'a, str> {
    match fields.error_code.as_deref().unwrap_or_default() {
        "" if fields.outcome.is_failure() => Cow::Borrowed(NO_CODE),
        // What a service would never say is looked up in the event.
        NO_CODE => Cow::Owned(CUT.to_string()),
        code => bounded(code),
    }
}

fn resource_types<'a>(fields: &'a LookupFields<'_>) -> Cow<'a, str> {
    let mut kinds: Vec<&str> = fields.resources.iter().filter_map(|one| one.kind.as_deref()).collect();
    kinds.retain(|kind| !kind.is_empty());
    kinds.sort_unstable();
    kinds.dedup();
    let cannot_be_joined = kinds.iter().any(|kind| kind.contains('\n'));
    match kinds.as_slice() {
        [] => Cow::Borrowed(""),
        _ if cannot_be_joined => Cow::Owned(CUT.to_string()),
        [only] => bounded(only),
        many => Cow::Owned(bounded(&many.join("\n")).into_owned()),
    }
}

/// Tells what came of a call by what is kept of its error's code. Of one that was cut off enough is left to tell.
pub(crate) fn outcome(kept: &str) -> Outcome {
    match kept {
        NO_CODE => Outcome::Failed,
        kept => match kept.strip_suffix(CUT) {
            // A code that looks like none.
            Some("") => Outcome::Failed,
            Some(beginning) => Outcome::of_code(beginning),
            None => Outcome::of_code(kept),
        },
    }
}

/// Splits what is kept into the values that an event has: none where it has none.
pub(crate) fn each(column: usize, kept: &str) -> impl Iterator<Item = &str> {
    let parts = if holds_many(column) { usize::MAX } else { 1 };
    kept.splitn(parts, '\n').filter(move |value| !is_none(column, value))
}

/// Tells whether what is kept is no value of the event.
pub(crate) fn is_none(column: usize, kept: &str) -> bool {
    kept.is_empty() || (column == ERROR_CODE && kept == NO_CODE)
}

/// Tells whether a column may keep several values as one.
pub(crate) fn holds_many(column: usize) -> bool {
    column == RESOURCE_TYPES
}

/// The head's numbering of values: one after the other as they come, shared by all that read the head.
#[derive(Debug, Clone, Default)]
pub(crate) struct Codes(Arc<RwLock<[Numbered; CODED]>>);

/// The values of one column.
#[derive(Debug, Default)]
struct Numbered {
    numbers: HashMap<Arc<str>, u32>,
    values: Vec<Arc<str>>,
}

impl Codes {
    /// Returns the numbers of an event's values.
    pub(crate) fn number(&self, values: &Packed) -> [u32; CODED] {
        let mut columns = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut numbers = [0; CODED];
        for ((number, column), value) in numbers.iter_mut().zip(columns.iter_mut()).zip(values.values()) {
            *number = column.number(value);
        }
        numbers
    }

    /// Returns a column's values so far; their places are their numbers.
    pub(crate) fn values(&self, column: usize) -> Vec<Arc<str>> {
        let columns = self.0.read().unwrap_or_else(PoisonError::into_inner);
        columns.get(column).map(|column| column.values.clone()).unwrap_or_default()
    }
}

impl Numbered {
    fn number(&mut self, value: &str) -> u32 {
        if let Some(number) = self.numbers.get(value) {
            return *number;
        }
        let (kept, number) = (Arc::<str>::from(value), u32::try_from(self.values.len()).unwrap_or(u32::MAX));
        self.numbers.insert(Arc::clone(&kept), number);
        self.values.push(kept);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_where_a_character_ends() {
        assert_eq!(bounded(&"a".repeat(256)), "a".repeat(256));
        for long in ["a".repeat(257), "é".repeat(200)] {
            let cut = bounded(&long);
            assert!(cut.len() <= 256 && cut.ends_with(CUT));
            assert!(long.starts_with(cut.trim_end_matches(CUT)));
        }
    }

    #[test]
    fn what_is_kept_of_a_code_tells_the_outcome_of_its_event() {
        let long = "x".repeat(300);
        for code in [
            "",
            "AccessDenied",
            "NoSuchKey",
            "\n",
            &format!("AccessDenied{long}"),
            &format!("{long}AccessDenied"),
        ] {
            for message in ["", "no"] {
                let event = serde_json::json!({
                    "eventTime": "2026-01-01T00:00:00Z", "errorCode": code, "errorMessage": message,
                });
                let event = event.to_string();
                let fields = LookupFields::parse(event.as_bytes()).unwrap();
                assert_eq!(outcome(&error_code(&fields)), fields.outcome, "{event}");
            }
        }
    }

    #[test]
    fn values_are_numbered_as_they_come() {
        let codes = Codes::default();
        let fields = |name| {
            let event = format!(
                r#"{{"eventTime":"2026-01-01T00:00:00Z","eventName":"{name}","eventCategory":"Management",
                "resources":[{{"ARN":"b","type":"B"}},{{"ARN":"a","type":"A"}},{{"ARN":"c","type":"B"}}]}}"#
            );
            let fields = LookupFields::parse(event.as_bytes()).unwrap();
            codes.number(&Packed::new("place", &fields))
        };
        assert_eq!([fields("One")[1], fields("Two")[1], fields("One")[1]], [0, 1, 0]);
        assert_eq!(codes.values(1), [Arc::from("One"), Arc::from("Two")]);
        assert_eq!(codes.values(4), [Arc::from("")]);
        assert_eq!(each(12, &codes.values(12)[0]).collect::<Vec<_>>(), ["A", "B"]);
        for field in Field::ALL {
            assert!(column(field).is_none_or(|column| column != PLACE && column < CODED), "{field}");
        }
    }
}
