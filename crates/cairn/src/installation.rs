//! The installation that a command is about: its data directory, account and Region.

use std::io;
use std::path::PathBuf;

use anyhow::Context as _;
use cairn_event::{AccountId, Region};
use cairn_server::{Announcement, Config, DataDir, Origin, Settings};

/// What settings and the data directory say together.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    pub(crate) dir: DataDir,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    /// What clients must trust: the authority of a certificate that the server made.
    pub(crate) authority: Option<PathBuf>,
    /// The file with the token of the metrics, as the settings name it.
    pub(crate) metrics_token: Option<PathBuf>,
}

impl Installation {
    /// Takes account and Region from the settings where somebody set them, else from the server that runs
    /// or ran last in the directory, else from the defaults.
    pub(crate) fn understand(settings: &Settings) -> anyhow::Result<Self> {
        let config = Config::understand(settings)?;
        let dir = DataDir::new(std::path::absolute(&config.data_dir)?);
        let announced = dir.announced();
        let announced = announced.with_context(|| format!("read server.json in {}", dir.root().display()))?;
        Ok(Self::settle(settings, &config, announced, dir))
    }

    fn settle(settings: &Settings, config: &Config, announced: Option<Announcement>, dir: DataDir) -> Self {
        let Announcement { account_id, region, generated_certificate } =
            announced.unwrap_or_else(|| Announcement {
                account_id: config.account,
                region: config.region.clone(),
                generated_certificate: false,
            });
        let authority = generated_certificate.then(|| dir.authority());
        let is_default = |key| settings.origin(key) == Origin::Default;
        Self {
            dir,
            authority,
            metrics_token: config.metrics_token.clone(),
            account: if is_default("account_id") { account_id } else { config.account },
            region: if is_default("region") { region } else { config.region.clone() },
        }
    }

    /// Returns the endpoint of the server that runs or ran last.
    ///
    /// # Errors
    /// Nobody ever served from here; the message says what to do.
    pub(crate) fn endpoint(&self) -> anyhow::Result<String> {
        let shown = self.dir.root().display();
        match self.dir.endpoint() {
            Ok(endpoint) => Ok(endpoint),
            Err(error) if error.kind() == io::ErrorKind::NotFound => anyhow::bail!(
                "find a server's data in {shown}: start `cairn serve` in the same directory, or name the \
                 server's data directory with --data-dir"
            ),
            Err(error) => Err(anyhow::Error::new(error).context(format!("read the endpoint in {shown}"))),
        }
    }
}

/// Quotes a word for a POSIX shell where that is needed.
pub(crate) fn shell_word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=+,@%".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_set_wins_over_what_the_server_told() {
        let told = || {
            let (account_id, region) = ("111122223333".parse().unwrap(), "eu-west-1".parse().unwrap());
            Some(Announcement { account_id, region, generated_certificate: true })
        };
        let settle = |flags: Vec<(&'static str, String)>, told| {
            let settings = Settings::gather(None, [], flags).unwrap();
            let config = Config::understand(&settings).unwrap();
            let settled = Installation::settle(&settings, &config, told, DataDir::new("x"));
            (settled.account.to_string(), settled.region.to_string())
        };
        let pair = |account: &str, region: &str| (account.to_owned(), region.to_owned());
        assert_eq!(settle(vec![], None), pair("123456789012", "us-east-1"));
        assert_eq!(settle(vec![], told()), pair("111122223333", "eu-west-1"));
        let set = vec![("account_id", "444455556666".to_owned()), ("region", "us-east-1".to_owned())];
        assert_eq!(settle(set, told()), pair("444455556666", "us-east-1"));
    }

    #[test]
    fn what_to_trust_is_told_by_the_server_that_made_it() {
        let settings = Settings::gather(None, [], []).unwrap();
        let config = Config::understand(&settings).unwrap();
        let authority = |generated_certificate| {
            let (account_id, region) = (config.account, config.region.clone());
            let told = Announcement { account_id, region, generated_certificate };
            Installation::settle(&settings, &config, Some(told), DataDir::new("/x")).authority
        };
        assert_eq!(authority(true), Some(PathBuf::from("/x/tls/authority.pem")));
        assert_eq!(authority(false), None);
    }

    #[test]
    fn shell_words_are_quoted_where_needed() {
        for (text, word) in
            [("/a/b-1", "/a/b-1"), ("", "''"), ("/my data", "'/my data'"), ("it's $x", r"'it'\''s $x'")]
        {
            assert_eq!(shell_word(text), word);
        }
    }
}
