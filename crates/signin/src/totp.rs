//! Codes of a virtual MFA device: TOTP as RFC 6238 has it, SHA-1, six digits, thirty seconds, as AWS's devices do.
//!
//! A code counts for one step of time. Whoever checks one says after which step it must lie, so that nobody signs in
//! twice with one code, and gets back the step to remember.

use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use cairn_event::Ids;
use jiff::Timestamp;

/// The seed of a device's codes.
#[derive(Clone)]
pub struct Seed(Vec<u8>);

/// A code as somebody types it: six digits. Debug does not show them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code(u32);

/// Where a device's clock stands, by two codes in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synchronized {
    /// How many steps the device is ahead of us.
    pub drift_steps: i64,
    /// The step of the second code.
    pub used_step: u64,
}

impl Seed {
    /// Makes a seed as long as AWS's: 64 letters in Base32.
    pub fn new(ids: &dyn Ids) -> Self {
        let mut bytes = vec![0; SEED_BYTES];
        ids.fill(&mut bytes);
        Self(bytes)
    }

    /// Takes a seed that was kept.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// Returns the bytes, to be sealed.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Writes the seed in Base32, without padding, as authenticators take it.
    pub fn to_base32(&self) -> String {
        let mut text = String::with_capacity(self.0.len().div_ceil(5) * 8);
        for chunk in self.0.chunks(5) {
            let mut bits = [0; 8];
            for (bit, byte) in bits.iter_mut().skip(3).zip(chunk) {
                *bit = *byte;
            }
            let bits = u64::from_be_bytes(bits);
            let letters = (chunk.len() * 8).div_ceil(5);
            let letter = |at: usize| {
                let index = usize::try_from(bits >> (35 - 5 * at) & 31).unwrap_or_default();
                ALPHABET.get(index).copied().map_or('A', char::from)
            };
            text.extend((0..letters).map(letter));
        }
        text
    }

    /// Returns the step of the code, if it is one that a device shows now or did a moment ago, and none that was used:
    /// its step lies after `used_step`. `drift_steps` tells how far the device's clock is ahead.
    pub fn accepts(&self, code: Code, now: Timestamp, drift_steps: i64, used_step: u64) -> Option<u64> {
        let here = step(now).checked_add_signed(drift_steps)?;
        let mut steps = here.saturating_sub(TOLERANCE_STEPS)..=here.saturating_add(TOLERANCE_STEPS);
        steps.rfind(|step| self.code(*step) == code && *step > used_step)
    }

    /// Finds where a device's clock stands by two codes in a row that lie within ten minutes of now and, if the device
    /// was used before, after that.
    pub fn synchronize(
        &self,
        codes: [Code; 2],
        now: Timestamp,
        used_step: Option<u64>,
    ) -> Option<Synchronized> {
        let here = step(now);
        let [first, second] = codes;
        let steps = here.saturating_sub(SYNCHRONIZE_STEPS)..=here.saturating_add(SYNCHRONIZE_STEPS);
        let unused = |step: u64| used_step.is_none_or(|used| step > used);
        let mut found = steps.filter(|at| {
            let next = at.saturating_add(1);
            self.code(*at) == first && self.code(next) == second && unused(next)
        });
        let used_step = found.next_back()?.checked_add(1)?;
        // The second code is the one that is shown now.
        Some(Synchronized { drift_steps: used_step.checked_signed_diff(here)?, used_step })
    }

    /// Returns the code of a step.
    pub fn code(&self, step: u64) -> Code {
        let tag = sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0), &step.to_be_bytes());
        let tag = tag.as_ref();
        let at = usize::from(tag.last().copied().unwrap_or_default() & 15);
        let bits = tag.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        Code((u32::from_be_bytes(bits) & 0x7fff_ffff) % 1_000_000)
    }
}

impl Code {
    /// Reads a code; nothing but six digits is one.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok().map(Self))?
    }
}

/// Returns the step that an instant lies in.
pub fn step(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).unwrap_or_default() / STEP_SECONDS
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(hidden)")
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(hidden)")
    }
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SEED_BYTES: usize = 40;
const STEP_SECONDS: u64 = 30;

/// How far a code may be off: it is typed while the next one begins, and clocks differ by seconds.
const TOLERANCE_STEPS: u64 = 1;

/// How far a device's clock may be off when it is enabled or resynchronized.
const SYNCHRONIZE_STEPS: u64 = 20;

#[cfg(test)]
mod tests;
