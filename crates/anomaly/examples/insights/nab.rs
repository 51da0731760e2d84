//! The Numenta Anomaly Benchmark's scoring (Lavin and Ahmad, 2015), written from its rules.
//!
//! Each file has windows around what is unusual. The first detection in a window earns up to 1, the earlier the more;
//! a window without any costs the weight of a miss; each detection outside of windows costs the weight of a false
//! one, less soon after a window. Nothing counts in the probationary period. The threshold is the best one over all
//! files; 100 is what a perfect detector has, 0 one that detects nothing.

use std::path::Path;

use cairn_anomaly::Minute;
use serde_json::Value;

use crate::gauge::{Failure, Sample, minute, read, scores};
use crate::report::{Cell, Table};

/// One file, with the strength of detection of each sample.
#[derive(Debug)]
pub(crate) struct Scored {
    scores: Vec<f64>,
    /// First and last sample of each window.
    windows: Vec<(usize, usize)>,
}

/// What counts how much.
#[derive(Debug, Clone)]
struct Profile {
    name: String,
    found: f64,
    missed: f64,
    false_alarm: f64,
}

/// Part of a file, and samples of the largest one, in which nothing counts.
const PROBATION_SHARE: f64 = 0.15;
const PROBATION_OF_MAX: usize = 5_000;

impl Scored {
    fn probation(&self) -> usize {
        (PROBATION_SHARE * self.scores.len().min(PROBATION_OF_MAX) as f64) as usize
    }

    /// What the file scores with detections from this strength on.
    fn score(&self, profile: &Profile, threshold: f64) -> f64 {
        let mut of_window = vec![-profile.missed; self.windows.len()];
        let mut false_alarms = 0.0;
        let detections = self.scores.iter().enumerate().skip(self.probation());
        for (at, _) in detections.filter(|(_, score)| **score >= threshold) {
            let within = self.windows.iter().position(|(first, last)| (*first..=*last).contains(&at));
            match within {
                Some(window) => {
                    let (first, last) = self.windows[window];
                    let place = -((last + 1 - at) as f64) / (last + 1 - first) as f64;
                    let earned = profile.found * sigmoid(place) / sigmoid(-1.0);
                    of_window[window] = of_window[window].max(earned);
                }
                None => false_alarms += profile.false_alarm * self.outside(at),
            }
        }
        of_window.iter().sum::<f64>() + false_alarms
    }

    /// A detection outside of windows: -1, less soon after a window.
    fn outside(&self, at: usize) -> f64 {
        match self.windows.iter().rev().find(|(_, last)| *last < at) {
            Some((first, last)) => sigmoid((at - last) as f64 / (last - first).max(1) as f64),
            None => -1.0,
        }
    }
}

/// From nearly 1 at a window's first sample over 0 at its last to -1 far behind it.
fn sigmoid(place: f64) -> f64 {
    if place > 3.0 { -1.0 } else { 2.0 / (1.0 + (5.0 * place).exp()) - 1.0 }
}

/// The best score over files, from 0 to 100, and the threshold that gives it.
fn normalised(files: &[&Scored], profile: &Profile, threshold: Option<f64>) -> (f64, f64) {
    let windows = files.iter().map(|file| file.windows.len()).sum::<usize>() as f64;
    let (nothing, perfect) = (-profile.missed * windows, profile.found * windows);
    let mut thresholds: Vec<f64> = files.iter().flat_map(|file| file.scores.iter().copied()).collect();
    thresholds.push(1.1);
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup_by(|a, b| a.total_cmp(b).is_eq());
    if let Some(threshold) = threshold {
        thresholds = vec![threshold];
    }
    // Among thousands of strengths, every tenth of a percent of them is tried.
    let step = thresholds.len().div_ceil(1_000);
    let total = |threshold: f64| files.iter().map(|file| file.score(profile, threshold)).sum::<f64>();
    let best = thresholds.iter().rev().step_by(step).map(|threshold| (total(*threshold), *threshold));
    let (score, threshold) = best.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((nothing, 1.1));
    (100.0 * (score - nothing) / (perfect - nothing), threshold)
}

