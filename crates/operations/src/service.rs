//! Services and their operations, as far as a request tells them apart.

use serde::{Deserialize, Serialize};

use crate::ShapeId;

/// One API of AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its name in botocore, such as `s3control`; unique.
    pub name: String,
    /// The name in the credential scope, which several services may share.
    pub signing_name: String,
    /// The first label of its host at AWS.
    pub endpoint_prefix: String,
    /// What stands before the operation in `X-Amz-Target`, and names the service in CBOR's paths.
    pub target_prefix: Option<String>,
    /// How SDKs call it in `User-Agent`, after `api/`: `S3 Control`.
    pub service_id: String,
    /// The version of its API, such as `2014-10-31`.
    pub api_version: String,
    /// The protocol that its model names first. A request's own form decides, not this.
    pub protocol: Protocol,
    /// Its operations, by name.
    pub operations: Vec<Operation>,
}

/// One operation of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// The name under which SDKs know it.
    pub name: String,
    /// The HTTP method.
    pub method: String,
    /// The path template, such as `/2015-03-31/functions/{FunctionName}`, without a query.
    pub path: String,
    /// Query parameters that the template fixes; a flag has the empty value.
    pub fixed_query: Vec<(String, String)>,
    /// Query parameters that a caller must send.
    pub required_query: Vec<String>,
    /// Headers that a caller must send, in lower case.
    pub required_headers: Vec<String>,
    /// Whether it is called without a signature, or with a bearer token.
    pub scopeless: bool,
    /// The shape of its parameters.
    pub input: Option<ShapeId>,
    /// The shape of its answer.
    pub output: Option<ShapeId>,
}

impl Service {
    /// Returns an operation's index by its name.
    pub(crate) fn index_of(&self, operation: &str) -> Option<u16> {
        let at = self.operations.binary_search_by(|known| known.name.as_str().cmp(operation)).ok()?;
        u16::try_from(at).ok()
    }
}

impl Protocol {
    /// Tells whether method, path and query name the operation.
    pub fn is_rest(self) -> bool {
        matches!(self, Self::RestJson | Self::RestXml)
    }
}

/// The protocol of a service's model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protocol {
    /// AWS JSON 1.0 or 1.1.
    Json,
    /// REST with JSON.
    RestJson,
    /// REST with XML.
    RestXml,
    /// AWS query.
    Query,
    /// EC2's dialect of it.
    Ec2,
    /// Smithy's RPC v2 in CBOR.
    Cbor,
}
