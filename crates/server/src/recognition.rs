//! From the head of a request to the call that it makes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cairn_capture::{ModelledCall, ServiceCall, TableKeys};
use cairn_operations::{
    Headers, Recognised, Rule, Seen, Sight, Table, event_name, s3_operation, versioned_name,
};
use cairn_wire::recognise::{self, Call, Service, UNKNOWN_OPERATION};
use cairn_wire::s3;

use crate::head::Head;

/// Recognises requests by the table of operations.
#[derive(Debug)]
pub(crate) struct Recogniser {
    pub(crate) table: Arc<Table>,
    pub(crate) resolver: s3::Resolver,
    pub(crate) cloudfront_names: CloudFrontNames,
    /// What upstreams' answers showed of the keys of DynamoDB's tables.
    pub(crate) table_keys: Arc<TableKeys>,
}

/// How records call CloudFront's operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloudFrontNames {
    /// As SDKs do.
    Plain,
    /// With the version of the API at the end, as older records did.
    Versioned,
}

/// The table of operations can't be used.
#[derive(Debug, thiserror::Error)]
#[error("use the table of operations in {}", path.display())]
pub struct OperationsFileError {
    path: PathBuf,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// Opens a table of operations; the one that was built in where no file is named.
///
/// # Errors
/// The file can't be read, or is no table.
pub fn open_operations(file: Option<&Path>) -> Result<Arc<Table>, OperationsFileError> {
    let Some(path) = file else { return Ok(Table::built_in()) };
    let failed = |source| OperationsFileError { path: path.to_path_buf(), source };
    let bytes = std::fs::read(path).map_err(|error| failed(error.into()))?;
    let table = Table::open(&bytes).map_err(|error| failed(error.into()))?;
    tracing::info!(source = table.source(), services = table.services().len(), "table of operations opened");
    Ok(Arc::new(table))
}

/// What a request is.
#[derive(Debug, Clone)]
pub(crate) struct Recognition {
    /// The call, as whoever serves and refuses it sees it.
    pub(crate) call: Call,
    /// The service that the signature's scope names, which decides who serves the call.
    pub(crate) signing_name: Option<String>,
    /// The operation in the table.
    pub(crate) found: Recognised,
    /// What a store may serve though S3 was signed for: it is recorded where the call is forwarded, and Cairn
    /// itself serves no such call.
    served_by_stores: Option<Call>,
}

impl Recogniser {
    /// Recognises a request; `body` matters only when it is a form.
    pub(crate) fn recognise(&self, head: &Head, body: &[u8]) -> Recognition {
        let sight = Sight::of(&head.method, &head.path, &head.query, head, body);
        let seen = self.undisguised(sight.seen());
        let found = cairn_operations::recognise(&self.table, &seen);
        let mut call = recognise::recognise(&seen);
        if let Some(id) = found.operation
            && let (Some(service), Some(operation)) = (self.table.service(id), self.table.operation(id))
            && (matches!(call.service, Service::Other(_)) || seen.signing_name.is_none())
            && !is_built_in(&service.signing_name)
        {
            call = Call {
                service: Service::Other(service.signing_name.clone()),
                protocol: found.protocol,
                operation: Some(event_name(service, operation).into_owned()),
                event_source: cairn_operations::event_source(service),
            };
        }
        let served_by_stores =
            (call.service == Service::S3 && found.rule != Rule::S3 && found.operation.is_some())
                .then(|| recognise::recognise(&Seen { signing_name: None, ..seen }));
        Recognition { call, signing_name: sight.signing_name().map(str::to_owned), found, served_by_stores }
    }

    /// Returns the call as records know it when somebody else serves it: services that Cairn has built in by
    /// their own rules, all others by their models.
    pub(crate) fn forwarded(&self, head: &Head, recognition: &Recognition) -> ServiceCall {
        let call = recognition.served_by_stores.as_ref().unwrap_or(&recognition.call);
        let call = ServiceCall::of(call, || self.resolve(head));
        match call {
            ServiceCall::Other { .. } => match self.modelled(head, recognition) {
                Some(modelled) => ServiceCall::Modelled(modelled),
                None => call,
            },
            ServiceCall::S3(_) if OF_STORES.iter().any(|own| head.path.starts_with(own)) => {
                ServiceCall::Other {
                    event_source: recognition.call.event_source.clone(),
                    event_name: UNKNOWN_OPERATION.to_owned(),
                    protocol: recognition.call.protocol,
                }
            }
            known => known,
        }
    }

