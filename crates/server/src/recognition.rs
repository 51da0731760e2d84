//! From the head of a request to the call that it makes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cairn_capture::{ModelledCall, ServiceCall};
use cairn_operations::{
    Headers, Operation, Recognised, Rule, Sight, Table, event_name, s3_operation, versioned_name,
};
use cairn_wire::recognise::{self, Call, Service};
use cairn_wire::s3;

use crate::head::Head;

/// Recognises requests by the table of operations.
#[derive(Debug)]
pub(crate) struct Recogniser {
    pub(crate) table: Arc<Table>,
    pub(crate) resolver: s3::Resolver,
    pub(crate) cloudfront_names: CloudFrontNames,
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
}

impl Recogniser {
    /// Recognises a request; `body` matters only when it is a form.
    pub(crate) fn recognise(&self, head: &Head, body: &[u8]) -> Recognition {
        let sight = Sight::of(&head.method, &head.path, &head.query, head, body);
        let seen = sight.seen();
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
                operation: Some(self.event_name(service, operation)),
                event_source: cairn_operations::event_source(service),
            };
        }
        Recognition { call, signing_name: sight.signing_name().map(str::to_owned), found }
    }

    /// Returns the call as records know it when somebody else serves it: services that Cairn has built in by
    /// their own rules, all others by their models.
    pub(crate) fn forwarded(&self, head: &Head, recognition: &Recognition) -> ServiceCall {
        let call = ServiceCall::of(&recognition.call, || self.resolve(head));
        match call {
            ServiceCall::Other { .. } => match self.modelled(head, recognition) {
                Some(modelled) => ServiceCall::Modelled(modelled),
                None => call,
            },
            known => known,
        }
    }

    /// Returns the call by its model; none when it is not in the table.
    pub(crate) fn modelled(&self, head: &Head, recognition: &Recognition) -> Option<ModelledCall> {
        let found = &recognition.found;
        if found.rule != Rule::S3 {
            let call = ModelledCall::new(&self.table, found.operation?, found.protocol)?;
            let (service, operation) =
                (self.table.service(call.operation)?, self.table.operation(call.operation)?);
            return Some(ModelledCall { event_name: self.event_name(service, operation), ..call });
        }
        // What is signed for under another of S3's names has S3's operations, and a source of its own.
        let signing_name = recognition.signing_name.as_deref();
        let id = s3_operation(&self.table, signing_name, self.resolve(head).operation?)?;
        let call = ModelledCall::new(&self.table, id, found.protocol)?;
        Some(ModelledCall { event_source: recognition.call.event_source.clone(), ..call })
    }

    fn event_name(&self, service: &cairn_operations::Service, operation: &Operation) -> String {
        let versioned = match self.cloudfront_names {
            CloudFrontNames::Versioned => versioned_name(service, operation),
            CloudFrontNames::Plain => None,
        };
        versioned.unwrap_or_else(|| event_name(service, operation).into_owned())
    }

    fn resolve(&self, head: &Head) -> s3::Call {
        self.resolver.resolve(&s3::Seen {
            method: &head.method,
            path: &head.path,
            query: &head.query,
            host: head.header("host").unwrap_or_default(),
            copies: head.header("x-amz-copy-source").is_some(),
        })
    }
}

impl Headers for Head {
    fn header(&self, name: &str) -> Option<&str> {
        Self::header(self, name)
    }
}

/// Tells whether Cairn itself serves what is signed for under this name.
fn is_built_in(signing_name: &str) -> bool {
    matches!(signing_name, "cloudtrail" | "cloudtrail-data" | "iam" | "kms" | "sts")
}

/// Tells whether an unsigned request may name its action in a form: then the body is read before anything
/// is decided.
pub(crate) fn reads_form(head: &Head) -> bool {
    let signing_name =
        || Sight::of(&head.method, &head.path, &head.query, head, b"").signing_name().is_some();
    head.is_form() && head.path == "/" && head.method == "POST" && !signing_name()
}
