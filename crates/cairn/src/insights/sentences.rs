//! An explanation in words.

use cairn_select::Mute;

use super::explanation::{Explanation, Sum};
use super::told::{Attribution, Told, Way};
use super::words::{
    clock, count, instant, many, minute, minute_beside, pace, principal, rate, service, span, trail_name,
};
use crate::installation::shell_word;
use crate::output::{self, Paint, Tone, harmless};

/// Says what was usual, what happened, who caused it, and what can be done, in so many columns; the plot comes in
/// between.
pub(super) fn explain(of: &Explanation, plot: &str, width: usize, now: i64, paint: Paint) -> String {
    let told = of.episode.last();
    let paragraph = |text: &str| paragraph(text, width.min(TEXT_COLUMNS));
    let heading = |text: &str| paint.paint(Tone::Heading, text) + "\n";
    let mut said = heading(&title(of));
    said.push_str(&paint.paint(Tone::Aside, &subtitle(of, now)));
    said.push_str(&format!("\n\n{plot}\n"));
    said.push_str(&heading("What was usual"));
    said.push_str(&paragraph(&usual(of)));
    said.push_str(&heading("What happened"));
    said.push_str(&paragraph(&happened(of)));
    let who = match of.way {
        Way::Surge => "Who caused it",
        Way::Silence => "Who fell silent",
    };
    let attributions = attributions(told, of.way, width);
    if !attributions.is_empty() {
        said.push_str(&heading(who));
        said.push_str(&attributions);
        said.push('\n');
    }
    said.push_str(&heading("What to do"));
    said.push_str(&advice(of));
    said
}

/// Names what is unusual: `A surge of CreateTags (ec2)`.
fn title(of: &Explanation) -> String {
    let told = of.episode.last();
    let calls = match &told.error_code {
        None => format!("{} ({})", told.name, service(&told.source)),
        Some(code) => format!("{code} errors of {} ({})", told.name, service(&told.source)),
    };
    let trail = told.trail.as_deref().map(|arn| format!(", data events of trail {}", trail_name(arn)));
    let place = format!("account {}, {}", told.account, told.region);
    harmless(&format!("A {} of {calls}, {place}{}", of.way.name(), trail.unwrap_or_default()))
}

fn subtitle(of: &Explanation, now: i64) -> String {
    let began = of.episode.began();
    let when = match &of.episode.end {
        Some(end) => {
            let lasted = span((end.at - began) / 60);
            format!("{} to {} UTC ({lasted})", minute(began), minute_beside(end.at, began))
        }
        None => format!("since {} UTC ({}), and it goes on", minute(began), span((now - began).max(0) / 60)),
    };
    let trails: Vec<&str> = of.trails.iter().map(|arn| trail_name(arn)).collect();
    let heard = match trails.as_slice() {
        [] if of.is_imported => "found in imported logs; no trail is told".to_owned(),
        [] => "no trail gets it any longer".to_owned(),
        trails => format!("told to {}", trails.join(", ")),
    };
    harmless(&format!("{when}; {} sensitivity; {heard}", of.sensitivity))
}

fn noun(told: &Told, number: u64) -> String {
    match told.error_code {
        None => many(number, "call", "calls"),
        Some(_) => many(number, "error", "errors"),
    }
}

fn usual(of: &Explanation) -> String {
    let (told, before) = (of.episode.last(), of.before());
    let baseline = told.statistics.baseline.average;
    let watched = span(i64::try_from(of.unusual.0).unwrap_or(i64::MAX));
    let mut said = match (before.calls, before.most) {
        (_, None) => "Nothing is known any longer of the minutes before.".to_owned(),
        (0, Some(_)) => format!("In the {watched} before there was not a single one."),
        (calls, Some((most, place))) => format!(
            "In the {watched} before there were {}: {} on average, and never more than {} in one minute ({}).",
            noun(told, calls),
            pace(baseline),
            count(most),
            minute(of.series.second(place)),
        ),
    };
    said.push_str(&hours(of, baseline));
    let unwatched = of.unusual.0 as u64 - before.minutes;
    if unwatched > 0 {
        said.push_str(&format!(
            " Of {} before nothing is known: no server watched, and no log file tells of them.",
            many(unwatched, "minute", "minutes")
        ));
    }
    said
}

/// Says what this time of day is like, where it is unlike others.
fn hours(of: &Explanation, baseline: f64) -> String {
    let same = of.same_time();
    let is_like_others = same.rate() > baseline * 0.8 && same.rate() < baseline * 1.25;
    if same.minutes < 60 || is_like_others || (same.calls == 0 && baseline < 0.1) {
        return String::new();
    }
    let began = of.episode.began();
    let most = same.most.map_or(0, |(most, _)| most);
    format!(
        " About this time of day, from {} to {}, it is {}, {} at most.",
        clock(began - 3_600),
        clock(began + 3_600),
        pace(same.rate()),
        count(most),
    )
}

