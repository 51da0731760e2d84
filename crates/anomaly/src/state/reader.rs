//! Foreign bytes, read from front to back.

use super::{BYTES_MAX, DecodeError};

/// What is left of the bytes.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        if bytes.len() > BYTES_MAX {
            return Err(DecodeError { reason: "it has too many bytes" });
        }
        Ok(Self { rest: bytes })
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (bytes, rest) =
            self.rest.split_first_chunk().ok_or(DecodeError { reason: "it ends too early" })?;
        self.rest = rest;
        Ok(*bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, DecodeError> {
        self.bytes().map(|[byte]| byte)
    }

    /// Reads a number in base 128 that fits where it belongs.
    pub(super) fn number<T: TryFrom<u64>>(&mut self) -> Result<T, DecodeError> {
        let too_large = DecodeError { reason: "a number is too large" };
        let mut number = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let digit = u64::from(byte & 0x7f);
            if digit << shift >> shift != digit {
                return Err(too_large);
            }
            number |= digit << shift;
            if byte & 0x80 == 0 {
                return T::try_from(number).ok().ok_or(too_large);
            }
        }
        Err(too_large)
    }

    /// Reads a sum of counts: finite, and not negative.
    pub(super) fn amount(&mut self) -> Result<f64, DecodeError> {
        let amount = f64::from_le_bytes(self.bytes()?);
        let fits = amount.is_finite() && amount >= 0.0;
        fits.then_some(amount).ok_or(DecodeError { reason: "a sum is not one of counts" })
    }

    pub(super) fn end(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError { reason: "it goes on too long" }) }
    }
}
