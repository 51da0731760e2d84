//! An exchange that owns its parts, recognised and recorded as the server does it.

use std::sync::Arc;

use cairn_access::Caller;
use cairn_capture::{
    Captured, Exchange, Keep, ModelledCall, Request, Response, ServiceCall, TableKeys, Tls, body_policy,
    further_records, record,
};
use cairn_event::{AccountId, Record};
use cairn_operations::{Rule, Table, s3_operation};
use cairn_wire::query::Parameters;
use cairn_wire::recognise::{Headers, Protocol, Sight, recognise};
use cairn_wire::s3;

#[derive(Debug, Clone)]
pub(crate) struct Observed {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Body,
    pub(crate) status: u16,
    pub(crate) response_headers: Vec<(String, Vec<u8>)>,
    pub(crate) response_body: Body,
    pub(crate) caller: Caller,
    pub(crate) account_alias: Option<String>,
    pub(crate) recipient: AccountId,
    pub(crate) owner: Option<AccountId>,
    pub(crate) tls: Option<Tls>,
    pub(crate) request_id: String,
    pub(crate) completed: jiff::Timestamp,
    /// Whether somebody else serves the call: then its model says what Cairn has no rules of its own for.
    pub(crate) forwarded: bool,
    /// What earlier answers showed of tables.
    pub(crate) table_keys: Option<Arc<TableKeys>>,
}

/// A body of which perhaps only the beginning is at hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    pub(crate) length: u64,
    pub(crate) cut: bool,
}

/// What the request's signature says about itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signed {
    pub(crate) key: Option<String>,
    pub(crate) region: Option<String>,
}

impl Body {
    pub(crate) fn whole(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), length: u64::try_from(bytes.len()).unwrap(), cut: false }
    }

    fn captured(&self, bytes_max: usize) -> Captured<'_> {
        if self.cut || self.bytes.len() > bytes_max { Captured::Cut } else { Captured::Whole(&self.bytes) }
    }
}

impl Observed {
    pub(crate) fn record(&self) -> (Protocol, Record) {
        let (protocol, call) = self.call();
        (protocol, self.exchanged(&call, |exchange| record(exchange, &call)))
    }

    pub(crate) fn further_records(&self, event_id: impl FnMut() -> String) -> Vec<Record> {
        let (_, call) = self.call();
        self.exchanged(&call, |exchange| further_records(&record(exchange, &call), exchange, &call, event_id))
    }

    fn is_form(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    }

    fn call(&self) -> (Protocol, ServiceCall) {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let form: &[u8] = if self.is_form() { &self.body.bytes } else { b"" };
        let sight = Sight::of(&self.method, path, query, self, form);
        let seen = sight.seen();
        let recognised = recognise(&seen);
        let resolver = s3::Resolver::new(["s3.localhost".to_owned()]);
        let host = self.header("host").unwrap_or_default();
        let copies = self.header("x-amz-copy-source").is_some();
        let resolve =
            || resolver.resolve(&s3::Seen { method: &self.method, path, query, host: &host, copies });
        let call = ServiceCall::of(&recognised, resolve);
        if !self.forwarded || !matches!(call, ServiceCall::Other { .. }) {
            return (recognised.protocol, call);
        }
        let table = Table::built_in();
        let found = cairn_operations::recognise(&table, &seen);
        let id = match found.rule {
            Rule::S3 => s3_operation(&table, sight.signing_name(), resolve().operation.unwrap_or_default()),
            _ => found.operation,
        };
        match id.and_then(|id| ModelledCall::new(&table, id, found.protocol)) {
            Some(modelled) if found.rule == Rule::S3 => {
                let event_source = recognised.event_source;
                (found.protocol, ServiceCall::Modelled(ModelledCall { event_source, ..modelled }))
            }
            Some(modelled) => {
                let table_keys = self.table_keys.clone();
                (found.protocol, ServiceCall::Modelled(ModelledCall { table_keys, ..modelled }))
            }
            None => (recognised.protocol, call),
        }
    }

    fn exchanged<T>(&self, call: &ServiceCall, with: impl FnOnce(&Exchange<'_>) -> T) -> T {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let policy = body_policy(call);
        let request_body = match policy.request {
            Keep::Always { bytes_max } | Keep::OnError { bytes_max } => self.body.captured(bytes_max),
            Keep::Nothing => Captured::Nothing,
        };
        let response_body = match policy.response {
            Keep::Always { bytes_max } => self.response_body.captured(bytes_max),
            Keep::OnError { bytes_max } if self.status >= 300 => self.response_body.captured(bytes_max),
            Keep::OnError { .. } | Keep::Nothing => Captured::Nothing,
        };
        let region = self.signed().region.unwrap_or_else(|| "us-east-1".to_owned()).parse().unwrap();
        with(&Exchange {
            request: Request {
                method: &self.method,
                path,
                query,
                headers: &borrowed(&self.headers),
                body: request_body,
                body_bytes: self.body.length,
            },
            response: Response {
                status: self.status,
                headers: &borrowed(&self.response_headers),
                body: response_body,
                body_bytes: self.response_body.length,
            },
            caller: &self.caller,
            region: &region,
            account_alias: self.account_alias.as_deref(),
            recipient: self.recipient,
            resource_owner: self.owner,
            peer: Some("198.51.100.24".parse().unwrap()),
            tls: self.tls.as_ref(),
            request_id: &self.request_id,
            event_id: "0b1f2e0c-5a64-4c0e-9d0e-6f1d1f0f8a01",
            remarks: &serde_json::Map::new(),
            completed: self.completed,
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let (_, value) = self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    pub(crate) fn signed(&self) -> Signed {
        let scope = |credential: &str| {
            let parts: Vec<&str> = credential.split('/').collect();
            Signed {
                key: parts.first().map(|&part| part.to_owned()),
                region: parts.get(2).map(|&part| part.to_owned()),
            }
        };
        let version_2 = |key: &str| Signed { key: Some(key.to_owned()), region: None };
        if let Some(authorization) = self.header("authorization") {
            if let Some((_, rest)) = authorization.split_once("Credential=") {
                return scope(rest.split(',').next().unwrap());
            }
            let key = authorization.strip_prefix("AWS ").and_then(|rest| rest.split_once(':'));
            return key.map(|(key, _)| version_2(key)).unwrap_or_default();
        }
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let parameters = Parameters::parse(query, b"").unwrap_or_default();
        if let Some(credential) = parameters.value("X-Amz-Credential") {
            return scope(credential);
        }
        parameters.value("AWSAccessKeyId").map(version_2).unwrap_or_default()
    }
}

impl Headers for Observed {
    fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }
}

fn borrowed(headers: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect()
}
