//! What a walk comes to: counts, the stretch that was found, the verdict.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::finding::{Finding, Severity};
use super::text::Stretch;
use super::walk::Chain;

/// Counts of one kind of file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// As they were delivered.
    pub valid: u64,
    /// Changed, removed or forged.
    pub invalid: u64,
    /// Not looked at.
    pub unchecked: u64,
}

/// Everything counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Digests of the regular chain.
    pub digest_files: Counts,
    /// Backfill digests.
    pub backfill_digest_files: Counts,
    /// Log files.
    pub log_files: Counts,
    /// Faults of a chain that belong to no file alone.
    pub chain_faults: u64,
    /// Days whose log files were not compared with what digests list.
    pub days_unchecked: u64,
    /// Things to be looked into.
    pub warnings: u64,
    /// The stretch that valid digests cover, within the range.
    pub found: Option<Stretch>,
}

/// What to believe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Everything that was asked for is as it was delivered.
    Valid,
    /// Something was changed, removed or forged.
    Invalid,
    /// Nothing was, as far as could be checked; not all could.
    Incomplete,
}

impl Tally {
    /// Counts a finding.
    pub fn finding(&mut self, finding: &Finding) {
        match finding {
            Finding::Digest { chain, .. } => self.digests(*chain).invalid += 1,
            Finding::Log { .. } => self.log_files.invalid += 1,
            Finding::Unproven { .. } | Finding::PreviousHash { .. } => self.chain_faults += 1,
            Finding::UncheckedDigest { chain, .. } => self.digests(*chain).unchecked += 1,
            Finding::UncheckedLog { .. } => self.log_files.unchecked += 1,
            Finding::UncheckedDay { .. } => self.days_unchecked += 1,
            Finding::NewChain { .. }
            | Finding::Gap { .. }
            | Finding::NewestMissing { .. }
            | Finding::Unlisted { .. } => {}
        }
        self.warnings += u64::from(finding.severity() == Severity::Warning);
    }

    /// Counts a valid digest of a range.
    pub fn valid_digest(&mut self, chain: Chain, stretch: Stretch, range: Stretch) {
        self.digests(chain).valid += 1;
        let within = Stretch { from: stretch.from.max(range.from), until: stretch.until.min(range.until) };
        self.found = Some(self.found.map_or(within, |found| found.and(within)));
    }

    /// Returns the verdict.
    pub fn verdict(&self) -> Verdict {
        let all = [self.digest_files, self.backfill_digest_files, self.log_files];
        let is_any = |count: fn(&Counts) -> u64| all.iter().any(|counts| count(counts) > 0);
        if is_any(|counts| counts.invalid) || self.chain_faults > 0 {
            Verdict::Invalid
        } else if is_any(|counts| counts.unchecked) || self.days_unchecked > 0 {
            Verdict::Incomplete
        } else {
            Verdict::Valid
        }
    }

    fn digests(&mut self, chain: Chain) -> &mut Counts {
        match chain {
            Chain::Regular => &mut self.digest_files,
            Chain::Backfill => &mut self.backfill_digest_files,
        }
    }
}

/// The summary, as the AWS CLI prints it, and lines that it does not have.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digests = [self.digest_files, self.backfill_digest_files];
        if digests.iter().all(|counts| counts.valid + counts.invalid + counts.unchecked == 0) {
            return f.write_str("No digests found\n");
        }
        match self.found {
            Some(Stretch { from, until }) => writeln!(f, "Results found for {from} to {until}:")?,
            None => writeln!(f, "No valid digests found in range")?,
        }
        let kinds = ["digest", "backfill digest", "log"];
        for (counts, kind) in digests.into_iter().chain([self.log_files]).zip(kinds) {
            counts.line(f, kind)?;
        }
        writeln!(f)?;
        for (count, one, many) in [
            (self.chain_faults, "fault of a chain of digest files", "faults of chains of digest files"),
            (
                self.days_unchecked,
                "day not compared with digest files",
                "days not compared with digest files",
            ),
            (self.warnings, "warning", "warnings"),
        ] {
            match count {
                0 => {}
                1 => write!(f, "\n1 {one}")?,
                count => write!(f, "\n{count} {many}")?,
            }
        }
        let verdict = match self.verdict() {
            Verdict::Valid => "VALID: every file is as it was delivered",
            Verdict::Invalid => "INVALID: see the lines above",
            Verdict::Incomplete => "INCOMPLETE: nothing is wrong in what could be checked; not all could",
        };
        writeln!(f, "\n{verdict}")
    }
}

impl Counts {
    fn line(&self, f: &mut fmt::Formatter<'_>, kind: &str) -> fmt::Result {
        // Files that were not checked are no part of the AWS CLI's ratio: it ends at the first.
        let total = self.valid + self.invalid + self.unchecked;
        if total == 0 {
            return Ok(());
        }
        write!(f, "\n{}/{total} {kind} files valid", self.valid)?;
        for (count, word) in [(self.invalid, "INVALID"), (self.unchecked, "NOT CHECKED")] {
            if count > 0 {
                write!(f, ", {count}/{total} {kind} files {word}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::{DigestFault, LogFault, Object};
    use super::*;

    #[test]
    fn a_summary_reads_as_the_aws_cli_writes_it() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
        let range = Stretch { from: at("2026-03-02T00:30:00Z"), until: at("2026-03-02T09:00:00Z") };
        let mut tally = Tally::default();
        assert_eq!(tally.to_string(), "No digests found\n");
        for hour in 0..2 {
            let from = at("2026-03-02T00:00:00Z") + jiff::SignedDuration::from_hours(hour);
            let stretch = Stretch { from, until: from + jiff::SignedDuration::from_hours(1) };
            tally.valid_digest(Chain::Regular, stretch, range);
        }
        tally.log_files.valid = 3;
        assert_eq!(tally.verdict(), Verdict::Valid);
        let object = Object::new("b", "k");
        let fault = DigestFault::Signature;
        tally.finding(&Finding::Digest { chain: Chain::Backfill, object: object.clone(), fault });
        tally.finding(&Finding::Log { object: object.clone(), fault: LogFault::Hash });
        tally.finding(&Finding::Unlisted { object });
        assert_eq!(tally.verdict(), Verdict::Invalid);
        assert_eq!(
            tally.to_string(),
            "Results found for 2026-03-02T00:30:00Z to 2026-03-02T02:00:00Z:\n\n\
             2/2 digest files valid\n0/1 backfill digest files valid, 1/1 backfill digest files INVALID\n\
             3/4 log files valid, 1/4 log files INVALID\n\n1 warning\nINVALID: see the lines above\n"
        );
    }

    #[test]
    fn what_was_not_checked_is_not_called_valid() {
        let mut tally = Tally::default();
        tally.log_files.valid = 1;
        let (object, why) = (Object::new("b", "k"), "denied".to_owned());
        tally.finding(&Finding::UncheckedLog { object, why });
        assert_eq!(tally.verdict(), Verdict::Incomplete);
    }
}
