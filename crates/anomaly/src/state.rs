//! A series as bytes, to be kept between two starts.
//!
//! Version 1, numbers in base 128 with the lowest digits first (LEB128), unless another width is named:
//!
//! ```text
//! version         1 byte: 1
//! next, first     minutes
//! phase, fresh    1 byte each
//! recent          10 numbers
//! hour            calls, most5, least5, most1; watched, windows: 1 byte each; in_windows, squares: 8 bytes each
//! week            seen, until_next, weeks since something was told: 1 byte each; the peaks of 3 older weeks and of
//!                 3 surges that were told, 4 bytes each
//! hours           how many had calls; for each its place, 1 byte, ascending, and 8 bytes
//! episodes        1 byte of flags, the lowest sensitivity first; for each: direction, 1 byte; start, calls,
//!                 calm_calls; calm, patience: 1 byte each; most5, most1
//! ```
//!
//! What is expected of the hour follows from the week and is not kept.

mod reader;

use crate::compact::Compact;
use crate::episode::Episode;
use crate::expectation::Expectation;
use crate::hour::{Hour, HourInMaking};
use crate::recent::{Counts, Recent};
use crate::series::{self, Series};
use crate::told::Told;
use crate::week::{HOURS, Peaks, Week};
use crate::{Direction, Minute};
use reader::Reader;

/// The bytes are not a series.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read a series: {reason}")]
pub struct DecodeError {
    pub(crate) reason: &'static str,
}

const VERSION: u8 = 1;

/// The most bytes that a series takes.
pub(crate) const BYTES_MAX: usize = 2048;

impl Series {
    /// Returns the series as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        let (recent, fresh) = self.recent.parts();
        put(&mut bytes, self.next.number());
        put(&mut bytes, self.first.number());
        bytes.extend([self.phase, fresh]);
        recent.iter().for_each(|calls| put(&mut bytes, *calls));
        put_hour(&mut bytes, &self.hour);
        bytes.extend([self.week.seen_byte(), self.week.until_next()]);
        bytes.push(self.told.weeks);
        self.week.older().iter().chain(&self.told.surges).for_each(|peaks| put_peaks(&mut bytes, *peaks));
        put(&mut bytes, self.week.hours().count() as u64);
        for (place, hour) in self.week.hours() {
            bytes.push(place);
            bytes.extend(hour.to_bytes());
        }
        let flags = self.episodes.iter().rev().fold(0, |flags, one| flags << 1 | u8::from(one.is_some()));
        bytes.push(flags);
        self.episodes.iter().flatten().for_each(|episode| put_episode(&mut bytes, episode));
        bytes
    }

    /// Takes a series from the bytes that [`Series::encode`] gave.
    ///
    /// # Errors
    /// The bytes are something else, or of a version that is not known.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes)?;
        if reader.byte()? != VERSION {
            return Err(DecodeError { reason: "its version is not known" });
        }
        let (next, first) = (Minute::new(reader.number()?), Minute::new(reader.number()?));
        let (phase, fresh) = (reader.byte()?, reader.byte()?);
        let mut counts = Counts::default();
        for calls in &mut counts {
            *calls = reader.number()?;
        }
        let recent =
            Recent::of_parts(counts, fresh).ok_or(DecodeError { reason: "it looks back too far" })?;
        let hour = read_hour(&mut reader)?;
        let (week, told) = read_week(&mut reader)?;
        let episodes = read_episodes(&mut reader, next)?;
        reader.end()?;
        if phase >= 60 || first > next {
            return Err(DecodeError { reason: "its minutes don't fit" });
        }
        let expected = Expectation::of(&week, series::place(next.minus(1).max(first), phase));
        Ok(Self { recent, next, first, phase, hour, week, told, expected, episodes })
    }
}

