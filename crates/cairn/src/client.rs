//! Signed calls to the server.

use anyhow::Context as _;
use bytes::Bytes;
use cairn_event::{Clock as _, Region};
use cairn_server::{Administrator, SystemClock};
use cairn_sigv4::{Credentials, PayloadToSign, SecretKey, SessionToken, Signer};
use cairn_wire::iam;
use cairn_wire::query::{self, Operation as _};
use cairn_wire::xml::Element;
use http::{Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::installation::Installation;
use crate::settings::Place;
use crate::transport::{self, Connector};

/// The longest answer that is read whole. A page of LookupEvents stays far below.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// The version of IAM's API, its only one.
const IAM_VERSION: &str = "2010-05-08";

/// The Region that calls of global services are signed for.
const GLOBAL_REGION: &str = "us-east-1";

/// A server, and who calls it.
#[derive(Debug)]
pub(crate) struct Client {
    whereabouts: Whereabouts,
    credentials: Credentials,
    region: Region,
    http: HttpClient<Connector, Full<Bytes>>,
}

/// How the server is found.
#[derive(Debug)]
enum Whereabouts {
    /// `AWS_ENDPOINT_URL`.
    Given(String),
    /// Where the server of a data directory listens; it may change with each start.
    Announced(Installation),
}

/// A call did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// No answer came.
    #[error("reach the server at {endpoint}; does it run? `cairn serve` starts it, `cairn doctor` looks")]
    Unreachable {
        endpoint: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server said no.
    #[error("{code}: {}", advised(message, code))]
    Refused { status: StatusCode, code: String, message: String },
    /// The call can't be made.
    #[error("make the call")]
    Unmakeable(#[source] anyhow::Error),
}

impl Client {
    /// Finds the server and the caller's keys: those of the data directory that a flag names, else those of
    /// the environment when it names an endpoint, else those of the data directory in the settings.
    pub(crate) async fn find(place: &Place, region: Option<&Region>) -> anyhow::Result<Self> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        if let Some(endpoint) = variable("AWS_ENDPOINT_URL").filter(|_| !place.names_data_dir()) {
            let key = variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY")).context(
                "find keys in the environment: AWS_ENDPOINT_URL is set, so set AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY too, or name the server's data directory with --data-dir",
            )?;
            let credentials = sign_as(&key.0, &key.1, variable("AWS_SESSION_TOKEN"));
            let named = variable("AWS_DEFAULT_REGION").or_else(|| variable("AWS_REGION"));
            let named = named.map(|name| name.parse()).transpose().context("use AWS_DEFAULT_REGION")?;
            let region = region.cloned().or(named).unwrap_or_else(Region::us_east_1);
            let http =
                HttpClient::builder(TokioExecutor::new()).build(transport::connector(&endpoint, None)?);
            return Ok(Self { whereabouts: Whereabouts::Given(endpoint), credentials, region, http });
        }
        let installation = place.installation()?;
        let connector = transport::connector(&installation.endpoint()?, installation.authority.as_deref())?;
        let http = HttpClient::builder(TokioExecutor::new()).build(connector);
        let administrator = Administrator::load(&installation.dir, installation.account).await?;
        let credentials = sign_as(&administrator.access_key_id, &administrator.secret_access_key, None);
        let region = region.unwrap_or(&installation.region).clone();
        Ok(Self { whereabouts: Whereabouts::Announced(installation), credentials, region, http })
    }

    /// Finds the server of a data directory, and the key of its account's root user.
    pub(crate) async fn of_root(place: &Place) -> anyhow::Result<Self> {
        let installation = place.installation()?;
        let connector = transport::connector(&installation.endpoint()?, installation.authority.as_deref())?;
        let http = HttpClient::builder(TokioExecutor::new()).build(connector);
        let root = Administrator::load_root(&installation.dir, installation.account).await?;
        let credentials = sign_as(&root.access_key_id, &root.secret_access_key, None);
        let region = installation.region.clone();
        Ok(Self { whereabouts: Whereabouts::Announced(installation), credentials, region, http })
    }

    /// Returns the Region that calls are made to.
    pub(crate) fn region(&self) -> &Region {
        &self.region
    }

    /// Returns where calls go now.
    pub(crate) fn endpoint(&self) -> anyhow::Result<String> {
        match &self.whereabouts {
            Whereabouts::Given(endpoint) => Ok(endpoint.trim_end_matches('/').to_owned()),
            Whereabouts::Announced(installation) => installation.endpoint(),
        }
    }

    /// Calls an operation of CloudTrail and returns its answer.
    pub(crate) async fn call(&self, operation: &str, input: &Value) -> Result<Value, CallError> {
        let target = format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}");
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target.as_str())];
        let body = Bytes::from(input.to_string());
        let answer = self.send("cloudtrail", ("POST", "/", ""), &headers, body).await?;
        let body = self.whole(answer.into_body()).await?;
        serde_json::from_slice(&body)
            .map_err(|error| CallError::Unmakeable(anyhow::Error::new(error).context("read the answer")))
    }

    /// Calls an operation of Organizations and returns its answer.
    pub(crate) async fn organizations(&self, operation: &str, input: &Value) -> Result<Value, CallError> {
        let target = format!("AWSOrganizationsV20161128.{operation}");
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target.as_str())];
        let answer = self.send("organizations", ("POST", "/", ""), &headers, Bytes::from(input.to_string()));
        let body = self.whole(answer.await?.into_body()).await?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body)
            .map_err(|error| CallError::Unmakeable(anyhow::Error::new(error).context("read the answer")))
    }

    /// Fetches one of the server's own pages; the answer's body has only begun when this returns.
    pub(crate) async fn page(&self, path: &str, query: &str) -> Result<Incoming, CallError> {
        Ok(self.send("cloudtrail", ("GET", path, query), &[], Bytes::new()).await?.into_body())
    }

    /// Fetches one of the server's own pages, all of it.
    pub(crate) async fn whole_page(&self, path: &str, query: &str) -> Result<Bytes, CallError> {
        self.whole(self.page(path, query).await?).await
    }

    /// Asks one of the server's own pages with a body, and returns all of its answer.
    pub(crate) async fn ask_page(&self, path: &str, query: &str, body: Bytes) -> Result<Bytes, CallError> {
        let answer = self.send("cloudtrail", ("POST", path, query), &[], body).await?;
        self.whole(answer.into_body()).await
    }

    /// Asks one of the server's own pages with a body; the answer's body has only begun when this returns.
    pub(crate) async fn ask_page_in_pieces(&self, path: &str, body: Bytes) -> Result<Incoming, CallError> {
        Ok(self.send("cloudtrail", ("POST", path, ""), &[], body).await?.into_body())
    }

    /// Asks one of the server's own pages for something that it hands out piece by piece.
    pub(crate) async fn ask_page_for_pieces(
        &self,
        path: &str,
        query: &str,
        body: Bytes,
    ) -> Result<Incoming, CallError> {
        Ok(self.send("cloudtrail", ("POST", path, query), &[], body).await?.into_body())
    }

    /// Fetches an object by its address, `/BUCKET/KEY`, escaped.
    pub(crate) async fn s3_get(&self, path: &str) -> Result<Bytes, CallError> {
        let answer = self.send("s3", ("GET", path, ""), &[], Bytes::new()).await?;
        self.whole(answer.into_body()).await
    }

    /// Lists objects of a bucket: one page, as XML.
    pub(crate) async fn s3_list(&self, path: &str, query: &str) -> Result<Bytes, CallError> {
        let answer = self.send("s3", ("GET", path, query), &[], Bytes::new()).await?;
        self.whole(answer.into_body()).await
    }

    /// Asks one of the server's own pages to do something, and returns what it answers.
    pub(crate) async fn post_page(&self, path: &str) -> Result<Bytes, CallError> {
        let answer = self.send("cloudtrail", ("POST", path, ""), &[], Bytes::new()).await?;
        self.whole(answer.into_body()).await
    }

    /// Calls an operation of IAM and returns its answer, null where it answers nothing.
    pub(crate) async fn iam(
        &self,
        operation: iam::Operation,
        parameters: &[(&str, &str)],
    ) -> Result<Value, CallError> {
        let named = [("Action", operation.name()), ("Version", IAM_VERSION)];
        let pairs = named.iter().chain(parameters).map(|(name, value)| format!("{name}={}", escaped(value)));
        let body = Bytes::from(pairs.collect::<Vec<_>>().join("&"));
        let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        let answer = self.send("iam", ("POST", "/", ""), &headers, body).await?;
        let body = self.whole(answer.into_body()).await?;
        Ok(query::read_answer(operation, &body).unwrap_or_default())
    }

    /// Puts what an address of S3 names: a bucket, or something of one.
    pub(crate) async fn s3_put(&self, path: &str, query: &str, body: Bytes) -> Result<(), CallError> {
        self.send("s3", ("PUT", path, query), &[], body).await.map(|_answer| ())
    }

    async fn send(
        &self,
        service: &str,
        target: (&str, &str, &str),
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Response<Incoming>, CallError> {
        let endpoint = self.endpoint().map_err(CallError::Unmakeable)?;
        let request = self.sign(&endpoint, service, target, headers, body);
        let answer = self.http.request(request.map_err(CallError::Unmakeable)?).await;
        let answer = answer.map_err(|error| CallError::Unreachable {
            endpoint: endpoint.clone(),
            source: Box::new(error),
        })?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let body = self.whole(answer.into_body()).await?;
        let (code, message) = told(&body);
        let code = code.unwrap_or_else(|| status.to_string());
        // Cairn gives reasons: whoever gives none is most likely somebody else.
        let message = message.unwrap_or_else(|| {
            format!(
                "no reason was given. Is it Cairn that answers at {endpoint}, and one as new as this command?"
            )
        });
        Err(CallError::Refused { status, code, message })
    }

    fn sign(
        &self,
        endpoint: &str,
        service: &str,
        (method, path, query): (&str, &str, &str),
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> anyhow::Result<Request<Full<Bytes>>> {
        let (scheme, host) = scheme_and_host(endpoint)?;
        let given = std::iter::once((header::HOST.as_str(), host.as_str())).chain(headers.iter().copied());
        let given: Vec<(&str, &[u8])> = given.map(|(name, value)| (name, value.as_bytes())).collect();
        // Organizations is one for all Regions, and lives in the first of them.
        let region = if service == "organizations" { GLOBAL_REGION } else { self.region.as_str() };
        let signer = Signer { credentials: &self.credentials, region, service };
        let unsigned = cairn_sigv4::Request { method, path, query, headers: &given };
        let signed = signer.sign_headers(&unsigned, PayloadToSign::Bytes(&body), SystemClock.now())?;
        let question = if query.is_empty() { "" } else { "?" };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{scheme}://{host}{path}{question}{query}"))
            .header(header::USER_AGENT, concat!("cairn/", env!("CARGO_PKG_VERSION")));
        for (name, value) in &given {
            request = request.header(*name, *value);
        }
        for (name, value) in &signed.headers {
            request = request.header(*name, value);
        }
        Ok(request.body(Full::new(body))?)
    }

    async fn whole(&self, body: Incoming) -> Result<Bytes, CallError> {
        match Limited::new(body, ANSWER_BYTES_MAX).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(source) => {
                let endpoint = self.endpoint().map_err(CallError::Unmakeable)?;
                Err(CallError::Unreachable { endpoint, source })
            }
        }
    }
}

