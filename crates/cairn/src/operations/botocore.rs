//! The service models of an installed botocore.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use cairn_operations::{ServiceModel, compile};
use flate2::read::GzDecoder;

/// Botocore's models, compiled.
pub(super) struct Models {
    /// Where they are from, with version and licence.
    pub(super) source: String,
    /// One for each service.
    pub(super) models: Vec<ServiceModel>,
    /// What could not be understood.
    pub(super) refused: Vec<(String, anyhow::Error)>,
}

/// The most that a model may unpack to; EC2's has ten mebibytes.
const MODEL_BYTES_MAX: u64 = 128 << 20;

/// Reads the newest model of every service.
pub(super) fn read(directory: &Path) -> anyhow::Result<Models> {
    let package = package_in(directory)?;
    let source = format!("botocore {} (Apache-2.0)", version_of(&package)?);
    let (mut models, mut refused) = (Vec::new(), Vec::new());
    for service in directories(&package.join("data"))? {
        let name = service.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let versions = directories(&service)?;
        let newest = versions.iter().rev().map(|version| version.join("service-2.json.gz"));
        let Some(path) = newest.into_iter().find(|path| path.is_file()) else { continue };
        let compiled = unpack(&path).and_then(|text| Ok(compile(&name, &text)?));
        match compiled {
            Ok(model) => models.push(model),
            Err(error) => refused.push((name, error)),
        }
    }
    Ok(Models { source, models, refused })
}

fn unpack(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file = fs::File::open(path).with_context(|| format!("read {}", path.display()))?;
    let mut text = Vec::new();
    let mut limited = GzDecoder::new(file).take(MODEL_BYTES_MAX);
    limited.read_to_end(&mut text).with_context(|| format!("unpack {}", path.display()))?;
    Ok(text)
}

/// Accepts the package directory, its `data`, or the directory it was installed into.
fn package_in(directory: &Path) -> anyhow::Result<PathBuf> {
    let above = directory.parent().map(Path::to_path_buf).unwrap_or_default();
    let candidates = [directory.to_path_buf(), directory.join("botocore"), above];
    let is_package = |path: &&PathBuf| path.join("data").is_dir() && path.join("__init__.py").is_file();
    match candidates.iter().find(is_package) {
        Some(package) => Ok(package.clone()),
        None => bail!("find botocore in {}: it has data/ and __init__.py", directory.display()),
    }
}

fn version_of(package: &Path) -> anyhow::Result<String> {
    let path = package.join("__init__.py");
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let quoted = text.lines().find_map(|line| line.strip_prefix("__version__ = "));
    let version = quoted.map(|quoted| quoted.trim().trim_matches(['\'', '"']).to_owned());
    version.with_context(|| format!("find __version__ in {}", path.display()))
}

fn directories(parent: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(parent).with_context(|| format!("list {}", parent.display()))? {
        let path = entry.with_context(|| format!("list {}", parent.display()))?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