    /// Returns the call by its model; none when it is not in the table.
    pub(crate) fn modelled(&self, head: &Head, recognition: &Recognition) -> Option<ModelledCall> {
        let found = &recognition.found;
        if found.rule != Rule::S3 {
            let mut call = ModelledCall::new(&self.table, found.operation?, found.protocol)?;
            if self.cloudfront_names == CloudFrontNames::Versioned {
                let named = self.table.service(call.operation).zip(self.table.operation(call.operation));
                let versioned = named.and_then(|(service, operation)| versioned_name(service, operation));
                call.event_name = versioned.unwrap_or(call.event_name);
            }
            call.table_keys = Some(Arc::clone(&self.table_keys));
            return Some(call);
        }
        // What is signed for under another of S3's names has S3's operations, and a source of its own.
        let signing_name = recognition.signing_name.as_deref();
        let id = s3_operation(&self.table, signing_name, self.resolve(head).operation?)?;
        let call = ModelledCall::new(&self.table, id, found.protocol)?;
        Some(ModelledCall { event_source: recognition.call.event_source.clone(), ..call })
    }

    /// Passes over the action of a GET to a bucket's own host: its path is `/` too, and S3 does not look at
    /// actions. Other services may have hosts below the same domain: `iam.localhost` is no bucket's to those who
    /// sign for `iam`. A POST with an action is no call of S3 on any host.
    fn undisguised<'a>(&self, seen: Seen<'a>) -> Seen<'a> {
        let named = seen.action.is_some() && seen.method != "POST";
        let bucket = || seen.host.and_then(|host| self.resolver.bucket_of_host(host));
        match named.then(bucket).flatten() {
            Some(bucket) if bucket.split('.').next() != seen.signing_name => Seen { action: None, ..seen },
            _ => seen,
        }
    }

    fn resolve(&self, head: &Head) -> s3::Call {
        self.resolver.resolve(&s3::Seen {
            method: &head.method,
            path: &head.path,
            query: &head.query,
            host: head.host_of_bucket(),
            copies: head.header("x-amz-copy-source").is_some(),
        })
    }
}

impl Headers for Head {
    fn header(&self, name: &str) -> Option<&str> {
        Self::header(self, name)
    }
}

/// What stores have beside S3 on S3's port: a bucket can't be called `minio` there.
const OF_STORES: [&str; 5] =
    ["/minio/admin/", "/minio/health/", "/minio/kms/", "/minio/metrics/", "/minio/v2/metrics/"];

/// Tells whether Cairn itself serves what is signed for under this name.
fn is_built_in(signing_name: &str) -> bool {
    matches!(signing_name, "cloudtrail" | "cloudtrail-data" | "iam" | "kms" | "organizations" | "sts")
}

