//! The id that a service gave a request.

use cairn_wire::recognise::Protocol;
use cairn_wire::xml::Element;

use crate::Response;
use crate::inflate::response_body;

/// Headers that hold it, in the order asked.
const HEADERS: [&str; 4] = ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id", "x-amz-id-2"];
/// What XML calls it.
const ELEMENTS: [&str; 3] = ["RequestId", "RequestID", "requestId"];

/// Returns the id that an answer carries in a header or, in XML, in its body as far as it was kept; none for
/// servers that give no ids.
pub fn request_id(response: &Response<'_>, protocol: Protocol) -> Option<String> {
    let header = HEADERS.iter().find_map(|name| response.header(name).filter(|id| is_id(id)));
    header.or_else(|| match protocol {
        Protocol::Query | Protocol::Ec2Query | Protocol::RestXml => in_body(response),
        Protocol::Json | Protocol::Cbor | Protocol::RestJson => None,
    })
}

fn in_body(response: &Response<'_>) -> Option<String> {
    let root = Element::parse(&response_body(response)?)?;
    let places = [Some(&root), root.child("ResponseMetadata"), root.child("Error")];
    let mut named = places
        .into_iter()
        .flatten()
        .flat_map(|place| ELEMENTS.iter().filter_map(move |name| place.text_of(name)));
    named.find(|id| is_id(id)).map(str::to_owned)
}

/// What may stand in a record as it was sent.
fn is_id(text: &str) -> bool {
    (1..=ID_BYTES_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

const ID_BYTES_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use cairn_wire::recognise::Protocol;

    use super::request_id;
    use crate::{Captured, Response};

    fn check(headers: &[(&str, &str)], body: &str, protocol: Protocol, expected: Option<&str>) {
        let headers: Vec<(&str, &[u8])> =
            headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let body = Captured::Whole(body.as_bytes());
        let response = Response { status: 200, headers: &headers, body, body_bytes: 0 };
        assert_eq!(request_id(&response, protocol).as_deref(), expected, "{headers:?} {body:?}");
    }

    #[test]
    fn ids_are_found_where_services_put_them() {
        let query = "<AResponse><AResult/><ResponseMetadata><RequestId>q-1</RequestId></ResponseMetadata></AResponse>";
        check(&[("X-Amzn-RequestId", "h-1")], query, Protocol::Query, Some("h-1"));
        check(&[("x-amz-request-id", "h-2"), ("x-amz-id-2", "i")], "", Protocol::RestXml, Some("h-2"));
        check(&[], query, Protocol::Query, Some("q-1"));
        check(&[], "<AResponse><requestId>e-1</requestId></AResponse>", Protocol::Ec2Query, Some("e-1"));
        check(
            &[],
            "<Response><Errors/><RequestID>e-2</RequestID></Response>",
            Protocol::Ec2Query,
            Some("e-2"),
        );
        check(&[], "<Error><RequestId>s-1</RequestId></Error>", Protocol::RestXml, Some("s-1"));
        check(&[("x-amzn-requestid", "")], "{}", Protocol::Json, None);
        check(&[("x-amzn-requestid", "a b")], "<a/>", Protocol::Query, None);
        check(&[], "<AResponse><RequestId>x</RequestId></AResponse>", Protocol::Json, None);
    }
}
