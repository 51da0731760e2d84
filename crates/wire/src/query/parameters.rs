//! The parameters of a call: a query string, then a form.

use std::collections::BTreeMap;

use super::{BODY_BYTES_MAX, PARAMETERS_MAX};

/// The parameters of a query call, from the query string and a form body, in the order sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

/// The parameters cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParametersError {
    /// The body exceeds [`BODY_BYTES_MAX`].
    #[error("a query body has at most {BODY_BYTES_MAX} bytes")]
    TooLong,
    /// There are more than [`PARAMETERS_MAX`].
    #[error("a query call has at most {PARAMETERS_MAX} parameters")]
    TooMany,
    /// A name or value is not UTF-8 once decoded.
    #[error("a query parameter is UTF-8")]
    NotText,
    /// A name has two different values. Which of them counts differs between those who serve.
    #[error("a query parameter has one value")]
    Contradictory,
}

impl Parameters {
    /// Reads the parameters of `query` (raw, without `?`) and then of the form `body`.
    pub fn parse(query: &str, body: &[u8]) -> Result<Self, ParametersError> {
        if body.len() > BODY_BYTES_MAX || query.len() > BODY_BYTES_MAX {
            return Err(ParametersError::TooLong);
        }
        let body = std::str::from_utf8(body).map_err(|_not_text| ParametersError::NotText)?;
        let mut parameters: Vec<(String, String)> = Vec::new();
        for pair in query.split('&').chain(body.trim_ascii().split('&')).filter(|pair| !pair.is_empty()) {
            if parameters.len() == PARAMETERS_MAX {
                return Err(ParametersError::TooMany);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.push((decode_form(name)?, decode_form(value)?));
        }
        let mut told: BTreeMap<&str, &str> = BTreeMap::new();
        if parameters.iter().any(|(name, value)| told.insert(name, value).is_some_and(|other| other != value))
        {
            return Err(ParametersError::Contradictory);
        }
        Ok(Self(parameters))
    }

    /// Returns the value of `name`.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.iter().find(|(given, _)| *given == name).map(|(_, value)| value)
    }

    /// Returns the operation that is called.
    pub fn action(&self) -> Option<&str> {
        self.value("Action")
    }

    /// Returns names and values in the order sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Decodes `+` and percent escapes of a form field.
fn decode_form(text: &str) -> Result<String, ParametersError> {
    let spaced = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_not_text| ParametersError::NotText)
}
