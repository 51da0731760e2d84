//! Region names, such as `us-east-1`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A Region name: lower-case letters, digits and hyphens, 2 to 32 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(Arc<str>);

/// The text is not a Region name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read a Region: 2 to 32 lower-case letters, digits and hyphens are needed, such as us-east-1")]
pub struct RegionError;

impl Region {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the Region in which global services (IAM, the global STS endpoint) record their events.
    pub fn us_east_1() -> Self {
        Self(Arc::from("us-east-1"))
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (2..=32).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(Arc::from(text)))
        } else {
            Err(RegionError)
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for Region {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Region {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
