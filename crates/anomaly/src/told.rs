//! What was told before: who was told of a thing three times need not be told again.
//!
//! Nothing unusual is learned from, or a flood would make the next one usual. But a job that somebody added, or a tool
//! that people begin to use, would be told each time for ever. So the peaks of surges that were told are remembered by
//! themselves: once there were three, the smallest of them counts as a peak of what is usual. From then on the like of
//! it is learned as everything else is.

use crate::week::Peaks;

/// How often the same is told.
pub(crate) const TIMES: usize = 3;

/// Weeks without a surge after which former ones are forgotten.
const WEEKS: u8 = 4;

/// The peaks of the surges that were told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) surges: [Peaks; TIMES],
    /// Weeks since the last of them.
    pub(crate) weeks: u8,
}

impl Told {
    /// Returns what was reached so often that it is usual.
    pub(crate) fn usual(&self) -> Peaks {
        self.surges.iter().copied().reduce(Peaks::and).unwrap_or_default()
    }

    /// Takes the peaks of one more; the largest are kept.
    pub(crate) fn push(&mut self, surge: Peaks) {
        let mut rest = surge;
        for kept in &mut self.surges {
            (*kept, rest) = (kept.or(rest), kept.and(rest));
        }
        self.weeks = 0;
    }

    pub(crate) fn end_week(&mut self) {
        self.weeks = self.weeks.saturating_add(1);
        if self.weeks > WEEKS {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compact::Compact;

    fn peaks(most5: u64, most1: u64) -> Peaks {
        Peaks { most5: Compact::ceil(most5), most1: Compact::ceil(most1) }
    }

    #[test]
    fn what_was_told_three_times_is_usual_until_a_month_without_it() {
        let mut told = Told::default();
        told.push(peaks(50, 20));
        told.push(peaks(500, 200));
        assert_eq!(told.usual(), peaks(0, 0));
        told.push(peaks(70, 10));
        assert_eq!(told.usual(), peaks(50, 10));
        told.push(peaks(60, 90));
        assert_eq!(told.usual(), peaks(60, 20));
        for _ in 0..4 {
            told.end_week();
        }
        assert_eq!(told.usual(), peaks(60, 20));
        told.end_week();
        assert_eq!(told, Told::default());
    }
}
