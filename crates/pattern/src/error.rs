//! Why a pattern or an event is refused.

/// A pattern is refused. Whoever wrote it corrects it: the text says where and what.
#[derive(Debug, thiserror::Error)]
#[error("understand the pattern{}: {fault}", place(.at))]
pub struct PatternError {
    /// The path to what is wrong, such as `detail.eventName[1].prefix`; empty for the whole.
    pub(crate) at: String,
    pub(crate) fault: PatternFault,
}

/// What is wrong with a pattern.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PatternFault {
    #[error("it is longer than {} bytes", crate::parse::BYTES_MAX)]
    TooLong,
    #[error("it is not JSON: {0}")]
    NotJson(serde_json::Error),
    #[error("an object is needed")]
    NotObject,
    #[error("an object without members matches nothing and is not allowed")]
    EmptyObject,
    #[error("an array without values matches nothing and is not allowed")]
    EmptyArray,
    #[error("an object or an array of values is needed")]
    NotFieldOrValues,
    #[error("an array cannot be a value")]
    NestedArray,
    #[error("this field is asked about twice; put all its values into one array")]
    Twice,
    #[error("there is no match type `{0}`; there are {MATCH_TYPES}")]
    UnknownMatchType(String),
    #[error(
        "there is no match type `{0}`; were alternatives meant, `$or` needs two or more objects that name fields"
    )]
    OddAlternatives(String),
    #[error("one match type is needed, such as {{\"prefix\": \"Delete\"}}")]
    NotOneMatchType,
    #[error("a text is needed")]
    NotText,
    #[error("a text that is not empty is needed")]
    EmptyText,
    #[error("`true` or `false` is needed")]
    NotTruth,
    #[error("a text, a number, or an array of only the one or only the other is needed")]
    NotTextsOrNumbers,
    #[error("`anything-but` takes texts, numbers, or one of prefix, suffix, equals-ignore-case and wildcard")]
    AnythingBut,
    #[error("`equals-ignore-case` alone can be within `prefix` and `suffix`")]
    WithinAffix,
    #[error("an address block such as 10.0.0.0/24 or 2001:db8::/32 is needed")]
    NotBlock,
    #[error(
        "an operator and a number are needed, such as [\">=\", 5]; `>` or `>=` may be followed by `<` or `<=`"
    )]
    NotNumeric,
    #[error("a number from -5e9 to 5e9 is needed")]
    NumberTooLarge,
    #[error("no number is above the one bound and below the other")]
    NoSuchNumber,
    #[error("two asterisks may not follow each other")]
    TwoAsterisks,
    #[error("a backslash must be followed by an asterisk or a backslash")]
    OddEscape,
    #[error("there are more than {} values", crate::parse::VALUES_MAX)]
    TooManyValues,
    #[error("`$or` makes more than {} combinations", crate::parse::BRANCHES_MAX)]
    TooManyBranches,
    #[error(
        "the combinations that `$or` makes have more than {} fields together",
        crate::parse::QUESTIONS_MAX
    )]
    TooManyQuestions,
}

/// The match types, as errors list them.
const MATCH_TYPES: &str =
    "exactly, prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric, exists and cidr";

/// An event can't be matched.
#[derive(Debug, thiserror::Error)]
#[error("read the event: it is no JSON object, or nested too deeply")]
pub struct EventError {
    #[from]
    source: serde_json::Error,
}

impl PatternError {
    pub(crate) fn new(at: impl Into<String>, fault: PatternFault) -> Self {
        Self { at: at.into(), fault }
    }
}

fn place(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!(" at `{at}`") }
}
