//! What differs between services, and how far clocks may differ.

use jiff::SignedDuration;

/// How far the client's clock may be from ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockRules {
    /// How old a header signature may be; 15 minutes.
    pub past: SignedDuration,
    /// How far in the future a signature may lie; 15 minutes.
    pub future: SignedDuration,
}

impl Default for ClockRules {
    fn default() -> Self {
        Self { past: SignedDuration::from_mins(15), future: SignedDuration::from_mins(15) }
    }
}

/// How a service builds the canonical request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceRules {
    /// How the path becomes the canonical URI.
    pub path: PathRule,
    /// What `x-amz-content-sha256` may say.
    pub content_sha256: ContentSha256Rule,
}

impl ServiceRules {
    /// Returns the rules of a signing name.
    ///
    /// The S3 family takes the path as sent and may leave payloads unsigned; every other service
    /// normalises the path, escapes it a second time and signs the hash of the body.
    pub fn of(service: &str) -> Self {
        match service {
            "s3" | "s3express" | "s3-outposts" | "s3-object-lambda" => Self {
                path: PathRule { segments: PathSegments::AsSent, encoding: PathEncoding::Once },
                content_sha256: ContentSha256Rule::Required,
            },
            _ => Self {
                path: PathRule { segments: PathSegments::Normalised, encoding: PathEncoding::Twice },
                content_sha256: ContentSha256Rule::HashOnly,
            },
        }
    }
}

/// How the path becomes the canonical URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathRule {
    /// What happens to dot segments and empty ones.
    pub segments: PathSegments,
    /// How often the path ends up percent-encoded.
    pub encoding: PathEncoding,
}

/// What happens to dot segments and empty ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathSegments {
    /// They stay: `a//b` and `a/./b` are S3 keys.
    AsSent,
    /// They are resolved as RFC 3986 says, and runs of slashes merge.
    Normalised,
}

/// How often the path ends up percent-encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathEncoding {
    /// Decoded and encoded anew.
    Once,
    /// Encoded on top of what was sent: `%20` becomes `%2520`.
    Twice,
}

/// What `x-amz-content-sha256` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentSha256Rule {
    /// S3: must be there with a header signature, and may also say that the payload is unsigned or
    /// streamed. A presigned request without it is unsigned.
    Required,
    /// Others: may be left out, then the body is hashed; if there, it is the hash.
    HashOnly,
}
