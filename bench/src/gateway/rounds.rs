//! Rounds in which every place has its turn, compared round by round.

use std::time::Duration;

use anyhow::Context as _;

use super::load::{Connections, Request};
use super::place::{Place, Turn};

const ROUNDS: u32 = 5;

/// How long nothing is measured while connections and caches are made.
const WARMING: Duration = Duration::from_millis(100);

/// The turns of every place, by round.
#[derive(Debug)]
pub(super) struct Rounds {
    rounds: Vec<Vec<Turn>>,
}

impl Rounds {
    /// Runs every place in turn until each has had `during`.
    pub(super) async fn run(
        places: &[Place<'_>],
        callers: usize,
        request: &Request,
        during: Duration,
    ) -> anyhow::Result<Self> {
        let mut connections = Vec::new();
        for place in places {
            let mut open = Connections::open(place.address, callers).await?;
            open.put(request, WARMING).await.with_context(|| format!("ask {}", place.name))?;
            connections.push(open);
        }
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let mut turns = Vec::new();
            for (place, connections) in places.iter().zip(&mut connections) {
                let turn = place.turn(connections, request, during / ROUNDS).await;
                turns.push(turn.with_context(|| format!("ask {}", place.name))?);
            }
            rounds.push(turns);
        }
        Ok(Self { rounds })
    }

    /// Returns all turns of a place as one.
    pub(super) fn all(&self, place: usize) -> Turn {
        let mut all = Turn::default();
        for turn in self.rounds.iter().filter_map(|round| round.get(place)) {
            all.join(turn.clone());
        }
        all
    }

    /// Returns the median over the rounds of a figure, as a multiple of another place's in the same round.
    pub(super) fn ratio(
        &self,
        places: &[Place<'_>],
        place: usize,
        against: &str,
        figure: fn(&Turn) -> f64,
    ) -> f64 {
        let Ok(other) = index_of(places, against) else { return f64::NAN };
        self.median(|round| Some(figure(round.get(place)?) / figure(round.get(other)?)))
    }

    /// Returns the median over the rounds of what a place adds to a percentile of the first one's latency.
    pub(super) fn added_ms(&self, place: usize, percent: f64) -> f64 {
        let of = |turn: &Turn| turn.latency.clone().percentile_ms(percent);
        self.median(|round| Some(of(round.get(place)?) - of(round.first()?)))
    }

    fn median(&self, figure: impl Fn(&[Turn]) -> Option<f64>) -> f64 {
        let mut figures: Vec<f64> = self.rounds.iter().filter_map(|round| figure(round)).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// Returns where a place is among the others.
pub(super) fn index_of(places: &[Place<'_>], name: &str) -> anyhow::Result<usize> {
    places.iter().position(|place| place.name == name).with_context(|| format!("find the place {name}"))
}
