//! The shapes of a service: what is where in its requests and answers, and what is secret.

use serde::{Deserialize, Serialize};

/// The number of a shape within its service. Shapes may contain themselves.
pub type ShapeId = u32;

/// All shapes of one service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shapes {
    /// By number.
    pub shapes: Vec<Shape>,
    /// Error codes on the wire that differ from the name of the exception: `(code, exception)`.
    pub renamed_errors: Vec<(String, String)>,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Its kind.
    pub kind: Kind,
    /// Whether the model marks it as sensitive: it must never be recorded.
    pub sensitive: bool,
}

/// The kind of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Named members.
    Structure {
        /// In the model's order.
        members: Vec<Member>,
        /// The index of the member that is the whole body, if one is.
        payload: Option<u32>,
    },
    /// Values of one shape.
    List {
        /// The shape of each.
        item: ShapeId,
        /// How an item is called in XML and in query parameters, where not `member`.
        item_name: Option<String>,
        /// Whether the items stand without a list around them.
        flattened: bool,
    },
    /// Values by keys, which are data and no names.
    Map {
        /// The shape of each value.
        value: ShapeId,
        /// How XML calls a key, where not `key`.
        key_name: Option<String>,
        /// How XML calls a value, where not `value`.
        value_name: Option<String>,
        /// Whether the entries stand without a map around them.
        flattened: bool,
    },
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// Any number.
    Float,
    /// True or false.
    Boolean,
    /// An instant.
    Timestamp {
        /// How it is written, where the protocol's own way is not meant.
        format: Option<TimeFormat>,
    },
    /// Bytes.
    Blob,
    /// Any JSON.
    Document,
}

/// A member of a structure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the flags of a model, each on its own")]
pub struct Member {
    /// The name in the model, which records recase.
    pub name: String,
    /// The name on the wire, where it is another (`locationName`).
    pub wire_name: Option<String>,
    /// EC2's name for it in query parameters, where it has one (`queryName`).
    pub query_name: Option<String>,
    /// Where it is sent.
    pub location: Location,
    /// What it is.
    pub shape: ShapeId,
    /// Whether the model marks this member, or its shape, as sensitive.
    pub sensitive: bool,
    /// Whether it is a list whose items stand without a list around them.
    pub flattened: bool,
    /// Whether it is an attribute of the XML element.
    pub attribute: bool,
    /// How an instant is written here, where not as its shape says.
    pub time_format: Option<TimeFormat>,
}

/// Where a member is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Location {
    /// In the body, or wherever the protocol has its parameters.
    Body,
    /// In the path.
    Path,
    /// In the query string.
    Query,
    /// In a header.
    Header,
    /// In all headers that begin so.
    Headers,
    /// It is the answer's status.
    Status,
}

/// How an instant is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimeFormat {
    /// Seconds since the Unix epoch.
    Epoch,
    /// ISO 8601.
    Iso8601,
    /// As in HTTP's `Date`.
    HttpDate,
}

impl Member {
    /// Returns the name on the wire.
    pub fn on_wire(&self) -> &str {
        self.wire_name.as_deref().unwrap_or(&self.name)
    }
}

impl Shapes {
    /// Returns a shape; none for a number that is not this service's.
    pub fn get(&self, id: ShapeId) -> Option<&Shape> {
        self.shapes.get(usize::try_from(id).ok()?)
    }
}
