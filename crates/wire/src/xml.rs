//! The little XML that is read and written: small documents as trees, answers as text.

mod element;

pub use element::Element;

/// Appends `<name>text</name>` with the text escaped.
pub fn element(into: &mut String, name: &str, text: &str) {
    open(into, name);
    escape(into, text);
    close(into, name);
}

/// Appends `<name>`.
pub(crate) fn open(into: &mut String, name: &str) {
    into.push('<');
    into.push_str(name);
    into.push('>');
}

/// Appends `</name>`.
pub(crate) fn close(into: &mut String, name: &str) {
    into.push_str("</");
    into.push_str(name);
    into.push('>');
}

/// Escapes what XML reserves; characters that XML 1.0 cannot hold at all become U+FFFD, so that no
/// client chokes on an answer that echoes its own input.
fn escape(into: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\r' => into.push_str("&#13;"),
            '\t' | '\n' => into.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => into.push('\u{fffd}'),
            _ => into.push(c),
        }
    }
}
