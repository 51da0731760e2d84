//! What is seen of a body while it streams past: its length, its end, and as much of it as was asked for.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};

use crate::skim::Skim;

/// Looks on while a body streams past. Shared between the body and whoever wants to know.
#[derive(Debug)]
pub struct Tap {
    bytes: AtomicU64,
    stage: AtomicU8,
    keeping: Option<Mutex<Keeping>>,
}

/// What a tap saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tapped {
    /// How many bytes passed.
    pub bytes: u64,
    /// Whether the body came to its end.
    pub complete: bool,
    /// What was kept of them.
    pub kept: Kept,
}

/// A body that was perhaps kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// Nobody asked for it.
    Nothing,
    /// All that passed; of a long JSON object, all but its long texts.
    Whole(Bytes),
    /// More passed than is kept, and nothing of it is.
    Cut,
}

#[derive(Debug)]
struct Keeping {
    bytes_max: usize,
    kept: BytesMut,
    cut: bool,
    /// What is kept of an object that turned out longer.
    skim: Option<Skim>,
}

/// Nobody has read anything yet; a byte or the end was asked for; the end was seen; it will not come.
const UNREAD: u8 = 0;
const BEGUN: u8 = 1;
const COMPLETE: u8 = 2;
const BROKEN: u8 = 3;

impl Tap {
    /// Counts, and keeps nothing.
    pub fn counting() -> Self {
        Self { bytes: AtomicU64::new(0), stage: AtomicU8::new(UNREAD), keeping: None }
    }

    /// Counts, and keeps a body of at most `bytes_max` bytes; a longer JSON object without its long texts, if that
    /// makes it as short.
    pub fn keeping(bytes_max: usize) -> Self {
        let keeping = Keeping { bytes_max, kept: BytesMut::new(), cut: false, skim: None };
        Self { keeping: Some(Mutex::new(keeping)), ..Self::counting() }
    }

    /// Tells what has been seen so far.
    pub fn seen(&self) -> Tapped {
        let kept = match self.keeping.as_ref().map(Mutex::lock) {
            None => Kept::Nothing,
            Some(Ok(keeping)) if !keeping.cut => {
                let kept = keeping.skim.as_ref().map_or(&keeping.kept, Skim::kept);
                Kept::Whole(kept.clone().freeze())
            }
            Some(_) => Kept::Cut,
        };
        Tapped { bytes: self.bytes(), complete: self.is_complete(), kept }
    }

    /// Returns how many bytes have passed.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Tells whether the body came to its end.
    pub fn is_complete(&self) -> bool {
        self.stage.load(Ordering::Acquire) == COMPLETE
    }

    /// Tells whether nobody has asked for a byte of the body yet.
    pub(crate) fn is_unread(&self) -> bool {
        self.stage.load(Ordering::Acquire) == UNREAD
    }

    pub(crate) fn begin(&self) {
        if self.is_unread() {
            self.stage.store(BEGUN, Ordering::Release);
        }
    }

    /// Sees a part of the body.
    pub fn pass(&self, data: &[u8]) {
        self.bytes.fetch_add(data.len() as u64, Ordering::Relaxed);
        if let Some(keeping) = &self.keeping
            && let Ok(mut keeping) = keeping.lock()
        {
            keeping.pass(data);
        }
    }

    /// Sees the body break off.
    pub(crate) fn break_off(&self) {
        self.stage.store(BROKEN, Ordering::Release);
    }

    /// Tells whether the body broke off.
    pub(crate) fn is_broken(&self) -> bool {
        self.stage.load(Ordering::Acquire) == BROKEN
    }

    /// Sees the body's end.
    pub fn end(&self) {
        self.stage.store(COMPLETE, Ordering::Release);
    }
}

impl Keeping {
    fn pass(&mut self, data: &[u8]) {
        if self.cut {
            return;
        }
        if self.skim.is_none() {
            if self.kept.len() + data.len() <= self.bytes_max {
                self.kept.extend_from_slice(data);
                return;
            }
            let begun = std::mem::take(&mut self.kept);
            if Skim::takes(if begun.is_empty() { data } else { &begun }) {
                let mut skim = Skim::default();
                skim.pass(&begun);
                self.skim = Some(skim);
            }
        }
        if let Some(skim) = &mut self.skim {
            skim.pass(data);
        }
        if self.skim.as_ref().is_none_or(|skim| skim.kept().len() > self.bytes_max) {
            self.cut = true;
            self.skim = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_kept_whole_or_not_at_all() {
        let tap = Tap::keeping(4);
        assert!(tap.is_unread());
        tap.begin();
        tap.pass(b"ab");
        tap.pass(b"cd");
        assert_eq!(
            tap.seen(),
            Tapped { bytes: 4, complete: false, kept: Kept::Whole(Bytes::from_static(b"abcd")) }
        );
        tap.pass(b"e");
        tap.pass(b"f");
        tap.end();
        assert_eq!(tap.seen(), Tapped { bytes: 6, complete: true, kept: Kept::Cut });
    }

    #[test]
    fn a_long_object_is_kept_without_its_long_texts() {
        let archive = format!(r#"{{"name":"f","code":"{}"}}"#, "A".repeat(300_000));
        let tap = Tap::keeping(20_000);
        archive.as_bytes().chunks(64).for_each(|piece| tap.pass(piece));
        tap.end();
        let skimmed = Kept::Whole(Bytes::from_static(br#"{"name":"f","code":null}"#));
        let seen = tap.seen();
        assert_eq!((seen.bytes, seen.kept), (archive.len() as u64, skimmed));
        let tap = Tap::keeping(100);
        tap.pass(format!("{{{}", r#""a":1,"#.repeat(20)).as_bytes());
        tap.end();
        assert_eq!(tap.seen().kept, Kept::Cut);
    }

    #[test]
    fn counting_keeps_nothing() {
        let tap = Tap::counting();
        tap.pass(&[0; 1_000]);
        assert_eq!(tap.seen(), Tapped { bytes: 1_000, complete: false, kept: Kept::Nothing });
    }
}
