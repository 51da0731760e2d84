//! What destinations never took.

use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use super::directory::size_text;
use super::finding::{Finding, chain};
use crate::installation::shell_word;

const CHECK: &str = "dead letters";

/// Looks at the files of the directory; none is what should be there.
pub(super) fn look(directory: &Path) -> Vec<Finding> {
    match files(directory) {
        Ok(findings) => findings,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            let message = format!("{} can't be looked at: {}", directory.display(), chain(&error));
            vec![Finding::problem(CHECK, message, "run `cairn doctor` as the user that the server runs as")]
        }
    }
}

fn files(directory: &Path) -> io::Result<Vec<Finding>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        paths.push(entry?.path());
    }
    paths.sort();
    let mut findings = Vec::new();
    for path in paths {
        let file = fs::File::open(&path)?;
        let bytes = file.metadata()?.len();
        if bytes == 0 {
            continue;
        }
        let mut lines = 0_u64;
        for line in BufReader::new(file).split(b'\n') {
            line?;
            lines += 1;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let message = format!("the destination `{name}` never took {lines} events ({})", size_text(bytes));
        let shown = shell_word(&path.display().to_string());
        let remedy = format!("look why in {shown}, send again what matters, then remove the file");
        findings.push(Finding::warning(CHECK, message, remedy));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_with_something_in_it_is_told() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(look(&directory.path().join("gone")), []);
        fs::write(directory.path().join("empty.ndjson"), "").unwrap();
        fs::write(directory.path().join("hook.ndjson"), "{}\n{}\n").unwrap();
        let told: Vec<String> = look(directory.path()).into_iter().map(|one| one.message).collect();
        assert_eq!(told, ["the destination `hook` never took 2 events (6 B)"]);
    }
}
