//! What recognition found.

use cairn_wire::recognise::Protocol;

use crate::OperationId;

/// The most operations that are named when several fit a request equally well.
pub const FITTING_MAX: usize = 8;

/// What a request was recognised as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recognised {
    /// The operation; none when nothing in the table fits, and for S3's own, which its resolver names.
    pub operation: Option<OperationId>,
    /// How the request speaks.
    pub protocol: Protocol,
    /// What in the request decided.
    pub rule: Rule,
    /// What broke a tie, where several operations fit.
    pub tie_break: Option<TieBreak>,
    /// The others that fit equally well when nothing but the order of services told them apart.
    pub ties: Fitting,
}

/// What in a request names its operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// `X-Amz-Target`.
    Target,
    /// The path of RPC v2 CBOR.
    CborPath,
    /// `Action` of a query call.
    Action,
    /// `Action` of a query call of a version that the table does not have.
    ActionOfOtherVersion,
    /// Method, path and query of a REST call.
    Route,
    /// S3's own rules for bucket, key and sub-resource.
    S3,
    /// Nothing: the operation is not known.
    Unknown,
}

/// What told operations apart that the rule could not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TieBreak {
    /// The operation's name in `x-id` or in the user agent.
    OperationHint,
    /// The service's name in the user agent.
    UserAgent,
    /// The host.
    Host,
    /// The service that is called like its signing name, or the newest.
    Default,
}

/// A few operations, in the table's order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fitting {
    operations: [OperationId; FITTING_MAX],
    count: usize,
}

impl Recognised {
    pub(crate) fn unknown(protocol: Protocol) -> Self {
        Self { operation: None, protocol, rule: Rule::Unknown, tie_break: None, ties: Fitting::default() }
    }
}

impl Rule {
    /// Returns the rule's name, as `cairn explain` prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::CborPath => "cbor-path",
            Self::Action => "action",
            Self::ActionOfOtherVersion => "action-of-other-version",
            Self::Route => "route",
            Self::S3 => "s3",
            Self::Unknown => "unknown",
        }
    }
}

impl TieBreak {
    /// Returns its name, as `cairn explain` prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::OperationHint => "operation-hint",
            Self::UserAgent => "user-agent",
            Self::Host => "host",
            Self::Default => "default",
        }
    }
}

impl Fitting {
    /// Adds one; what is too many is left out.
    pub(crate) fn add(&mut self, id: OperationId) {
        if let Some(free) = self.operations.get_mut(self.count) {
            *free = id;
            self.count += 1;
        }
    }

    /// Keeps those that `fits` holds for, unless that is none.
    pub(crate) fn narrow(&mut self, fits: impl Fn(OperationId) -> bool) -> bool {
        let mut kept = Self::default();
        self.as_slice().iter().filter(|id| fits(**id)).for_each(|id| kept.add(*id));
        let narrowed = !kept.is_empty() && kept.count < self.count;
        if narrowed {
            *self = kept;
        }
        narrowed
    }

    /// Returns them.
    pub fn as_slice(&self) -> &[OperationId] {
        self.operations.get(..self.count).unwrap_or_default()
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}
