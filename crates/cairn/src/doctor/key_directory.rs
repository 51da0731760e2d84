//! The directory that says whose the keys of upstreams are.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cairn_event::AccountId;
use cairn_identities::directory::DirectoryFile;

use super::finding::{Finding, chain};
use crate::installation::shell_word;

const CHECK: &str = "keys' owners";

/// Looks at the file of the setting, if there is one.
pub(super) fn look(path: Option<&Path>, account: AccountId) -> Vec<Finding> {
    let Some(path) = path else { return Vec::new() };
    let shown = shell_word(&path.display().to_string());
    let directory = match DirectoryFile::new(path, account).read() {
        Ok(directory) => directory,
        Err(error) => {
            let remedy = format!(
                "mend it, and try with `cairn directory list {shown}`; a server that runs keeps the one before, and \
                 none starts"
            );
            return vec![Finding::problem(CHECK, chain(&error), remedy)];
        }
    };
    let mode = fs::metadata(path).map(|found| found.permissions().mode()).unwrap_or_default();
    if directory.has_secrets() && mode & 0o077 != 0 {
        let message = format!("{} holds secrets, and others can read it", path.display());
        return vec![Finding::warning(CHECK, message, format!("`chmod 600 {shown}`"))];
    }
    vec![Finding::ok(CHECK, format!("{} keys in {}", directory.len(), path.display()))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Level;

    #[test]
    fn a_directory_is_good_or_open_or_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("directory.toml");
        let looked = |text: &str, mode: u32| {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let [found]: [Finding; 1] =
                look(Some(&path), "123456789012".parse().unwrap()).try_into().unwrap();
            assert!(!found.message.contains("hunter2"), "{}", found.message);
            found.level
        };
        let secret = "[keys.A]\nuser_name = \"maya\"\nsecret = \"hunter2\"\n";
        assert_eq!(looked("[keys.A]\nuser_name = \"maya\"\n", 0o644), Level::Ok);
        assert_eq!(looked(secret, 0o600), Level::Ok);
        assert_eq!(looked(secret, 0o644), Level::Warning);
        assert_eq!(looked("[keys]\nA = \"hunter2\"\n", 0o600), Level::Problem);
        assert_eq!(look(None, "123456789012".parse().unwrap()), []);
    }
}
