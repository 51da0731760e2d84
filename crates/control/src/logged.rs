//! What a trail's selectors log at all, which other settings build on.

use cairn_select::{AdvancedEventSelector, AdvancedFieldSelector, EventSelectors, ReadWriteType};

/// The kinds of events that some selector of a trail admits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each kind is logged or not, independent of the others")]
pub(crate) struct Logged {
    /// Management events that could change nothing.
    pub(crate) management_reads: bool,
    /// Management events that could change something.
    pub(crate) management_writes: bool,
    /// Data events of any resource.
    pub(crate) data: bool,
}

impl Logged {
    pub(crate) fn of(selectors: &EventSelectors) -> Self {
        match selectors {
            EventSelectors::Basic(basic) => basic.iter().fold(Self::default(), |logged, selector| {
                let management = selector.include_management_events;
                let (reads, writes) = match selector.read_write_type {
                    ReadWriteType::All => (true, true),
                    ReadWriteType::ReadOnly => (true, false),
                    ReadWriteType::WriteOnly => (false, true),
                };
                let data = selector.data_resources.iter().any(|resource| !resource.values.is_empty());
                logged.or(Self {
                    management_reads: management && reads,
                    management_writes: management && writes,
                    data,
                })
            }),
            EventSelectors::Advanced(advanced) => {
                advanced.iter().fold(Self::default(), |logged, selector| logged.or(of_advanced(selector)))
            }
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            management_reads: self.management_reads || other.management_reads,
            management_writes: self.management_writes || other.management_writes,
            data: self.data || other.data,
        }
    }
}

fn of_advanced(selector: &AdvancedEventSelector) -> Logged {
    let field = |name: &str| selector.field_selectors.iter().find(|field| field.field == name);
    let equals = |field: &AdvancedFieldSelector, value: &str| {
        field.equals.iter().flatten().any(|allowed| allowed == value)
    };
    let category = |value: &str| field("eventCategory").is_some_and(|field| equals(field, value));
    let read_only = |value: &str| field("readOnly").is_none_or(|field| equals(field, value));
    let management = category("Management");
    Logged {
        management_reads: management && read_only("true"),
        management_writes: management && read_only("false"),
        data: category("Data"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(selectors: &str, expected: [bool; 3]) {
        let Logged { management_reads, management_writes, data } =
            Logged::of(&serde_json::from_str(selectors).unwrap());
        assert_eq!([management_reads, management_writes, data], expected, "{selectors}");
    }

    #[test]
    fn basic_selectors_are_added_up() {
        check(r#"{"EventSelectors":[{}]}"#, [true, true, false]);
        check(r#"{"EventSelectors":[{"ReadWriteType":"ReadOnly"}]}"#, [true, false, false]);
        check(r#"{"EventSelectors":[{"IncludeManagementEvents":false}]}"#, [false; 3]);
        let data = r#"{"IncludeManagementEvents":false,"DataResources":[
            {"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}"#;
        check(&format!(r#"{{"EventSelectors":[{data}]}}"#), [false, false, true]);
        check(
            &format!(r#"{{"EventSelectors":[{data},{{"ReadWriteType":"WriteOnly"}}]}}"#),
            [false, true, true],
        );
        let nothing = r#"{"DataResources":[{"Type":"AWS::S3::Object","Values":[]}]}"#;
        check(&format!(r#"{{"EventSelectors":[{nothing}]}}"#), [true, true, false]);
    }

    #[test]
    fn advanced_selectors_are_told_by_category_and_read_only() {
        let of = |fields: &str| format!(r#"{{"AdvancedEventSelectors":[{{"FieldSelectors":[{fields}]}}]}}"#);
        let management = r#"{"Field":"eventCategory","Equals":["Management"]}"#;
        check(&of(management), [true, true, false]);
        let reads = r#"{"Field":"readOnly","Equals":["true"]}"#;
        check(&of(&format!("{management},{reads}")), [true, false, false]);
        let data = r#"{"Field":"eventCategory","Equals":["Data"]}"#;
        check(&of(data), [false, false, true]);
        check(&of(r#"{"Field":"eventCategory","Equals":["NetworkActivity"]}"#), [false; 3]);
    }
}