fn happened(of: &Explanation) -> String {
    let (told, during, began) = (of.episode.last(), of.during(), of.episode.began());
    let opening = opening(of);
    let lasted = span(i64::try_from(during.minutes).unwrap_or(i64::MAX));
    let rest = match (&of.episode.end, of.way) {
        (Some(end), Way::Surge) if is_all_told(of, during.calls) => {
            format!(" It was over at {}.", minute_beside(end.at, began))
        }
        (Some(end), Way::Surge) => format!(
            " It was over at {}, after {} and {}, {}{}.",
            minute_beside(end.at, began),
            span((end.at - began) / 60),
            noun(told, during.calls),
            pace(told.statistics.insight.average),
            peak(of, during, began),
        ),
        (Some(end), Way::Silence) => format!(
            " It was over at {}, after {} in which there were {}, where about {} are usual.",
            minute_beside(end.at, began),
            span((end.at - began) / 60),
            noun(told, during.calls),
            count(expected(of, during.minutes)),
        ),
        (None, Way::Surge) => {
            format!(
                " It goes on: {} in {lasted} so far{}.",
                noun(told, during.calls),
                peak(of, during, began)
            )
        }
        (None, Way::Silence) => format!(
            " It goes on: {} in {lasted} so far, where about {} are usual.",
            noun(told, during.calls),
            count(expected(of, during.minutes)),
        ),
    };
    opening + &rest
}

/// Tells whether what gave it away was all of it.
fn is_all_told(of: &Explanation, calls: u64) -> bool {
    let (Some(start), Some(end)) = (&of.episode.start, &of.episode.end) else { return false };
    let minutes = i64::from(start.statistics.insight_duration);
    end.at - of.episode.began() == minutes * 60 && calls_at_first(start) == calls
}

/// Returns the calls that gave it away.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive; `as` saturates")]
fn calls_at_first(start: &Told) -> u64 {
    (start.statistics.insight.average * f64::from(start.statistics.insight_duration)).round() as u64
}

/// Says what gave it away.
fn opening(of: &Explanation) -> String {
    let Some(start) = &of.episode.start else {
        return format!("It began at {}.", clock(of.episode.began()));
    };
    let (minutes, average) = (start.statistics.insight_duration, start.statistics.insight.average);
    let baseline = start.statistics.baseline.average;
    let what = noun(start, calls_at_first(start));
    let at = clock(start.at);
    let many_minutes = i64::from(minutes);
    match of.way {
        Way::Silence => format!(
            "From {at} on it was quiet: {what} in {}, where about {} are usual.",
            span(many_minutes),
            count(expected(of, u64::from(minutes))),
        ),
        Way::Surge => {
            let times = match average / baseline {
                more if !more.is_finite() => String::new(),
                more if more >= 10.0 => format!(", {} times as many as usual", rate(more.round())),
                more => format!(", {more:.1} times as many as usual"),
            };
            match minutes {
                0 | 1 => format!("At {at} there were {what} in one minute{times}."),
                _ => format!("From {at} on there were {what} in {}{times}.", span(many_minutes)),
            }
        }
    }
}

/// Returns how many calls so many minutes have about this time of day.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "it is shown rounded"
)]
fn expected(of: &Explanation, minutes: u64) -> u64 {
    let same = of.same_time();
    let rate = if same.minutes < 60 { of.episode.last().statistics.baseline.average } else { same.rate() };
    (rate * minutes as f64).round() as u64
}

fn peak(of: &Explanation, during: Sum, began: i64) -> String {
    match during.most {
        Some((most, place)) if during.minutes > 1 => {
            format!(
                "; {} in one minute at most, at {}",
                count(most),
                minute_beside(of.series.second(place), began)
            )
        }
        _ => String::new(),
    }
}

/// The attributes of records, and what their values are for people.
const ATTRIBUTES: [(&str, &str); 3] =
    [("userIdentityArn", "caller"), ("userAgent", "client"), ("errorCode", "result")];

fn attributions(told: &Told, way: Way, width: usize) -> String {
    let name_columns = width.saturating_sub(BESIDE_NAMES).clamp(NAME_COLUMNS.0, NAME_COLUMNS.1);
    let mut rows = Vec::new();
    for (attribute, by) in ATTRIBUTES {
        let Some(told_by) = told.attribution(attribute) else { continue };
        let named = shares(told_by, way, told).into_iter().enumerate().map(|(at, mut row)| {
            if let Some(name) = row.first_mut() {
                *name = clipped(name, name_columns);
            }
            row.insert(0, if at == 0 { by.to_owned() } else { String::new() });
            row
        });
        rows.extend(named);
    }
    if rows.is_empty() { String::new() } else { indented(&output::columns(&HEADINGS, &rows)) }
}

const HEADINGS: [&str; 5] = ["BY", "NAME", "HOW OFTEN", "SHARE", "USUALLY"];

