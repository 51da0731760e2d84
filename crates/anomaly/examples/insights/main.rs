//! Measures the detector: false starts, what is found and how soon, ends, memory and time.
//!
//! `make bench-insights`, or `cargo run --release -p cairn-anomaly --example insights -- [OPTIONS] [PART…]`. Streams
//! are simulated; the same seed gives the same ones. Constants are chosen with even seeds, figures are told of odd
//! ones. `CAIRN_ANOMALY_DATA` is a directory with `nab` and `ms-cloud-monitoring`, public series with labels.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "simulated counts are far from the ends of their types"
)]

mod ends;
mod false_starts;
mod families;
mod gauge;
mod incidents;
mod monitoring;
mod nab;
mod oracle;
mod parts;
mod published;
mod random;
mod report;
mod returns;
mod scale;
mod watch;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Instant;

use gauge::Failure;
use parts::{Part, Size};
use report::Report;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const USAGE: &str = "\
usage: insights [--seed N] [--series N] [--trials N] [--show FAMILY] [--json FILE] [PART…]
parts: false-starts, surges, incidents, ends, returns, published, scale, labelled (all without any)
";

fn main() -> Result<(), Failure> {
    let Some(asked) = Asked::read(std::env::args().skip(1))? else {
        print!("{USAGE}");
        return Ok(());
    };
    let mut report = Report::default();
    for part in &asked.parts {
        let started = Instant::now();
        for table in part.measure(&asked.size, &mut report)? {
            println!("{}", report.table(table));
        }
        println!("({} took {:.1} s)\n", part.name(), started.elapsed().as_secs_f64());
    }
    if asked.parts.len() == Part::ALL.len() {
        let took = scale::processor_time().as_secs_f64();
        report.target("all of it within three minutes of one core", format!("{took:.0} s"), took < 180.0);
    }
    print!("{}", report.targets());
    if let Some(file) = asked.json {
        std::fs::write(file, serde_json::to_vec_pretty(&report.value())?)?;
    }
    Ok(())
}

/// What the command line asks for.
#[derive(Debug)]
struct Asked {
    size: Size,
    parts: Vec<Part>,
    json: Option<PathBuf>,
}

impl Asked {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Option<Self>, Failure> {
        let mut asked = Self { size: Size::full(), parts: Vec::new(), json: None };
        asked.size.data = std::env::var_os("CAIRN_ANOMALY_DATA").map(PathBuf::from);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
            match argument.as_str() {
                "--help" => return Ok(None),
                "--seed" => asked.size.seed = value()?.parse()?,
                "--series" => asked.size.series = value()?.parse()?,
                "--trials" => asked.size.trials = value()?.parse()?,
                "--show" => asked.size.show = Some(value()?),
                "--json" => asked.json = Some(value()?.into()),
                name => {
                    let part = Part::ALL.into_iter().find(|part| part.name() == name);
                    asked.parts.push(part.ok_or_else(|| format!("no part {name}\n{USAGE}"))?);
                }
            }
        }
        if asked.parts.is_empty() {
            asked.parts = Part::ALL.to_vec();
        }
        Ok(Some(asked))
    }
}