/// Reads code and message of a refusal, in JSON or XML.
pub(crate) fn told(body: &[u8]) -> (Option<String>, Option<String>) {
    if let Some(root) = Element::parse(body) {
        let error = root.child("Error").unwrap_or(&root);
        let text = |name| error.text_of(name).map(str::to_owned);
        return (text("Code"), text("Message"));
    }
    let told: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |names: [&str; 2]| names.iter().find_map(|name| told.get(name)?.as_str());
    let code = text(["__type", "code"]).and_then(|code| code.rsplit('#').next());
    (code.map(str::to_owned), text(["message", "Message"]).map(str::to_owned))
}

/// Escapes a value for a form or a query.
pub(crate) fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    let escape = |byte: u8| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(escape).collect()
}

/// Escapes an object's key for its address.
pub(crate) fn escaped_path(key: &str) -> String {
    key.split('/').map(escaped).collect::<Vec<_>>().join("/")
}

fn sign_as(id: &str, secret: &str, token: Option<String>) -> Credentials {
    Credentials::new(id, SecretKey::new(secret), token.map(SessionToken::new))
}

/// Returns scheme, and host with port, of an endpoint.
fn scheme_and_host(endpoint: &str) -> anyhow::Result<(&'static str, String)> {
    let uri: Uri = endpoint.parse().with_context(|| format!("use the endpoint {endpoint}"))?;
    let (scheme, authority) = (uri.scheme_str(), uri.authority());
    match (scheme, authority) {
        (Some("http"), Some(authority)) if uri.path() == "/" => Ok(("http", authority.to_string())),
        (Some("https"), Some(authority)) if uri.path() == "/" => Ok(("https", authority.to_string())),
        _ => anyhow::bail!("use the endpoint {endpoint}: http://HOST:PORT or https://HOST:PORT is needed"),
    }
}