/// Tells whether a request that is unsigned, or signed for S3, may name the action of another service in a form:
/// then the body is read before anything is decided.
pub(crate) fn reads_form(head: &Head) -> bool {
    let sight = || Sight::of(&head.method, &head.path, &head.query, head, b"");
    let named = head.is_form() && head.path == "/" && head.method == "POST" && !s3::selects_post(&head.query);
    named && matches!(sight().signing_name(), None | Some("s3"))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    const SCOPE: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261125/us-east-1/";

    /// Recognises what is signed for a service, or not signed at all, and says how it is recorded.
    #[track_caller]
    fn check(cloudfront_names: CloudFrontNames, service: &str, line: &str, expected: (&str, &str)) {
        let (method, target) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(target).header("host", "localhost:4566");
        if !service.is_empty() {
            let scope = format!("{SCOPE}{service}/aws4_request, SignedHeaders=host, Signature=0");
            request = request.header("authorization", scope);
        }
        let request = request.header("content-type", "application/json").body(()).unwrap();
        let head = Head::of(&request.into_parts().0);
        let resolver = s3::Resolver::default();
        let table_keys = Arc::default();
        let recogniser = Recogniser { table: Table::built_in(), resolver, cloudfront_names, table_keys };
        let recognition = recogniser.recognise(&head, b"");
        let call = recogniser.forwarded(&head, &recognition);
        assert_eq!((call.event_source(), call.event_name()), expected, "{service} {line}");
    }

    #[test]
    fn forwarded_calls_are_called_as_records_call_them() {
        let plain =
            |service, line, source, name| check(CloudFrontNames::Plain, service, line, (source, name));
        plain("lambda", "GET /2015-03-31/functions", "lambda.amazonaws.com", "ListFunctions20150331");
        plain("s3", "GET /bucket?list-type=2", "s3.amazonaws.com", "ListObjects");
        let block = "GET /v20180820/configuration/publicAccessBlock";
        plain("s3", block, "s3.amazonaws.com", "GetAccountPublicAccessBlock");
        plain("s3express", "PUT /bucket/key", "s3express.amazonaws.com", "PutObject");
        plain("s3express", "GET /", "s3express.amazonaws.com", "ListDirectoryBuckets");
        plain("iam", "POST /?Action=ListUsers&Version=2010-05-08", "iam.amazonaws.com", "ListUsers");
        // What Cairn's own IAM does not have is known all the same.
        let report = "POST /?Action=GenerateCredentialReport&Version=2010-05-08";
        plain("iam", report, "iam.amazonaws.com", "GenerateCredentialReport");
        plain("", "POST /token", "sso.amazonaws.com", "CreateToken");
        plain("", "GET /bucket/key", "s3.amazonaws.com", "GetObject");
        // Users and keys of MinIO are no objects in a bucket.
        plain("s3", "PUT /minio/admin/v3/add-user?accessKey=k", "s3.amazonaws.com", "UnknownOperation");
        plain("s3", "GET /minio/administration.txt", "s3.amazonaws.com", "GetObject");
        plain("", "GET /?Action=ListUsers&Version=2010-05-08", "iam.amazonaws.com", "ListUsers");
        plain("lambda", "GET /nothing", "lambda.amazonaws.com", "UnknownOperation");
        let distributions = "GET /2020-05-31/distribution";
        plain("cloudfront", distributions, "cloudfront.amazonaws.com", "ListDistributions");
        let versioned = ("cloudfront.amazonaws.com", "ListDistributions2020_05_31");
        check(CloudFrontNames::Versioned, "cloudfront", distributions, versioned);
    }

    /// Recognises a call to a host below `localhost`, and says how it is recorded once it was forwarded.
    #[track_caller]
    fn check_host(host: &str, service: &str, line: &str, form: &str, expected: (&str, &str)) {
        let (method, target) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(target).header("host", host);
        if !service.is_empty() {
            request = request.header("authorization", format!("{SCOPE}{service}/aws4_request"));
        }
        if !form.is_empty() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let head = Head::of(&request.body(()).unwrap().into_parts().0);
        let resolver = s3::Resolver::new(["localhost".to_owned()]);
        let cloudfront_names = CloudFrontNames::Plain;
        let table_keys = Arc::default();
        let recogniser = Recogniser { table: Table::built_in(), resolver, cloudfront_names, table_keys };
        let recognition = recogniser.recognise(&head, form.as_bytes());
        let call = recogniser.forwarded(&head, &recognition);
        assert_eq!((call.event_source(), call.event_name()), expected, "{host} {service} {line}");
        // Who serves what was signed for S3 does not change: Cairn itself takes no such call of IAM.
        assert_eq!(recognition.call.service == Service::S3, service == "s3" || expected.0.starts_with("s3."));
        assert_eq!(
            reads_form(&head),
            !form.is_empty() && ["", "s3"].contains(&service),
            "{host} {service} {line}"
        );
    }

    #[test]
    fn an_action_disguises_no_call_to_a_buckets_host() {
        const USERS: (&str, &str) = ("iam.amazonaws.com", "ListUsers");
        let line = "GET /?Action=ListUsers&Version=2010-05-08";
        check_host("localhost:4566", "", line, "", USERS);
        check_host("localhost:4566", "iam", line, "", USERS);
        check_host("iam.localhost:4566", "iam", line, "", USERS);
        check_host("photos.localhost:4566", "", line, "", ("s3.amazonaws.com", "ListObjects"));
        check_host("photos.localhost:4566", "iam", line, "", ("iam.amazonaws.com", "UnknownOperation"));
        let deletion = "POST /?delete&Action=ListUsers&Version=2010-05-08";
        check_host("photos.localhost:4566", "iam", deletion, "", ("iam.amazonaws.com", "UnknownOperation"));
        check_host("photos.localhost:4566", "s3", deletion, "", ("s3.amazonaws.com", "DeleteObjects"));
        check_host("photos.localhost:4566", "", deletion, "", ("s3.amazonaws.com", "DeleteObjects"));
    }

    #[test]
    fn a_signature_for_s3_hides_no_call_of_iam() {
        let check = |host, form, source, name| check_host(host, "s3", "POST /", form, (source, name));
        let key = "Action=CreateAccessKey&UserName=admin&Version=2010-05-08";
        check("localhost:4566", key, "iam.amazonaws.com", "CreateAccessKey");
        let report = "Action=GenerateCredentialReport&Version=2010-05-08";
        check("localhost:4566", report, "iam.amazonaws.com", "GenerateCredentialReport");
        let role = "Action=AssumeRole&Version=2011-06-15";
        check("localhost:4566", role, "sts.amazonaws.com", "AssumeRole");
        check("localhost:4566", "Action=Nothing&Version=2011-06-15", "s3.amazonaws.com", "UnknownOperation");
        // The client chooses the host, and a store need not look at it.
        check("photos.localhost:4566", key, "iam.amazonaws.com", "CreateAccessKey");
    }
}
