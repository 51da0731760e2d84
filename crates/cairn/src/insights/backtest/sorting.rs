//! Sightings in order, however many: those that memory does not hold are sorted in pieces, which wait in temporary
//! files and are merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, Write as _};

use anyhow::Context as _;

/// One call of a metric. Twice the same is one: log files repeat events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sighting {
    /// The metric's number.
    pub(super) metric: u32,
    pub(super) minute: u32,
    /// What tells the event from others.
    pub(super) id: u64,
}

/// The bytes of one in a file.
const BYTES: usize = 16;

/// The most that are in memory: 64 MiB of them.
const HELD_MAX: usize = 4 << 20;

/// The most files before they are made into one.
const RUNS_MAX: usize = 256;

/// Takes sightings in any order.
#[derive(Debug)]
pub(super) struct Sorter {
    held: Vec<Sighting>,
    held_max: usize,
    runs: Vec<File>,
}

/// Gives them back in order, none twice.
#[derive(Debug)]
pub(super) struct Sorted {
    runs: Vec<Run>,
    next: BinaryHeap<Reverse<(Sighting, usize)>>,
    last: Option<Sighting>,
}

/// One piece, in order.
#[derive(Debug)]
enum Run {
    Held(std::vec::IntoIter<Sighting>),
    File(BufReader<File>),
}

impl Sorter {
    pub(super) fn new() -> Self {
        Self::holding(HELD_MAX)
    }

    fn holding(held_max: usize) -> Self {
        Self { held: Vec::new(), held_max, runs: Vec::new() }
    }

    /// Takes one more.
    pub(super) fn add(&mut self, sighting: Sighting) -> anyhow::Result<()> {
        if self.held.len() >= self.held_max {
            self.held.sort_unstable();
            let piece = written(self.held.drain(..).map(Ok)).context("write to a temporary file")?;
            self.runs.push(piece);
            if self.runs.len() >= RUNS_MAX {
                let runs = std::mem::take(&mut self.runs).into_iter().map(Run::read).collect();
                let one = written(Sorted::of(runs)?).context("write to a temporary file")?;
                self.runs.push(one);
            }
        }
        self.held.push(sighting);
        Ok(())
    }

    /// Puts all in order.
    pub(super) fn sorted(mut self) -> anyhow::Result<Sorted> {
        self.held.sort_unstable();
        let mut runs: Vec<Run> = self.runs.into_iter().map(Run::read).collect();
        runs.push(Run::Held(self.held.into_iter()));
        Ok(Sorted::of(runs)?)
    }
}

impl Sorted {
    fn of(mut runs: Vec<Run>) -> io::Result<Self> {
        let mut next = BinaryHeap::with_capacity(runs.len());
        for (at, run) in runs.iter_mut().enumerate() {
            next.extend(run.next()?.map(|first| Reverse((first, at))));
        }
        Ok(Self { runs, next, last: None })
    }

    fn take(&mut self) -> io::Result<Option<Sighting>> {
        loop {
            let Some(Reverse((sighting, at))) = self.next.pop() else { return Ok(None) };
            if let Some(run) = self.runs.get_mut(at) {
                self.next.extend(run.next()?.map(|following| Reverse((following, at))));
            }
            if self.last.replace(sighting) != Some(sighting) {
                return Ok(Some(sighting));
            }
        }
    }
}

impl Iterator for Sorted {
    type Item = io::Result<Sighting>;

    fn next(&mut self) -> Option<Self::Item> {
        self.take().transpose()
    }
}

impl Run {
    fn read(file: File) -> Self {
        Self::File(BufReader::with_capacity(BUFFER_BYTES, file))
    }

    fn next(&mut self) -> io::Result<Option<Sighting>> {
        match self {
            Self::Held(held) => Ok(held.next()),
            Self::File(file) => {
                let mut bytes = [0; BYTES];
                match file.read_exact(&mut bytes) {
                    Ok(()) => Ok(Some(Sighting::decode(bytes))),
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

/// What is read and written at once.
const BUFFER_BYTES: usize = 64 << 10;

/// Writes sightings to a file that is gone when it is closed, and goes back to its beginning.
fn written(sightings: impl Iterator<Item = io::Result<Sighting>>) -> io::Result<File> {
    let mut file = BufWriter::with_capacity(BUFFER_BYTES, tempfile::tempfile()?);
    for sighting in sightings {
        file.write_all(&sighting?.encode())?;
    }
    let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

impl Sighting {
    fn encode(self) -> [u8; BYTES] {
        let metric = u128::from(self.metric) << 96;
        (metric | u128::from(self.minute) << 64 | u128::from(self.id)).to_be_bytes()
    }

    #[expect(clippy::cast_possible_truncation, reason = "each part is taken by its bits")]
    fn decode(bytes: [u8; BYTES]) -> Self {
        let whole = u128::from_be_bytes(bytes);
        Self { metric: (whole >> 96) as u32, minute: (whole >> 64) as u32, id: whole as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_little_memory_holds_the_order_is_the_same() {
        let drawn = |at: u64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        let all: Vec<Sighting> = (0..3_000)
            .map(|at| Sighting {
                metric: (drawn(at) % 7) as u32,
                minute: (drawn(at) % 11) as u32,
                id: drawn(at) % 50,
            })
            .collect();
        let mut expected = all.clone();
        expected.sort_unstable();
        expected.dedup();
        for held in [1, 2, 7, 1_000, 10_000] {
            let mut sorter = Sorter::holding(held);
            all.iter().for_each(|sighting| sorter.add(*sighting).unwrap());
            let sorted: Vec<Sighting> = sorter.sorted().unwrap().map(Result::unwrap).collect();
            assert_eq!(sorted, expected, "{held} in memory");
        }
    }

    #[test]
    fn bytes_hold_a_sighting() {
        for sighting in [
            Sighting { metric: 1, minute: 2, id: 3 },
            Sighting { metric: u32::MAX, minute: 0, id: u64::MAX },
            Sighting { metric: 0, minute: u32::MAX, id: 0 },
        ] {
            assert_eq!(Sighting::decode(sighting.encode()), sighting);
        }
    }
}
