//! Small XML documents as trees: configuration bodies, answers, errors.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// An element with everything in it.
#[derive(Debug, Default)]
pub struct Element {
    /// The name without the prefix of a namespace: stores tell elements by it, whatever prefix a client chooses.
    pub name: String,
    /// Names, as written, and values of the attributes.
    pub attributes: Vec<(String, String)>,
    /// The elements directly inside.
    pub children: Vec<Self>,
    /// The text directly inside, trimmed.
    pub text: String,
    /// The same as it was sent: in an object's key blanks count.
    pub untrimmed: String,
}

impl Element {
    /// Reads a document; nothing when it is not one well-formed element within the limits, or has a
    /// document type.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        // Long-running S3 calls send white space ahead of the document to keep the connection open.
        let text = std::str::from_utf8(bytes).ok()?.trim_start();
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Self> = Vec::new();
        let mut elements = 0_usize;
        loop {
            let closed = match reader.read_event().ok()? {
                Event::Start(start) => {
                    open.push(Self::begin(&start)?);
                    None
                }
                Event::Empty(start) => Some(Self::begin(&start)?),
                Event::End(_) => open.pop(),
                Event::Text(text) => append(&mut open, &text.decode().ok()?)?,
                Event::CData(text) => append(&mut open, &text.decode().ok()?)?,
                Event::GeneralRef(reference) => append(&mut open, &resolve(&reference)?)?,
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => None,
                Event::DocType(_) | Event::Eof => return None,
            };
            let Some(mut closed) = closed else {
                if open.len() > DEPTH_MAX {
                    return None;
                }
                continue;
            };
            elements += 1;
            if elements > ELEMENTS_MAX {
                return None;
            }
            closed.text = closed.untrimmed.trim().to_owned();
            match open.last_mut() {
                Some(parent) => parent.children.push(closed),
                None => return Some(closed),
            }
        }
    }

    /// Returns the first child of that name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Returns the text of the first child of that name, unless it is empty.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str()).filter(|text| !text.is_empty())
    }

    fn begin(start: &BytesStart<'_>) -> Option<Self> {
        let name = std::str::from_utf8(start.local_name().as_ref()).ok()?.to_owned();
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.ok()?;
            let key = std::str::from_utf8(attribute.key.as_ref()).ok()?.to_owned();
            attributes.push((key, attribute.unescape_value().ok()?.into_owned()));
        }
        Some(Self { name, attributes, ..Self::default() })
    }
}

/// Adds text to the innermost open element; white space around the document belongs to none.
#[expect(clippy::unnecessary_wraps, clippy::option_option, reason = "an arm of the reader's match")]
fn append(open: &mut [Element], text: &str) -> Option<Option<Element>> {
    if let Some(element) = open.last_mut() {
        element.untrimmed.push_str(text);
    }
    Some(None)
}

fn resolve(reference: &BytesRef<'_>) -> Option<String> {
    if let Some(character) = reference.resolve_char_ref().ok()? {
        return Some(character.to_string());
    }
    let name = reference.decode().ok()?;
    quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned)
}

/// Deeper documents are not read: S3's own are at most eight levels deep.
const DEPTH_MAX: usize = 32;
/// Longer documents are not read.
const ELEMENTS_MAX: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::Element;

    fn check(document: &str, expected: Option<&str>) {
        let found =
            Element::parse(document.as_bytes()).map(|element| format!("{}={}", element.name, element.text));
        assert_eq!(found.as_deref(), expected, "{document}");
    }

    #[test]
    fn documents_are_read_or_left() {
        check("<a>b</a>", Some("a=b"));
        check("\n  <?xml version=\"1.0\"?>\n<a> b </a>", Some("a=b"));
        check("<a>&lt;&amp;&#34;&#x41;</a>", Some("a=<&\"A"));
        check("<a><![CDATA[<x>]]></a>", Some("a=<x>"));
        check("<a/>", Some("a="));
        check("<x:a xmlns:x=\"urn:x\">b</x:a>", Some("a=b"));
        check("<x:a></y:a>", None);
        check("<a>&unknown;</a>", None);
        check("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", None);
        check("<a>", None);
        check("<a></b>", None);
        check("", None);
        check("{}", None);
        check(&format!("{}{}", "<a>".repeat(33), "</a>".repeat(33)), None);
        check(&format!("<a>{}</a>", "<b/>".repeat(20_000)), None);
        check(&format!("<a>{}</a>", "<b/>".repeat(19_999)), Some("a="));
    }
}
