//! The clock: whether it goes with what was written before, and with the server's.

use std::fs;
use std::path::Path;

use cairn_server::DataDir;
use jiff::{SignedDuration, Timestamp};

use super::catalog::Examined;
use super::finding::Finding;
use super::server::Running;

/// Clocks differ by a little; and the server's time is told to the second.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(5);

/// No clock that goes right shows less: 2025-01-01.
const EARLIEST_SECONDS: i64 = 1_735_689_600;

/// Compares the clock with whatever else knows the time.
pub(super) fn look(
    dir: &DataDir,
    examined: Option<&Examined>,
    running: Option<&Running>,
    now: Timestamp,
) -> Option<Finding> {
    let places = [dir.journal(), dir.root().to_path_buf()];
    let written = places.iter().filter_map(|place| newest(place)).max();
    let revised = examined.and_then(|examined| {
        let accounts = examined.snapshot.accounts().map(|account| account.created);
        let trails = examined.snapshot.trails().filter_map(|trail| trail.started_at.max(trail.stopped_at));
        accounts.chain(trails).max()
    });
    let server = running.and_then(|running| running.date);
    Some(judge(now, written.max(revised), server))
}

fn judge(now: Timestamp, written: Option<Timestamp>, server: Option<Timestamp>) -> Finding {
    let check = "clock";
    if now.as_second() < EARLIEST_SECONDS {
        let message = format!("it shows {now:.0}");
        return Finding::problem(check, message, "set it; signatures are refused and events get wrong times");
    }
    if let Some(ahead) =
        server.map(|server| server.duration_since(now)).filter(|apart| apart.abs() > TOLERANCE)
    {
        let message = format!("the server's differs from this one by {} s", ahead.as_secs());
        return Finding::problem(
            check,
            message,
            "synchronise both: signatures are refused when they are apart",
        );
    }
    if let Some(ahead) = written.map(|written| written.duration_since(now)).filter(|ahead| *ahead > TOLERANCE)
    {
        let message = format!("it was set back: something was written {} s later than now", ahead.as_secs());
        let remedy = "synchronise it; until it has caught up, received times stand still";
        return Finding::problem(check, message, remedy);
    }
    Finding::ok(check, format!("{now:.0}"))
}

/// Returns when the newest file of a directory was written.
fn newest(dir: &Path) -> Option<Timestamp> {
    let files = fs::read_dir(dir).ok()?.filter_map(Result::ok);
    let written = files.filter_map(|file| file.metadata().ok()?.modified().ok());
    written.max().and_then(|at| Timestamp::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn a_clock_that_does_not_go_with_the_others_is_found() {
        let now: Timestamp = "2026-01-31T10:00:00Z".parse().unwrap();
        let at = |seconds| Some(now + SignedDuration::from_secs(seconds));
        for (written, server, level) in [
            (None, None, Level::Ok),
            (at(-1_000), at(-1), Level::Ok),
            (at(4), at(4), Level::Ok),
            (at(60), None, Level::Problem),
            (None, at(60), Level::Problem),
            (None, at(-60), Level::Problem),
        ] {
            assert_eq!(judge(now, written, server).level, level, "{written:?} {server:?}");
        }
        assert_eq!(judge(Timestamp::UNIX_EPOCH, None, None).level, Level::Problem);
    }
}
