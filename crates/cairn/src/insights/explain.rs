//! `cairn insights explain`: one insight in words, with a plot.

use anyhow::Context as _;
use cairn_event::{Clock as _, Region};
use cairn_server::SystemClock;

use super::explanation::{Explanation, Series};
use super::plot::{self, Column, Label};
use super::sentences;
use super::words::{clock, minute};
use crate::client::{Client, escaped};
use crate::output::{self, Form, JsonFlag, Paint};
use crate::settings::Place;

/// The page that knows.
const PAGE: &str = "/_cairn/insights/explanation";

/// The narrowest and the widest plot, columns, and how high it is.
const WIDTH: (usize, usize) = (30, 100);
const HEIGHT: usize = 10;

/// What stands beside the columns.
const MARGIN: usize = 10;

/// The least that is shown before something unusual, minutes.
const BEFORE: usize = 60;

/// Flags of `cairn insights explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// The eventID of the insight's start or end, or their sharedEventID.
    id: String,
    /// The Region whose activity it is [default: the server's].
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
    #[command(flatten)]
    json: JsonFlag,
}

impl Explain {
    pub(super) async fn run(&self, place: &Place) -> anyhow::Result<()> {
        let client = Client::find(place, self.region.as_ref()).await?;
        let answer = client.whole_page(PAGE, &format!("id={}", escaped(&self.id))).await;
        let answer = answer.with_context(|| format!("explain {}", output::harmless(&self.id)))?;
        if Form::choose(self.json) == Form::JsonLines {
            output::print(answer.trim_ascii())?;
            return output::print("\n");
        }
        let explanation = Explanation::parse(&answer)?;
        let width = output::terminal_columns().unwrap_or(80);
        let paint = Paint::choose();
        let plot = drawn(&explanation, width.saturating_sub(MARGIN).clamp(WIDTH.0, WIDTH.1), paint);
        let now = SystemClock.now().as_second();
        output::print(sentences::explain(&explanation, &plot, width, now, paint))
    }
}

/// Draws what was counted around an insight.
pub(super) fn drawn(of: &Explanation, width: usize, paint: Paint) -> String {
    let (began, ended) = of.unusual;
    let lasted = ended - began;
    let before = BEFORE.max(lasted);
    let (first, end) = (began.saturating_sub(before), of.series.len().min(ended + before));
    let minutes = (end - first).div_ceil(width).max(1);
    // The first unusual minute begins a column.
    let first = began - (began - first) / minutes * minutes;
    let places: Vec<usize> = (first..end).step_by(minutes).collect();
    let columns: Vec<Column> = places
        .iter()
        .map(|place| {
            let sum = of.series.sum(*place..(place + minutes).min(end));
            Column {
                calls: (sum.minutes > 0).then(|| sum.rate()),
                usual: of.usual(*place, minutes),
                is_unusual: *place >= began && *place < ended,
            }
        })
        .collect();
    let column = |place: usize| (place - first) / minutes;
    let plot = plot::draw(&columns, HEIGHT, &labels(&of.series, (first, began, ended, end), column), paint);
    let what = match minutes {
        1 => "a minute".to_owned(),
        more => format!("a minute, {more} minutes a column"),
    };
    let counted = if of.episode.last().error_code.is_some() { "errors" } else { "calls" };
    format!("  {counted} {what}; ░ usual at this time of day; ▔ unusual\n{plot}")
}

fn labels(
    series: &Series,
    (first, began, ended, end): (usize, usize, usize, usize),
    column: impl Fn(usize) -> usize,
) -> Vec<Label> {
    let is_of_one_day = series.second(first).div_euclid(86_400) == series.second(end).div_euclid(86_400);
    let said = |place: usize| {
        let second = series.second(place);
        if is_of_one_day { clock(second) } else { minute(second) }
    };
    // Those of the unusual minutes matter most.
    let mut labels = vec![(column(began), said(began))];
    if ended < end {
        labels.push((column(ended), said(ended)));
    }
    if column(began) > labels.first().map_or(0, |label| label.1.len()) + 1 {
        labels.insert(0, (0, said(first)));
    }
    labels
}

/// Returns the Region that a trail's ARN tells.
pub(super) fn region_of(trail: Option<&str>) -> Option<Region> {
    trail?.strip_prefix("arn:")?.split(':').nth(2)?.parse().ok()
}
