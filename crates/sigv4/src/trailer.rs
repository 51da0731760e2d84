//! The trailers of an aws-chunked body: header lines after its last chunk.

use crate::body::BodyError;
use crate::limits;

/// The line that signs the trailers before it.
pub(crate) const SIGNATURE: &str = "x-amz-trailer-signature";

/// Trailers by name, lower-case and sorted. A checksum among them is for the caller to compare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trailers(Vec<(String, String)>);

impl Trailers {
    /// Makes trailers to send.
    ///
    /// # Errors
    /// [`BodyError::MalformedTrailer`] for a name or value that no line can hold, a name given twice, or
    /// more than [`limits::TRAILERS_MAX`].
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, BodyError> {
        let mut trailers = Self::default();
        for (name, value) in pairs {
            trailers.insert(name, value)?;
        }
        Ok(trailers)
    }

    /// Returns a value by lower-case name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// Returns names and values in order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Says whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the text that is signed.
    pub(crate) fn canonical(&self) -> String {
        self.iter().map(|(name, value)| format!("{name}:{value}\n")).collect()
    }

    /// Says whether the names are exactly the announced ones.
    pub(crate) fn are_named(&self, announced: &[String]) -> bool {
        self.0.len() == announced.len() && announced.iter().all(|name| self.value(name).is_some())
    }

    pub(crate) fn insert(&mut self, name: &str, value: &str) -> Result<(), BodyError> {
        let name = name.to_ascii_lowercase();
        let value = value.trim_matches(' ');
        let is_name =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let is_value = value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let is_reserved = name == SIGNATURE;
        if !is_name || !is_value || is_reserved || self.0.len() == limits::TRAILERS_MAX {
            return Err(BodyError::MalformedTrailer);
        }
        match self.0.binary_search_by(|(given, _)| given.as_str().cmp(&name)) {
            Ok(_given_twice) => Err(BodyError::MalformedTrailer),
            Err(place) => {
                self.0.insert(place, (name, value.to_owned()));
                Ok(())
            }
        }
    }
}

/// Returns the names that `x-amz-trailer` announces, lower-case, each once.
pub(crate) fn announced<'a>(values: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    let mut names: Vec<String> = values
        .filter_map(|value| std::str::from_utf8(value).ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
