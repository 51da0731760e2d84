//! Recently used frames, decoded, within a limit of bytes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::body::DecodedFrame;
use crate::journal::Position;
use crate::watch::lock;

/// The frames last written and last asked for. The newest are what every projection reads next, so that
/// a record that is followed closely is never read back or decompressed.
#[derive(Debug)]
pub(crate) struct FrameCache {
    bytes_max: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// By first position, with the turn of the last use.
    frames: BTreeMap<Position, (u64, Arc<DecodedFrame>)>,
    /// First positions by the turn of their last use; the first is the next to go.
    turns: BTreeMap<u64, Position>,
    turn: u64,
    bytes: usize,
}

impl FrameCache {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, held: Mutex::default() }
    }

    /// Keeps a frame and drops those least recently used beyond the limit.
    pub(crate) fn insert(&self, frame: Arc<DecodedFrame>) {
        let mut held = lock(&self.held);
        held.remove(frame.first);
        held.turn += 1;
        let turn = held.turn;
        held.bytes += frame.memory_bytes();
        held.turns.insert(turn, frame.first);
        held.frames.insert(frame.first, (turn, frame));
        while held.bytes > self.bytes_max {
            let Some(oldest) = held.turns.values().next().copied() else { return };
            held.remove(oldest);
        }
    }

    /// Finds the frame that holds `position`.
    pub(crate) fn find(&self, position: Position) -> Option<Arc<DecodedFrame>> {
        let mut held = lock(&self.held);
        let held = &mut *held;
        let (first, (turn, frame)) = held.frames.range_mut(..=position).next_back()?;
        if frame.end() <= position {
            return None;
        }
        held.turns.remove(turn);
        held.turn += 1;
        *turn = held.turn;
        held.turns.insert(held.turn, *first);
        Some(Arc::clone(frame))
    }
}

impl Held {
    fn remove(&mut self, first: Position) {
        if let Some((turn, frame)) = self.frames.remove(&first) {
            self.turns.remove(&turn);
            self.bytes -= frame.memory_bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body;

    fn frame(first: Position, count: u32) -> Arc<DecodedFrame> {
        let batch = vec![&b"0123456789"[..]; count as usize];
        DecodedFrame::split(first, count, body::join(&batch, 14 * count as usize)).unwrap()
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let each = frame(0, 10).memory_bytes();
        let cache = FrameCache::new(each * 3);
        for first in [0, 10, 20] {
            cache.insert(frame(first, 10));
        }
        assert!(cache.find(5).is_some());
        cache.insert(frame(30, 10));
        let found = [0, 9, 10, 19, 20, 39, 40].map(|position| cache.find(position).map(|frame| frame.first));
        assert_eq!(found, [Some(0), Some(0), None, None, Some(20), Some(30), None]);
    }

    #[test]
    fn a_frame_over_the_limit_is_not_kept_and_nothing_is_counted_twice() {
        let cache = FrameCache::new(frame(0, 10).memory_bytes() * 2);
        cache.insert(frame(0, 1_000));
        assert!(cache.find(0).is_none());
        for _ in 0..5 {
            cache.insert(frame(0, 10));
            cache.insert(frame(10, 10));
        }
        assert!(cache.find(0).is_some() && cache.find(10).is_some());
    }
}
