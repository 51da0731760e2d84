//! Lines out of an answer that comes in pieces.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

/// The longest line that is read: the largest record, and room for what stands around it.
const LINE_BYTES_MAX: usize = 4 << 20;

/// The next line can't be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadLineError {
    #[error("the connection was lost")]
    Connection(#[source] hyper::Error),
    #[error("the server fell silent")]
    Silence,
    #[error("the server sent something else than events")]
    Line(#[source] serde_json::Error),
    #[error("the server sent a line longer than {LINE_BYTES_MAX} bytes")]
    TooLong,
}

/// Cuts an answer into lines. What follows the last line's end is not a line: it was cut off.
#[derive(Debug)]
pub(crate) struct LineReader<B = Incoming> {
    body: B,
    lines: Lines,
}

/// What has come and is not yet read.
#[derive(Debug, Default)]
struct Lines {
    pending: BytesMut,
    /// How much of it is known to hold no line's end.
    searched: usize,
}

impl LineReader {
    pub(crate) fn new(body: Incoming) -> Self {
        Self { body, lines: Lines::default() }
    }

    /// Returns the next line without its end; none when the answer is over. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ReadLineError> {
        loop {
            if let Some(line) = self.lines.take() {
                return Ok(Some(line));
            }
            if self.lines.pending.len() > LINE_BYTES_MAX {
                return Err(ReadLineError::TooLong);
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        self.lines.pending.extend_from_slice(data);
                    }
                }
                Some(Err(error)) => return Err(ReadLineError::Connection(error)),
                None => return Ok(None),
            }
        }
    }
}

impl Lines {
    fn take(&mut self) -> Option<Bytes> {
        let unsearched = self.pending.get(self.searched..)?;
        match unsearched.iter().position(|byte| *byte == b'\n') {
            Some(offset) => {
                let mut line = self.pending.split_to(self.searched + offset + 1);
                line.truncate(line.len() - 1);
                self.searched = 0;
                Some(line.freeze())
            }
            None => {
                self.searched = self.pending.len();
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_wherever_the_pieces_end() {
        let text = b"one\n\ntwo, longer\nthree, cut off";
        for cut in 0..text.len() {
            let mut lines = Lines::default();
            let mut found = Vec::new();
            for piece in [&text[..cut], &text[cut..]] {
                lines.pending.extend_from_slice(piece);
                found.extend(std::iter::from_fn(|| lines.take()));
            }
            assert_eq!(found, ["one", "", "two, longer"], "cut at {cut}");
        }
    }
}
