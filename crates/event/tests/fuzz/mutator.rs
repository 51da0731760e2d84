//! Mutated input for the fuzz tests of every crate that reads foreign bytes.
//!
//! `CAIRN_FUZZ_ITERATIONS` says how many mutations each test tries (few unless set); `CAIRN_FUZZ_SEED` where
//! to begin. The same two numbers try the same inputs.

/// A small generator; the quality of its numbers does not matter, their repeatability does.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new() -> Self {
        let seed = std::env::var("CAIRN_FUZZ_SEED");
        Self(seed.ok().map_or(0x9e37_79b9_7f4a_7c15, |text| text.parse().unwrap()) | 1)
    }

    /// Rolls a number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }

    /// Changes a copy of one of the seeds in a few places.
    pub(crate) fn mutant(&mut self, seeds: &[Vec<u8>], pieces: &[&str]) -> Vec<u8> {
        let mut bytes = seeds[self.roll(seeds.len())].clone();
        for _ in 0..self.roll(5) {
            self.mutate(&mut bytes, pieces);
        }
        bytes
    }

    /// Changes bytes in one place; `pieces` are what the parser under test branches on.
    pub(crate) fn mutate(&mut self, bytes: &mut Vec<u8>, pieces: &[&str]) {
        let at = self.roll(bytes.len() + 1);
        match self.roll(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.roll(8),
            1 if at < bytes.len() => {
                bytes.remove(at);
            }
            2 => bytes.truncate(at),
            3 => {
                let end = (at + self.roll(16)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            4 => {
                let end = (at + self.roll(16)).min(bytes.len());
                bytes.drain(at..end);
            }
            5 => bytes.insert(at, u8::try_from(self.roll(256)).unwrap()),
            _ => {
                let piece = pieces[self.roll(pieces.len())];
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
}

/// Returns how many mutations to try.
pub(crate) fn iterations(unless_set: usize) -> usize {
    std::env::var("CAIRN_FUZZ_ITERATIONS").ok().map_or(unless_set, |text| text.parse().unwrap())
}
