//! Records of S3.

mod body;
mod deletions;
mod parameters;
mod resources;
mod transfer;

use cairn_event::Category;
use cairn_wire::s3::{self, Call};
use cairn_wire::xml::Element;
use serde_json::{Map, Value};

use crate::Exchange;
use crate::details::{Details, unless_empty};
use crate::error::{Failure, s3_fails_late};

pub(crate) use body::records_body;
pub(crate) use deletions::deletions;
pub use resources::copy_source_bucket;
pub(crate) use transfer::of_front_end;

/// Renders everything that S3 records of a call.
pub(crate) fn details(exchange: &Exchange<'_>, call: &Call, failure: Option<&Failure>) -> Details {
    Details {
        request_parameters: unless_empty(parameters::parameters(&exchange.request, call)),
        response_elements: if failure.is_none() { response_elements(exchange, call) } else { None },
        additional: transfer::additional(exchange, call, failure),
        resources: resources::resources(exchange, call, failure),
        read_only: call.read_only,
        category: match call.category {
            s3::Category::Management => Category::Management,
            s3::Category::Data => Category::Data,
        },
    }
}

/// Tells whether a call names the objects that it deletes in its body.
pub(crate) fn lists_deletions(call: &Call) -> bool {
    call.operation == Some("DeleteObjects")
}

/// Tells whether a successful answer has to be read.
pub(crate) fn reads_answer(call: &Call) -> bool {
    s3_fails_late(call) || call.operation == Some("CreateMultipartUpload")
}

/// Renders what a change to an object answered in its headers, and the id of a new upload.
fn response_elements(exchange: &Exchange<'_>, call: &Call) -> Option<Value> {
    if call.read_only || call.level != s3::Level::Object {
        return None;
    }
    let mut elements = Map::new();
    for name in RESULT_HEADERS {
        if let Some(value) = exchange.response.header(name) {
            elements.insert(name.to_owned(), Value::from(value));
        }
    }
    if call.operation == Some("CreateMultipartUpload")
        && let Some(upload_id) = upload_id(exchange)
    {
        elements
            .insert("InitiateMultipartUploadResult".to_owned(), serde_json::json!({ "UploadId": upload_id }));
    }
    unless_empty(elements)
}

fn upload_id(exchange: &Exchange<'_>) -> Option<String> {
    let root = Element::parse(exchange.response.body.whole()?)?;
    root.text_of("UploadId").map(str::to_owned)
}

const RESULT_HEADERS: [&str; 7] = [
    "x-amz-delete-marker",
    "x-amz-expiration",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-version-id",
];
