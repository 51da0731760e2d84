//! `/_cairn/metrics`: what Prometheus collects.
//!
//! Labels name trails, buses and accounts. Whoever has the token of `metrics.token_file` sees them all. Where there
//! is no token, anybody may look; then the page leaves out the lines that name an account as soon as the server keeps
//! more than one, so that no account learns of another.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{Digest, SHA256, digest};
use cairn_catalog::Snapshot;
use cairn_event::AccountId;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::answer::{Answered, answer};
use crate::head::Head;

/// The page, and who may see all of it.
pub(crate) struct MetricsPage {
    handle: PrometheusHandle,
    /// Of the `Authorization` header that is wanted: the token itself is not kept.
    expected: Option<Digest>,
}

/// The token could not be read.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum MetricsTokenError {
    #[error("read the token of the metrics from {file}")]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("use the token of the metrics from {file}: 16 to 512 characters in one line are needed")]
    Form { file: PathBuf },
}

impl MetricsPage {
    /// Reads the token, where there is to be one.
    pub(crate) fn open(handle: PrometheusHandle, token: Option<&Path>) -> Result<Self, MetricsTokenError> {
        let expected = token.map(expected).transpose()?;
        Ok(Self { handle, expected })
    }

    /// Returns what collects the figures.
    pub(crate) fn handle(&self) -> &PrometheusHandle {
        &self.handle
    }

    /// Shows what the request may see.
    pub(crate) fn answer(&self, head: &Head, snapshot: &Snapshot) -> Answered {
        if !self.is_let_in(head) {
            let wanted = [("www-authenticate", "Bearer realm=\"cairn metrics\"")];
            return answer(401, "text/plain", &wanted, "the token of metrics.token_file is needed\n").into();
        }
        let all = self.handle.render();
        let shown = if self.expected.is_some() || snapshot.accounts().nth(1).is_none() {
            all
        } else {
            without_accounts(&all, |id| snapshot.account(&id).is_some())
        };
        answer(200, CONTENT_TYPE, &[], shown).into()
    }

    fn is_let_in(&self, head: &Head) -> bool {
        let Some(expected) = &self.expected else { return true };
        let sent = digest(&SHA256, head.header("authorization").unwrap_or_default().as_bytes());
        verify_slices_are_equal(sent.as_ref(), expected.as_ref()).is_ok()
    }
}

impl std::fmt::Debug for MetricsPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MetricsPage").finish_non_exhaustive()
    }
}

fn expected(file: &Path) -> Result<Digest, MetricsTokenError> {
    let read = std::fs::read_to_string(file);
    let text = read.map_err(|source| MetricsTokenError::Unreadable { file: file.to_owned(), source })?;
    let token = text.trim();
    if !(TOKEN_CHARS_MIN..=TOKEN_CHARS_MAX).contains(&token.len()) || token.contains(char::is_whitespace) {
        return Err(MetricsTokenError::Form { file: file.to_owned() });
    }
    Ok(digest(&SHA256, format!("Bearer {token}").as_bytes()))
}

/// Leaves out the lines whose labels name an account that is kept, and says at the end how many there were.
fn without_accounts(text: &str, is_kept: impl Fn(AccountId) -> bool) -> String {
    let names_account = |line: &&str| {
        let runs = line.split(|one: char| !one.is_ascii_digit());
        runs.filter_map(|run| run.parse().ok()).any(&is_kept)
    };
    let (left_out, kept): (Vec<&str>, Vec<&str>) = text.split_inclusive('\n').partition(names_account);
    let mut shown = kept.concat();
    if !left_out.is_empty() {
        // Prometheus passes over comments; people read them.
        let _infallible = writeln!(
            shown,
            "# {} lines that name accounts are left out: set metrics.token_file to see them",
            left_out.len()
        );
    }
    shown
}

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
const TOKEN_CHARS_MIN: usize = 16;
const TOKEN_CHARS_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_name_accounts_are_left_out_and_counted() {
        let text = "# TYPE a counter\na{trail=\"arn:aws:cloudtrail:us-east-1:111122223333:trail/main\"} 7\n\
                    a{projection=\"delivery/111122223333/x\"} 1\na{projection=\"history\"} 444455556666\nb 111122223333456\n";
        let kept = "111122223333".parse().unwrap();
        assert_eq!(
            without_accounts(text, |id| id == kept),
            "# TYPE a counter\na{projection=\"history\"} 444455556666\nb 111122223333456\n\
             # 2 lines that name accounts are left out: set metrics.token_file to see them\n"
        );
        assert_eq!(without_accounts(text, |_id| false), text);
    }

    #[test]
    fn a_token_that_could_be_guessed_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("token");
        for (token, taken) in [
            ("a-token-of-many-chars\n", true),
            ("short", false),
            ("two words of many chars", false),
            (&*"x".repeat(513), false),
        ] {
            std::fs::write(&file, token).unwrap();
            assert_eq!(expected(&file).is_ok(), taken, "{token}");
        }
        assert!(matches!(expected(&dir.path().join("none")), Err(MetricsTokenError::Unreadable { .. })));
    }
}
