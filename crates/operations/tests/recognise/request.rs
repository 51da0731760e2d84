//! A request for tests, and what it is recognised as.

use cairn_operations::{Headers, OperationId, Recognised, Sight, Table, recognise};

/// A request that a test writes in a few words.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Headers for Request {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

impl Request {
    /// Takes a request line such as `GET /path?query`.
    pub(crate) fn of(line: &str) -> Self {
        Self { line: line.to_owned(), ..Self::default() }
    }

    pub(crate) fn signed(self, service: &str) -> Self {
        let scope = format!("Credential=AKIAIOSFODNN7EXAMPLE/20261125/us-east-1/{service}/aws4_request");
        self.with("authorization", &format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"))
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn form(self, body: &str) -> Self {
        let form = self.with("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        Self { body: body.to_owned(), ..form }
    }

    pub(crate) fn recognise(&self) -> Recognised {
        let (method, target) = self.line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let sight = Sight::of(method, path, query, self, self.body.as_bytes());
        recognise(&Table::built_in(), &sight.seen())
    }
}

/// Says in one line what was recognised: `rule service Operation`, then what broke a tie, then its others.
pub(crate) fn told(found: &Recognised) -> String {
    let table = Table::built_in();
    let name = |id: &OperationId| {
        format!("{} {}", table.service(*id).unwrap().name, table.operation(*id).unwrap().name)
    };
    let mut told = vec![found.rule.name().to_owned()];
    told.extend(found.operation.iter().map(name));
    told.extend(found.tie_break.map(|broken| format!("by {}", broken.name())));
    told.extend(found.ties.as_slice().iter().map(|id| format!("or {}", name(id))));
    told.join(" ")
}

#[track_caller]
pub(crate) fn check(request: &Request, expected: &str) {
    assert_eq!(told(&request.recognise()), expected, "{request:?}");
}
