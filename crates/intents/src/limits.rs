//! How much may be open at once.

use cairn_journal::Options;

/// The limits of intents; beyond them calls are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The most intents that are open at once.
    pub open_max: usize,
    /// The most bytes that open intents take together; at most an eighth of the journal's, so that carrying them
    /// forward always makes room.
    pub open_bytes_max: usize,
    /// The journal that holds them.
    pub journal: Options,
}

impl Limits {
    /// Returns the most bytes of intents gathered into one frame; the intent that crosses it still goes in, and so
    /// do marks.
    pub(crate) fn batch_bytes_max(&self) -> usize {
        self.journal.frame_bytes_max / 4
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            open_max: 16_384,
            open_bytes_max: 32 * 1024 * 1024,
            journal: Options {
                segment_bytes: 16 * 1024 * 1024,
                bytes_max: 256 * 1024 * 1024,
                frame_bytes_max: 4 * 1024 * 1024,
                reserve_bytes: 1024 * 1024,
                // Intents are read back at a start, or when they stay open for very long.
                cache_bytes: 0,
                ..Options::default()
            },
        }
    }
}
