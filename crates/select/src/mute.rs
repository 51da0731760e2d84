//! Mute rules: which Insights events a trail is not told of.
//!
//! A rule is a line of terms, `key=value`, with spaces between them. A rule mutes what all its keys fit; where a key
//! stands more than once, one of its values has to fit:
//!
//! ```text
//! source=ec2.amazonaws.com name=CreateTags name=DeleteTags
//! principal=role/nightly-backup window=Mon-Fri/22:00-06:00
//! source=s3 name=Delete... window=2026-12-24/2026-12-27
//! ```
//!
//! - `source` is the service, `ec2.amazonaws.com` or `ec2`.
//! - `name` is the API action.
//! - `principal` is who made most of the calls: an ARN, or what stands at its end (`role/ci`, `user/alice`, `root`), or
//!   a service. Of a silence it is who used to make most of them.
//! - `window` is when it began, in UTC: days (`Sat-Sun`, `Mon+Wed`), times (`22:00-06:00`), both with a slash between
//!   them, or two dates or instants with a slash between them (`2026-12-24T18:00Z/2026-12-27`, last day included).
//!
//! A value that ends in `...` stands for all that begin with it. The language has only the characters that tags have,
//! for tags are where rules are kept.

mod principal;
mod window;

use std::fmt;

use cairn_event::{EventView, InsightView};

use self::principal::Principal;
use self::window::Window;

/// The longest rule, in characters: what a tag's value holds.
pub const MUTE_CHARS_MAX: usize = 256;

/// A mute rule.
///
/// ```
/// use cairn_event::EventView;
/// use cairn_select::Mute;
///
/// let event = EventView::parse(
///     br#"{"eventTime": "2026-03-07T23:14:00Z", "eventCategory": "Insight", "insightDetails": {"state": "Start",
///         "eventSource": "ec2.amazonaws.com", "eventName": "DeleteTags"}}"#,
/// )?;
/// let insight = event.insight().expect("it has details");
/// let nightly = Mute::parse("source=ec2 name=Delete... window=Sat-Sun/22:00-06:00")?;
/// assert!(nightly.mutes(&event, &insight));
/// assert!(!Mute::parse("source=ec2 principal=role/ci")?.mutes(&event, &insight));
/// assert!(Mute::parse("source=ec2 at night").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mute {
    sources: Vec<Text>,
    names: Vec<Text>,
    principals: Vec<Principal>,
    windows: Vec<Window>,
}

/// A mute rule is refused; the text is written for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MuteError {
    /// The rule says nothing.
    #[error(
        "a mute rule has at least one term of source=, name=, principal= or window=, such as source=ec2 name=CreateTags"
    )]
    Empty,
    /// The rule is longer than a tag's value.
    #[error("a mute rule has at most {MUTE_CHARS_MAX} characters")]
    TooLong,
    /// A term is none.
    #[error("{0} is not a term: terms are source=, name=, principal= and window=, with spaces between them")]
    Term(String),
    /// A term has no value.
    #[error("{0}= has no value")]
    Value(&'static str),
    /// Something stands for the rest of a value, but not at its end or not as it is written.
    #[error(
        "{0}: what a value ends with may be left out, for which ... stands at its end, as in name=Delete..."
    )]
    Rest(String),
    /// A principal that no event names.
    #[error(
        "{0} names no principal: give an ARN, role/NAME, user/NAME, root, or a service such as ec2.amazonaws.com"
    )]
    Principal(String),
    /// A window that is none.
    #[error(
        "{0} is not a window: give days (Sat-Sun, Mon+Wed), times (22:00-06:00), both (Mon-Fri/22:00-06:00), or two \
         dates (2026-12-24/2026-12-27), all in UTC"
    )]
    Window(String),
}

/// A value, or what values begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Text {
    Whole(Box<str>),
    Start(Box<str>),
}

