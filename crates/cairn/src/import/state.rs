//! How far an import has come, in a file: a line that says which import it is, then one for each step.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// The version of the form.
const VERSION: u32 = 1;

/// Everything that an import needs to go on.
#[derive(Debug)]
pub(super) struct State {
    path: PathBuf,
    file: File,
    finished: HashSet<String>,
    begun: HashMap<String, u64>,
}

#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
struct Head {
    version: u32,
    format: String,
    places: Vec<String>,
}

/// A document, and how many of its lines are imported; none where all are.
#[derive(Debug, Serialize, Deserialize)]
struct Step {
    document: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lines: Option<u64>,
}

impl State {
    /// Opens the state of an import, or begins one.
    pub(super) fn open(path: &Path, format: &str, places: Vec<String>) -> anyhow::Result<Self> {
        let shown = path.display();
        let head = Head { version: VERSION, format: format.to_owned(), places };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("read the state in {shown}")),
        };
        let mut lines = text.lines();
        if let Some(first) = lines.next() {
            let found: Head = serde_json::from_str(first)
                .with_context(|| format!("go on from {shown}: it is no state of `cairn import`"))?;
            anyhow::ensure!(found == head, "go on from {shown}: it is the state of another import");
        }
        let (mut finished, mut begun) = (HashSet::new(), HashMap::new());
        // A step that was being written in a crash is not one: what it says is imported again, and found repeated.
        for step in lines.filter_map(|line| serde_json::from_str::<Step>(line).ok()) {
            match step.lines {
                Some(lines) => drop(begun.insert(step.document, lines)),
                None => drop(finished.insert(step.document)),
            }
        }
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.with_context(|| format!("write the state to {shown}"))?;
        let mut state = Self { path: path.to_owned(), file, finished, begun };
        if text.is_empty() {
            state.write(&head)?;
        } else if !text.ends_with('\n') {
            state.file.write_all(b"\n")?;
        }
        Ok(state)
    }

    /// Returns how many lines of a document are imported; none when all are.
    pub(super) fn done_of(&self, document: &str) -> Option<u64> {
        if self.finished.contains(document) {
            return None;
        }
        Some(self.begun.get(document).copied().unwrap_or_default())
    }

    /// Writes down that a document is imported, or so many of its lines.
    pub(super) fn reach(&mut self, document: &str, lines: Option<u64>) -> anyhow::Result<()> {
        self.write(&Step { document: document.to_owned(), lines })
    }

    /// Removes the file of an import that is over.
    pub(super) fn remove(self) -> anyhow::Result<()> {
        std::fs::remove_file(&self.path)
            .with_context(|| format!("remove the state in {}", self.path.display()))
    }

    fn write(&mut self, line: &impl Serialize) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        self.file.write_all(&line).with_context(|| format!("write the state to {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_goes_on_where_it_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("state");
        let open = || State::open(&file, "access-log", vec!["logs".to_owned()]);
        let mut state = open().unwrap();
        assert_eq!(state.done_of("a"), Some(0));
        state.reach("a", None).unwrap();
        state.reach("b", Some(2000)).unwrap();
        state.reach("b", Some(4000)).unwrap();
        // A crash in the middle of a step, and what comes after it.
        std::fs::OpenOptions::new().append(true).open(&file).unwrap().write_all(b"{\"docu").unwrap();
        open().unwrap().reach("d", None).unwrap();
        let state = open().unwrap();
        let done = ["a", "b", "c", "d"].map(|document| state.done_of(document));
        assert_eq!(done, [None, Some(4000), Some(0), None]);
        assert!(State::open(&file, "cloudtrail", vec!["logs".to_owned()]).is_err());
        state.remove().unwrap();
        assert_eq!(open().unwrap().done_of("a"), Some(0));
    }
}