/// Puts what one can do after what the server said, whose words may end without a full stop.
fn advised(message: &str, code: &str) -> String {
    match advice(code) {
        // A Region or service that is none is no matter of keys.
        _ if message.starts_with(WRONG_SCOPE) => message.trim_end_matches(['.', ' ']).to_owned(),
        Some(advice) => format!("{}. {advice}", message.trim_end_matches(['.', ' '])),
        None => message.to_owned(),
    }
}

/// How servers begin what they say of a signature for another Region or service.
const WRONG_SCOPE: &str = "Credential should be scoped to ";

fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "UnrecognizedClientException" | "InvalidClientTokenId" | "InvalidSignatureException" => {
            "Are these keys of that server? `eval \"$(cairn env)\"` sets those of the administrator."
        }
        "InvalidAccessKeyId" => {
            "Are these keys of that server? Where an upstream has the service, keys of its own are needed; \
             `cairn password` does without any while the server is stopped."
        }
        "AWSOrganizationsNotInUseException" | "OrganizationsNotInUseException" => {
            "`aws organizations create-organization` makes one, with the keys of the account that shall manage it."
        }
        "CloudTrailAccessNotEnabledException" => {
            "That is: aws organizations enable-aws-service-access --service-principal cloudtrail.amazonaws.com"
        }
        "TrailNotFoundException" => {
            "`cairn trail list` shows those that there are; an organization's trail is named by its ARN."
        }
        "OrganizationNotInAllFeaturesModeException" => "That is: aws organizations enable-all-features",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_follows_what_the_server_said_as_a_sentence() {
        for message in ["Unknown trail: main", "Unknown trail: main."] {
            let told = advised(message, "TrailNotFoundException");
            assert!(told.starts_with("Unknown trail: main. `cairn trail list` shows"), "{told}");
        }
        let upstream = advised("The key does not exist.", "InvalidAccessKeyId");
        assert!(upstream.contains("Where an upstream has the service"), "{upstream}");
        assert_eq!(advised("no", "AccessDenied"), "no");
    }

    #[test]
    fn refusals_are_read_in_every_protocol() {
        let some = |code: &str, message: &str| (Some(code.to_owned()), Some(message.to_owned()));
        for (body, expected) in [
            (r#"{"__type":"x#Gone","Message":"no"}"#, some("Gone", "no")),
            ("<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>", some("NoSuchBucket", "no")),
            (
                "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>\
                 <Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>",
                some("NoSuchEntity", "no"),
            ),
            ("oops", (None, None)),
        ] {
            assert_eq!(told(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn values_of_forms_are_escaped() {
        assert_eq!(escaped("a b&c=d/\u{e4}~"), "a%20b%26c%3Dd%2F%C3%A4~");
    }

    #[test]
    fn endpoints_are_understood_or_refused() {
        for (endpoint, expected) in [
            ("http://127.0.0.1:8585", Some(("http", "127.0.0.1:8585"))),
            ("http://[::1]:8585/", Some(("http", "[::1]:8585"))),
            ("https://example.com", Some(("https", "example.com"))),
            ("ftp://example.com", None),
            ("127.0.0.1:8585", None),
            ("http://127.0.0.1:8585/path", None),
        ] {
            let found = scheme_and_host(endpoint).ok();
            let found = found.as_ref().map(|(scheme, host)| (*scheme, host.as_str()));
            assert_eq!(found, expected, "{endpoint}");
        }
    }
}
