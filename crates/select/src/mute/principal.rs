//! Who made most of the calls.

use std::fmt;

use cairn_event::{AttributedView, AttributionView, InsightView};

use super::{MuteError, Text};

/// A principal as a rule names it, kept as attributions do: a role's sessions are all the role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Principal(Text);

/// The share of the calls from which on somebody made most of them.
const MOST: f64 = 0.5;

impl Principal {
    pub(super) fn parse(given: Text) -> Result<Self, MuteError> {
        let (Text::Whole(text) | Text::Start(text)) = &given;
        let refused = || MuteError::Principal(text.to_string());
        let attributed = if text.starts_with("arn:") {
            as_attributed(text).ok_or_else(refused)?
        } else {
            match text.split_once('/') {
                Some(("", _)) => return Err(refused()),
                Some((kind, "")) if matches!(given, Text::Start(_)) => format!("{kind}/"),
                Some((kind, named)) => {
                    let (kind, name) = as_named(kind, named);
                    if name.is_empty() {
                        return Err(refused());
                    }
                    format!("{kind}/{name}")
                }
                None if matches!(given, Text::Start(_)) || is_named_whole(text) => text.to_string(),
                None => return Err(refused()),
            }
        };
        let attributed = attributed.into_boxed_str();
        Ok(Self(match given {
            Text::Whole(_) => Text::Whole(attributed),
            Text::Start(_) => Text::Start(attributed),
        }))
    }

    /// Says whether an attribution's value is this principal.
    pub(super) fn is(&self, value: &str) -> bool {
        if self.0.fits(value) {
            return true;
        }
        let (Text::Whole(text) | Text::Start(text)) = &self.0;
        // What stands at the end of the ARN, with the path or without it.
        let Some(resource) = value.splitn(6, ':').nth(5).filter(|_| value.starts_with("arn:")) else {
            return false;
        };
        let Some((kind, named)) = resource.split_once('/') else { return self.0.fits(resource) };
        let kind = if kind == "assumed-role" { "role" } else { kind };
        let Some((given_kind, given)) = text.split_once('/') else { return false };
        let name = named.rsplit('/').next().unwrap_or(named);
        let fits = |name: &str| match self.0 {
            Text::Whole(_) => name == given,
            Text::Start(_) => name.starts_with(given),
        };
        kind == given_kind && (fits(named) || fits(name))
    }

    pub(super) fn in_words(&self) -> String {
        self.0.in_words()
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Says whether these principals together made most of the calls: of a surge the unusual ones, of a silence those that
/// were usual.
///
/// Events name the five who called most. Where the principals may be among the others too, the named ones decide: they
/// must have made more than half of what the named ones made.
pub(super) fn did_most(principals: &[Principal], insight: &InsightView<'_>) -> bool {
    let Some(context) = insight.context() else { return false };
    let callers = context.attributions.iter().find(|one| one.attribute == "userIdentityArn");
    let Some(callers) = callers else { return false };
    let (unusual, usual) = (context.statistics.insight.average, context.statistics.baseline.average);
    let (calls, all) = match is_silence(callers, unusual, usual) {
        true => (&callers.baseline, usual),
        false => (&callers.insight, unusual),
    };
    let theirs = sum(calls, |one| principals.iter().any(|principal| principal.is(&one.value)));
    let named = sum(calls, |_anybody| true);
    let are_named = principals.iter().all(|principal| {
        matches!(principal.0, Text::Whole(_)) && calls.iter().any(|one| principal.is(&one.value))
    });
    (all > 0.0 && theirs / all >= MOST) || (!are_named && theirs > named * MOST)
}

/// Tells a silence, of which events don't say that it is one. Fewer calls than on average are not enough: at night a
/// surge may have fewer than the week had. But whoever makes a surge calls more than before, and in a silence nobody does;
/// those who are not named are taken to do as the named ones.
fn is_silence(callers: &AttributionView<'_>, unusual: f64, usual: f64) -> bool {
    let before = |value: &str| sum(&callers.baseline, |one| one.value == value);
    let more: f64 = callers.insight.iter().map(|one| (one.average - before(&one.value)).max(0.0)).sum();
    unusual < usual && more <= sum(&callers.insight, |_anybody| true) * MOST
}

fn sum(calls: &[AttributedView<'_>], counted: impl Fn(&AttributedView<'_>) -> bool) -> f64 {
    calls.iter().filter(|one| counted(one)).map(|one| one.average).sum()
}

/// Tells whether a caller can have this name without a kind before it: root, a service, or the id of somebody who has
/// no ARN.
fn is_named_whole(text: &str) -> bool {
    let is_id = |text: &str| {
        text.len() >= ID_CHARS_MIN
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    text == "root" || text.contains('.') || is_id(text)
}

/// The shortest id of a caller: that of an account.
const ID_CHARS_MIN: usize = 12;

/// Makes of an ARN the one that attributions have: `arn:aws:iam::111122223333:role/path/ci` and
/// `arn:aws:sts::111122223333:assumed-role/ci/session` are `arn:aws:sts::111122223333:assumed-role/ci`.
fn as_attributed(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':');
    let [_arn, partition, service] = [parts.next()?, parts.next()?, parts.next()?];
    let Some((_region, account, resource)) = (|| Some((parts.next()?, parts.next()?, parts.next()?)))()
    else {
        // The beginning of an ARN.
        return Some(arn.to_owned());
    };
    let (kind, named) = resource.split_once('/').unwrap_or((resource, ""));
    if !matches!((service, kind), ("iam", "role") | ("sts", "assumed-role")) {
        return Some(arn.to_owned());
    }
    let (_kind, role) = as_named(kind, named);
    (!role.is_empty()).then(|| format!("arn:{partition}:sts::{account}:assumed-role/{role}"))
}

/// Names a principal as a rule may: of a role without the path and the session, which are in no attribution.
fn as_named<'t>(kind: &'t str, named: &'t str) -> (&'t str, &'t str) {
    match kind {
        "role" => (kind, named.rsplit('/').next().unwrap_or(named)),
        "assumed-role" => ("role", named.split('/').next().unwrap_or(named)),
        _ => (kind, named),
    }
}