impl Mute {
    /// Reads a rule.
    ///
    /// # Errors
    /// It says nothing, or something else than a rule can.
    pub fn parse(rule: &str) -> Result<Self, MuteError> {
        if rule.chars().count() > MUTE_CHARS_MAX {
            return Err(MuteError::TooLong);
        }
        let mut mute = Self { sources: vec![], names: vec![], principals: vec![], windows: vec![] };
        for term in rule.split_whitespace() {
            let (key, value) = term.split_once('=').ok_or_else(|| MuteError::Term(term.to_owned()))?;
            match key {
                "source" => mute.sources.push(Text::parse("source", value)?.into_source()),
                "name" => mute.names.push(Text::parse("name", value)?),
                "principal" => mute.principals.push(Principal::parse(Text::parse("principal", value)?)?),
                "window" => mute.windows.push(Window::parse(value)?),
                _ => return Err(MuteError::Term(term.to_owned())),
            }
        }
        let keys = [mute.sources.len(), mute.names.len(), mute.principals.len(), mute.windows.len()];
        if keys == [0; 4] { Err(MuteError::Empty) } else { Ok(mute) }
    }

    /// Says whether the rule mutes an Insights event. Start and end of the same thing are judged by the instant that
    /// it began, each by the calls that it tells.
    pub fn mutes(&self, event: &EventView<'_>, insight: &InsightView<'_>) -> bool {
        let any = |texts: &[Text], value: &str| texts.is_empty() || texts.iter().any(|text| text.fits(value));
        any(&self.sources, &insight.event_source)
            && any(&self.names, &insight.event_name)
            && (self.windows.is_empty() || {
                let began = began(event, insight);
                self.windows.iter().any(|window| window.holds(began))
            })
            && (self.principals.is_empty() || principal::did_most(&self.principals, insight))
    }

    /// Says what the rule mutes, as a part of a sentence: `insights about CreateTags of ec2.amazonaws.com`.
    pub fn in_words(&self) -> String {
        let mut words = String::from("insights");
        let mut part = |before: &str, values: Vec<String>| {
            if !values.is_empty() {
                words.push_str(before);
                words.push_str(&values.join(" or "));
            }
        };
        let texts = |texts: &[Text]| texts.iter().map(Text::in_words).collect::<Vec<_>>();
        part(" about ", texts(&self.names));
        part(" of ", texts(&self.sources));
        part(" caused mostly by ", self.principals.iter().map(Principal::in_words).collect());
        part(" that begin ", self.windows.iter().map(Window::in_words).collect());
        words
    }
}

/// Returns the second in which something unusual began.
fn began(event: &EventView<'_>, insight: &InsightView<'_>) -> i64 {
    let told = event.event_time.epoch_seconds();
    if insight.state != "End" {
        return told;
    }
    let minutes = insight.context().map_or(0, |context| context.statistics.insight_duration);
    told.saturating_sub(i64::from(minutes) * 60)
}

impl Text {
    fn parse(key: &'static str, value: &str) -> Result<Self, MuteError> {
        let start = value.strip_suffix(REST);
        if start.unwrap_or(value).contains(REST) || value.contains('*') {
            return Err(MuteError::Rest(value.to_owned()));
        }
        match start {
            Some("") => Err(MuteError::Value(key)),
            None if value.is_empty() => Err(MuteError::Value(key)),
            Some(start) => Ok(Self::Start(start.into())),
            None => Ok(Self::Whole(value.into())),
        }
    }

    /// Completes the short name of a service, which all are of small letters.
    fn into_source(self) -> Self {
        match self {
            Self::Whole(name) if !name.contains('.') => {
                Self::Whole(format!("{}.amazonaws.com", name.to_lowercase()).into_boxed_str())
            }
            Self::Start(start) if !start.contains('.') => Self::Start(start.to_lowercase().into_boxed_str()),
            other => other,
        }
    }

    fn fits(&self, value: &str) -> bool {
        match self {
            Self::Whole(text) => value == text.as_ref(),
            Self::Start(start) => value.starts_with(start.as_ref()),
        }
    }

    fn in_words(&self) -> String {
        match self {
            Self::Whole(text) => text.to_string(),
            Self::Start(start) => format!("what begins with {start}"),
        }
    }
}

/// Stands for all that may follow.
const REST: &str = "...";

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(text) => f.write_str(text),
            Self::Start(start) => write!(f, "{start}{REST}"),
        }
    }
}

impl fmt::Display for Mute {
    /// Writes the rule so that it is read as the same one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sources = self.sources.iter().map(|text| format!("source={text}"));
        let names = self.names.iter().map(|text| format!("name={text}"));
        let principals = self.principals.iter().map(|principal| format!("principal={principal}"));
        let windows = self.windows.iter().map(|window| format!("window={window}"));
        let terms: Vec<String> = sources.chain(names).chain(principals).chain(windows).collect();
        f.write_str(&terms.join(" "))
    }
}

#[cfg(test)]
mod tests;
