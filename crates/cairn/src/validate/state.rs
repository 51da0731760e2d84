//! How far a run has come, in a file: an interrupted one goes on where it stopped.

use std::path::Path;

use anyhow::Context as _;
use cairn_digest::verify::{Chain, Coverage, Finding, Progress, Stretch, Tally};
use cairn_validation::Standing;
use serde::{Deserialize, Serialize};

use super::plan::Plan;

/// The version of the form.
const VERSION: u32 = 1;

/// The largest state: 100,000 log files of days under way, a thousand findings.
const STATE_BYTES_MAX: u64 = 64 << 20;

/// Everything that a run needs to go on.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    version: u32,
    trail_arn: String,
    region: String,
    account: String,
    bucket: String,
    digests: String,
    requested: Stretch,
    /// The chain that is walked.
    pub(super) chain: Chain,
    pub(super) progress: Progress,
    /// How many log files of the digest that comes next are done, where it was begun.
    pub(super) logs_done: Option<usize>,
    pub(super) tally: Tally,
    pub(super) findings: Vec<Finding>,
    pub(super) coverage: Coverage,
}

impl State {
    pub(super) fn of(
        plan: &Plan,
        standing: &Standing,
        tally: Tally,
        findings: Vec<Finding>,
        coverage: Coverage,
    ) -> Self {
        let scope = plan.names.scope();
        Self {
            version: VERSION,
            trail_arn: plan.trail.whole.clone(),
            region: scope.source_region.clone(),
            account: scope.account.clone(),
            bucket: plan.bucket.clone(),
            digests: plan.names.digests_prefix(),
            requested: plan.range,
            chain: standing.chain,
            progress: standing.progress.clone(),
            logs_done: standing.logs_done,
            tally,
            findings,
            coverage,
        }
    }

    /// Reads a state; nothing where there is no file.
    pub(super) fn load(path: &Path) -> anyhow::Result<Option<Self>> {
        let shown = path.display();
        let bytes = match std::fs::metadata(path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(anyhow::Error::new(error).context(format!("read the state in {shown}"))),
        };
        anyhow::ensure!(bytes <= STATE_BYTES_MAX, "read the state in {shown}: it is larger than any");
        let text = std::fs::read(path).with_context(|| format!("read the state in {shown}"))?;
        let state: Self = serde_json::from_slice(&text)
            .with_context(|| format!("go on from {shown}: it is no state of `cairn validate`"))?;
        anyhow::ensure!(
            state.version == VERSION,
            "go on from {shown}: version {} is not known",
            state.version
        );
        Ok(Some(state))
    }

    /// Returns the range that the interrupted run was asked for.
    pub(super) fn requested(&self) -> Stretch {
        self.requested
    }

    /// Demands that it is of the same question.
    pub(super) fn matches(&self, plan: &Plan) -> anyhow::Result<()> {
        let scope = plan.names.scope();
        for (what, then, now) in [
            ("trail", &self.trail_arn, &plan.trail.whole),
            ("Region", &self.region, &scope.source_region),
            ("account", &self.account, &scope.account),
            ("bucket", &self.bucket, &plan.bucket),
            ("prefix", &self.digests, &plan.names.digests_prefix()),
        ] {
            anyhow::ensure!(
                then == now,
                "go on: the interrupted run was for the {what} {then}, this is for {now}"
            );
        }
        let (then, now) = (self.requested, plan.range);
        anyhow::ensure!(
            then == now,
            "go on: the interrupted run was for {} to {}, this is for {} to {}",
            then.from,
            then.until,
            now.from,
            now.until
        );
        Ok(())
    }

    /// Writes it, whole or not at all.
    pub(super) fn save(&self, path: &Path) -> anyhow::Result<()> {
        let dir = match path.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => dir,
            _ => Path::new("."),
        };
        let shown = path.display();
        let file =
            tempfile::NamedTempFile::new_in(dir).with_context(|| format!("write the state to {shown}"))?;
        serde_json::to_writer(std::io::BufWriter::new(&file), self)?;
        file.as_file().sync_all()?;
        file.persist(path).with_context(|| format!("write the state to {shown}"))?;
        Ok(())
    }
}
