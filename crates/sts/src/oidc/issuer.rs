//! An issuer, as the settings name it.

use std::path::PathBuf;

/// Somebody who vouches for web identities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The `iss` of its tokens: an `https://` or `http://` URL.
    pub url: String,
    /// The audiences that are taken from it; one at least.
    pub audiences: Vec<String>,
    /// Where its keys are.
    pub keys: KeyPlace,
}

/// Where an issuer's keys (a JSON Web Key Set) are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// In a file.
    File(PathBuf),
    /// At an `http://` URL.
    Http(String),
}

/// The text does not name issuers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "read issuers: `ISSUER-URL AUDIENCE[,AUDIENCE] KEYS` is needed, several separated by `;`; KEYS is a file or an http:// URL"
)]
pub struct IssuerError;

impl Issuer {
    /// Reads a list of issuers, none in an empty text.
    ///
    /// ```
    /// let issuers = cairn_sts::Issuer::parse_list("https://ci.example sts.amazonaws.com /etc/ci-keys.json")?;
    /// assert_eq!(issuers[0].provider(), "ci.example");
    /// # Ok::<(), cairn_sts::IssuerError>(())
    /// ```
    ///
    /// # Errors
    /// A part is missing or of the wrong form, or an issuer is named twice. Keys at `https://` are refused:
    /// there is no TLS client yet.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, IssuerError> {
        let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        let issuers = parts.map(Self::parse).collect::<Result<Vec<_>, _>>()?;
        let twice =
            |issuer: &Self| issuers.iter().filter(|other| other.provider() == issuer.provider()).count() > 1;
        if issuers.iter().any(twice) { Err(IssuerError) } else { Ok(issuers) }
    }

    /// Returns the issuer without its scheme, as policies and condition keys name it.
    pub fn provider(&self) -> &str {
        self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest).trim_end_matches('/')
    }

    fn parse(text: &str) -> Result<Self, IssuerError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [url, audiences, keys] = words.as_slice() else { return Err(IssuerError) };
        let (scheme, rest) = url.split_once("://").ok_or(IssuerError)?;
        if !["https", "http"].contains(&scheme) || rest.is_empty() {
            return Err(IssuerError);
        }
        let audiences: Vec<String> = audiences.split(',').map(str::to_owned).collect();
        if audiences.iter().any(String::is_empty) {
            return Err(IssuerError);
        }
        let keys = match keys.split_once("://") {
            None => KeyPlace::File(PathBuf::from(keys)),
            Some(("http", _)) => KeyPlace::Http((*keys).to_owned()),
            Some(_) => return Err(IssuerError),
        };
        Ok(Self { url: (*url).to_owned(), audiences, keys })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_issuers_are_read() {
        let text = "https://ci.example/a/ one,two keys.json; http://127.0.0.1:9 x http://127.0.0.1:9/jwks ;";
        let issuers = Issuer::parse_list(text).unwrap();
        let providers: Vec<&str> = issuers.iter().map(Issuer::provider).collect();
        assert_eq!(providers, ["ci.example/a", "127.0.0.1:9"]);
        assert_eq!(issuers[0].audiences, ["one", "two"]);
        assert_eq!(issuers[0].keys, KeyPlace::File(PathBuf::from("keys.json")));
        assert_eq!(issuers[1].keys, KeyPlace::Http("http://127.0.0.1:9/jwks".to_owned()));
        assert_eq!(Issuer::parse_list(" ; "), Ok(Vec::new()));
    }

    #[test]
    fn what_names_no_issuer_is_refused() {
        for text in [
            "https://a b",
            "a b c",
            "https:// b c",
            "ftp://a b c",
            "https://a b, c",
            "https://a b https://keys",
            "https://a b c d",
            "https://a b c; https://a/ d e",
        ] {
            assert_eq!(Issuer::parse_list(text), Err(IssuerError), "{text}");
        }
    }
}