/// A file's name and values.
#[derive(Debug)]
struct File {
    name: String,
    samples: Vec<Sample>,
    windows: Vec<(usize, usize)>,
}

fn files(directory: &Path) -> Result<Vec<File>, Failure> {
    let windows: Value =
        serde_json::from_str(&std::fs::read_to_string(directory.join("combined_windows.json"))?)?;
    let windows = windows.as_object().ok_or("combined_windows.json is no object")?;
    let mut files = Vec::new();
    for (name, windows) in windows {
        let samples = read(&directory.join(name))?;
        let at = |time: &Value| -> Option<Minute> { minute(time.as_str()?) };
        let window = |window: &Value| {
            let (first, last) = (at(window.get(0)?)?, at(window.get(1)?)?);
            let first = samples.iter().position(|sample| sample.minute >= first)?;
            let last = samples.iter().rposition(|sample| sample.minute <= last)?;
            Some((first, last))
        };
        let windows: Option<Vec<_>> = windows.as_array().into_iter().flatten().map(window).collect();
        let windows = windows.ok_or_else(|| format!("a window of {name} is not in the file"))?;
        files.push(File { name: name.clone(), samples, windows });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn profiles(directory: &Path) -> Result<Vec<Profile>, Failure> {
    let all: Value = serde_json::from_str(&std::fs::read_to_string(directory.join("profiles.json"))?)?;
    let profile = |(name, of): (&String, &Value)| {
        let weight = |weight: &str| of.get("CostMatrix")?.get(weight)?.as_f64();
        Some(Profile {
            name: name.clone(),
            found: weight("tpWeight")?,
            missed: weight("fnWeight")?,
            false_alarm: weight("fpWeight")?,
        })
    };
    let all: Option<Vec<_>> = all.as_object().into_iter().flatten().map(profile).collect();
    Ok(all.ok_or("profiles.json lacks a weight")?)
}

/// Makes calls of a gauge: its average over the probationary period becomes so many calls in a sample.
const CALLS: f64 = 500.0;

fn ours(file: &File) -> Scored {
    let probation = (PROBATION_SHARE * file.samples.len().min(PROBATION_OF_MAX) as f64) as usize;
    let seen = &file.samples[..probation.max(1)];
    let average = seen.iter().map(|sample| sample.value.abs()).sum::<f64>() / seen.len() as f64;
    let scale = if average > 0.0 { CALLS / average } else { 1.0 };
    Scored { scores: scores(&file.samples, scale).0, windows: file.windows.clone() }
}

/// The plainest detector of the benchmark's own list, to compare with on the same files: how far a value lies from
/// the average of those before it, in their deviations.
fn windowed_gaussian(file: &File) -> Scored {
    const WINDOW: usize = 6_400;
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut scores = Vec::new();
    for (at, sample) in file.samples.iter().enumerate() {
        let n = at.min(WINDOW) as f64;
        let score = if n < 2.0 {
            0.0
        } else {
            let (mean, variance) = (sum / n, (squares / n - (sum / n) * (sum / n)).max(1e-6));
            let away = (sample.value - mean).abs() / variance.sqrt();
            1.0 - (-away * away / 2.0).exp()
        };
        scores.push(score);
        sum += sample.value;
        squares += sample.value * sample.value;
        if at >= WINDOW {
            let gone = file.samples[at - WINDOW].value;
            sum -= gone;
            squares -= gone * gone;
        }
    }
    Scored { scores, windows: file.windows.clone() }
}

/// Scores both on the files of the directory: those at even places of the sorted list, those at odd ones, and all.
pub(crate) fn measure(directory: &Path) -> Result<Table, Failure> {
    let (files, profiles) = (files(directory)?, profiles(directory)?);
    let columns = [
        "detector",
        "profile",
        "first half",
        "second half",
        "all files",
        "windows found",
        "false detections",
    ];
    let says = format!(
        "NAB scores on {} of its 58 files; first half: files 1, 3, 5… by name; second: 2, 4, 6… (reported)",
        files.len()
    );
    let mut table = Table::new("nab", says, &columns);
    for (name, detect) in [("Cairn", ours as fn(&File) -> Scored), ("windowed Gaussian", windowed_gaussian)] {
        let scored: Vec<Scored> = files.iter().map(detect).collect();
        let half = |odd: usize| -> Vec<&Scored> { scored.iter().skip(odd).step_by(2).collect() };
        let all: Vec<&Scored> = scored.iter().collect();
        for profile in &profiles {
            let (score, threshold) = normalised(&all, profile, None);
            let (found, wrong) = counts(&all, threshold);
            table.row(vec![
                name.into(),
                profile.name.as_str().into(),
                Cell::Number(normalised(&half(0), profile, Some(threshold)).0, 1),
                Cell::Number(normalised(&half(1), profile, Some(threshold)).0, 1),
                Cell::Number(score, 1),
                found.into(),
                wrong.into(),
            ]);
        }
    }
    Ok(table)
}

/// In how many windows something was detected, of how many, and how often outside of them.
fn counts(files: &[&Scored], threshold: f64) -> (String, u64) {
    let (mut found, mut of, mut wrong) = (0, 0, 0);
    for file in files {
        let detections: Vec<usize> =
            (file.probation()..file.scores.len()).filter(|at| file.scores[*at] >= threshold).collect();
        let within = |at: &usize| file.windows.iter().any(|(first, last)| (*first..=*last).contains(at));
        of += file.windows.len();
        found += file
            .windows
            .iter()
            .filter(|(first, last)| detections.iter().any(|at| (*first..=*last).contains(at)))
            .count();
        wrong += detections.iter().filter(|at| !within(at)).count() as u64;
    }
    (format!("{found} of {of}"), wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        Profile { name: "standard".to_owned(), found: 1.0, missed: 1.0, false_alarm: 0.11 }
    }

    fn file(detections: &[usize]) -> Scored {
        let scores = (0..1_000).map(|at| if detections.contains(&at) { 1.0 } else { 0.0 }).collect();
        Scored { scores, windows: vec![(300, 399), (700, 799)] }
    }

    #[test]
    fn perfect_is_a_hundred_and_nothing_is_none() {
        assert!((normalised(&[&file(&[300, 700])], &profile(), None).0 - 100.0).abs() < 1e-9);
        assert!(normalised(&[&file(&[])], &profile(), None).0.abs() < 1e-9);
    }

    #[test]
    fn late_is_worth_less_and_twice_not_more() {
        let score = |detections: &[usize]| normalised(&[&file(detections)], &profile(), Some(0.5)).0;
        assert!(score(&[300, 700]) > score(&[350, 700]));
        assert!(score(&[350, 700]) > score(&[399, 700]));
        assert!((score(&[300, 310, 700]) - score(&[300, 700])).abs() < 1e-9);
        assert!((score(&[300]) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn false_detections_cost_and_those_of_the_probation_do_not() {
        let score = |detections: &[usize]| normalised(&[&file(detections)], &profile(), Some(0.5)).0;
        let full = score(&[300, 700]);
        assert!((score(&[10, 149, 300, 700]) - full).abs() < 1e-9);
        // Before any window: the whole weight, of a range of four.
        assert!((full - score(&[200, 300, 700]) - 100.0 * 0.11 / 4.0).abs() < 1e-9);
        // Just after one: next to nothing.
        assert!(full - score(&[300, 400, 700]) < 0.1);
    }

    #[test]
    fn false_detections_alone_are_below_none_and_the_threshold_avoids_them() {
        let wrong: Vec<usize> = (150..250).collect();
        assert!(normalised(&[&file(&wrong)], &profile(), Some(0.5)).0 < 0.0);
        assert!(normalised(&[&file(&wrong)], &profile(), None).0.abs() < 1e-9);
    }
}