fn put(bytes: &mut Vec<u8>, number: impl Into<u64>) {
    let mut rest = number.into();
    loop {
        let low = rest.to_le_bytes()[0] & 0x7f;
        rest >>= 7;
        if rest == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

fn put_hour(bytes: &mut Vec<u8>, hour: &HourInMaking) {
    let HourInMaking { calls, most5, least5, most1, watched, windows, in_windows, squares } = *hour;
    [calls, most5, least5, u64::from(most1)].into_iter().for_each(|number| put(bytes, number));
    bytes.extend([watched, windows]);
    bytes.extend(in_windows.to_le_bytes().into_iter().chain(squares.to_le_bytes()));
}

fn read_hour(reader: &mut Reader<'_>) -> Result<HourInMaking, DecodeError> {
    Ok(HourInMaking {
        calls: reader.number()?,
        most5: reader.number()?,
        least5: reader.number()?,
        most1: reader.number()?,
        watched: reader.byte()?,
        windows: reader.byte()?,
        in_windows: reader.amount()?,
        squares: reader.amount()?,
    })
}

fn put_peaks(bytes: &mut Vec<u8>, Peaks { most5, most1 }: Peaks) {
    bytes.extend(most5.bits().to_le_bytes().into_iter().chain(most1.bits().to_le_bytes()));
}

fn read_peaks<const N: usize>(reader: &mut Reader<'_>) -> Result<[Peaks; N], DecodeError> {
    let mut all = [Peaks::default(); N];
    for peaks in &mut all {
        let [a, b, c, d] = reader.bytes()?;
        let compact = |low, high| Compact::from_bits(u16::from_le_bytes([low, high]));
        *peaks = Peaks { most5: compact(a, b), most1: compact(c, d) };
    }
    Ok(all)
}

fn read_week(reader: &mut Reader<'_>) -> Result<(Week, Told), DecodeError> {
    let (seen, until_next, weeks) = (reader.byte()?, reader.byte()?, reader.byte()?);
    let older = read_peaks(reader)?;
    let told = Told { surges: read_peaks(reader)?, weeks };
    let mut week =
        Week::of_parts(seen, until_next, older).ok_or(DecodeError { reason: "its week has other hours" })?;
    let hours: u8 = reader.number()?;
    let mut after = None;
    for _ in 0..hours {
        let place = reader.byte()?;
        if place >= HOURS || after.is_some_and(|after| place <= after) {
            return Err(DecodeError { reason: "its hours are out of order" });
        }
        week.set(place, Hour::from_bytes(reader.bytes()?));
        after = Some(place);
    }
    Ok((week, told))
}

fn put_episode(bytes: &mut Vec<u8>, episode: &Episode) {
    let Episode { direction, start, calls, calm_calls, calm, patience, most5, most1 } = *episode;
    bytes.push(u8::from(direction == Direction::Silence));
    [u64::from(start.number()), calls, calm_calls].into_iter().for_each(|number| put(bytes, number));
    bytes.extend([calm, patience]);
    put(bytes, most5);
    put(bytes, most1);
}

type Episodes = [Option<Box<Episode>>; 3];

fn read_episodes(reader: &mut Reader<'_>, next: Minute) -> Result<Episodes, DecodeError> {
    let flags = reader.byte()?;
    let mut episodes = Episodes::default();
    if flags >> episodes.len() != 0 {
        return Err(DecodeError { reason: "it has more sensitivities" });
    }
    for (at, episode) in episodes.iter_mut().enumerate() {
        if flags >> at & 1 == 1 {
            *episode = Some(Box::new(read_episode(reader, next)?));
        }
    }
    Ok(episodes)
}

fn read_episode(reader: &mut Reader<'_>, next: Minute) -> Result<Episode, DecodeError> {
    let direction = match reader.byte()? {
        0 => Direction::Surge,
        1 => Direction::Silence,
        _ => return Err(DecodeError { reason: "it goes another way" }),
    };
    let start = Minute::new(reader.number()?);
    if start > next {
        return Err(DecodeError { reason: "something begins later than now" });
    }
    Ok(Episode {
        direction,
        start,
        calls: reader.number()?,
        calm_calls: reader.number()?,
        calm: reader.byte()?,
        patience: reader.byte()?,
        most5: reader.number()?,
        most1: reader.number()?,
    })
}
