//! A stretch of a file in memory, moved forward as parts are looked at.

use std::io;

use crate::file_system::File;

/// Reads parts of one file up to a limit, in large pieces.
#[derive(Debug)]
pub(crate) struct Window<'f> {
    file: &'f dyn File,
    /// Nothing at or after this offset is read.
    limit: u64,
    piece_bytes: usize,
    start: u64,
    bytes: Vec<u8>,
}

impl<'f> Window<'f> {
    pub(crate) fn new(file: &'f dyn File, limit: u64, piece_bytes: usize) -> Self {
        Self { file, limit, piece_bytes, start: 0, bytes: Vec::new() }
    }

    /// The bytes at `offset`, or `None` where they reach over the limit.
    pub(crate) fn part(&mut self, offset: u64, length: usize) -> io::Result<Option<&[u8]>> {
        let within = offset.checked_add(length as u64).is_some_and(|end| end <= self.limit);
        if !within {
            return Ok(None);
        }
        if self.held(offset, length).is_none() {
            let left = usize::try_from(self.limit - offset).unwrap_or(usize::MAX);
            self.bytes.resize(length.max(self.piece_bytes).min(left), 0);
            self.start = offset;
            if let Err(error) = self.file.read_at(&mut self.bytes, offset) {
                self.bytes.clear();
                return Err(error);
            }
        }
        Ok(self.held(offset, length))
    }

    /// As much as there is at `offset` before the limit, at most `length`.
    pub(crate) fn up_to(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        let left = usize::try_from(self.limit.saturating_sub(offset)).unwrap_or(usize::MAX);
        Ok(self.part(offset, length.min(left))?.unwrap_or_default())
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    fn held(&self, offset: u64, length: usize) -> Option<&[u8]> {
        let from = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        self.bytes.get(from..from.checked_add(length)?)
    }
}