/// Makes rows of whom calls are put down to: name, how often they were made, their share of all, and what is usual.
/// Of a silence the usual calls are those that are put down to somebody.
fn shares(by: &Attribution, way: Way, told: &Told) -> Vec<Vec<String>> {
    let (insight, baseline) = (named(&by.attribute, &by.insight), named(&by.attribute, &by.baseline));
    let statistics = told.statistics;
    let (main, other, total) = match way {
        Way::Surge => (&insight, &baseline, statistics.insight.average),
        Way::Silence => (&baseline, &insight, statistics.baseline.average),
    };
    let are_all_told = by.insight.len().max(by.baseline.len()) < VALUES_TOLD_MAX;
    let unknown = if are_all_told { "none" } else { "few" };
    let share = |average: f64| match total > 0.0 {
        true => format!("{:.0} %", (average / total * 100.0).min(100.0)),
        false => String::new(),
    };
    let row = |name: &str, average: f64, elsewhere: String| {
        let (now, usual) = match way {
            Way::Surge => (pace(average), elsewhere),
            Way::Silence => (elsewhere, pace(average)),
        };
        vec![name.to_owned(), now, share(average), usual]
    };
    let mut rows: Vec<Vec<String>> = main
        .iter()
        .map(|(name, average)| {
            let elsewhere = other.iter().find(|(known, _)| known == name);
            row(name, *average, elsewhere.map_or_else(|| unknown.to_owned(), |(_, average)| pace(*average)))
        })
        .collect();
    let rest = total - main.iter().map(|(_, average)| average).sum::<f64>();
    if !rows.is_empty() && rest > total * REST_SHOWN {
        rows.push(row("others", rest, String::new()));
    }
    rows
}

/// The most values that a record tells.
const VALUES_TOLD_MAX: usize = 5;

/// From this part of all on, what a record's values leave is shown.
const REST_SHOWN: f64 = 0.005;

/// Gives values the names that people know them by, and puts those of one name together: each run of a client may have
/// a user agent of its own.
fn named(attribute: &str, values: &[(String, f64)]) -> Vec<(String, f64)> {
    let mut named: Vec<(String, f64)> = Vec::new();
    for (value, average) in values {
        let name = name(attribute, value);
        match named.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += average,
            None => named.push((name, *average)),
        }
    }
    named
}

fn name(attribute: &str, value: &str) -> String {
    let name = match (attribute, value) {
        ("userIdentityArn", arn) => principal(arn),
        ("errorCode", "null") => "succeeded",
        ("userAgent", agent) => agent.trim_matches(['[', ']']).split_whitespace().next().unwrap_or_default(),
        (_, value) => value,
    };
    name.to_owned()
}

fn clipped(name: &str, columns: usize) -> String {
    match name.char_indices().nth(columns) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

/// The widest name, on narrow terminals and on wide ones; what was made up can be far longer.
const NAME_COLUMNS: (usize, usize) = (20, 60);

/// What stands beside a name.
const BESIDE_NAMES: usize = 50;

fn advice(of: &Explanation) -> String {
    let told = of.episode.last();
    // Whoever calls chooses the names: to a shell they are words, whatever they hold.
    let word = |text: &str| shell_word(&harmless(text));
    let (began, source) = (of.episode.began(), word(service(&told.source)));
    // Of a silence there are only the calls before it.
    let (from, to) = match (of.way, &of.episode.end) {
        (Way::Silence, _) => (began - 3_600, Some(began)),
        (Way::Surge, end) => (began, end.as_ref().map(|end| end.at)),
    };
    let to = to.map(|to| format!(" --to {}", instant(to))).unwrap_or_default();
    let (what, from) = (format!("--event-name {}", word(&told.name)), instant(from));
    let mut said = String::new();
    let trail = match &told.trail {
        None => {
            let region = word(&told.region);
            let lookup = format!("cairn lookup {what} --event-source {source} --region {region}");
            said.push_str(&format!("  see the calls:\n    {lookup} --from {from}{to}\n"));
            String::new()
        }
        Some(arn) => format!(" --trail {}", word(trail_name(arn))),
    };
    if is_told_by_rules(told) {
        let mute = format!("cairn insights mute {} {what} --source {source}{trail}", rule_name(&told.name));
        said.push_str(&format!("  not be told of it again, if it is meant to be:\n    {mute}\n"));
    }
    said
}

/// Tells whether a mute rule can name the action and its service: tags, which rules are kept in, have few characters.
fn is_told_by_rules(told: &Told) -> bool {
    let is_of_tags = |char: char| char.is_alphanumeric() || "_.:/=+-@".contains(char);
    [&told.name, &told.source].into_iter().all(|text| text.chars().all(is_of_tags))
        && Mute::parse(&format!("source={} name={}", told.source, told.name)).is_ok()
}

/// Names a rule after an action.
fn rule_name(action: &str) -> String {
    let name: String = action.chars().filter(char::is_ascii_alphanumeric).take(RULE_NAME_CHARS_MAX).collect();
    if name.is_empty() { "this".to_owned() } else { name }
}

/// The longest name that is proposed for a rule.
const RULE_NAME_CHARS_MAX: usize = 60;

/// Makes lines of a paragraph.
fn paragraph(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if !line.is_empty() && line.chars().count() + word.chars().count() + 2 < width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(line) if line.is_empty() => line.push_str(word),
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| format!("  {}\n", harmless(line))).collect::<String>() + "\n"
}

/// As wide as people read.
const TEXT_COLUMNS: usize = 92;

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests;
