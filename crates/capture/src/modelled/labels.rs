//! Values that a path holds, by the template of their operation.

use percent_encoding::percent_decode_str;

/// Returns the value of each label of a template, decoded once; none when the path does not fit.
///
/// A label takes one segment, `{name+}` takes all that the segments after it leave.
pub(super) fn labels<'t>(template: &'t str, path: &str) -> Vec<(&'t str, String)> {
    let template: Vec<&str> = template.trim_start_matches('/').split('/').collect();
    let path: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let fitted = fit(&template, &path).or_else(|| fit(trimmed(&template), trimmed(&path)));
    fitted.unwrap_or_default()
}

fn fit<'t>(template: &[&'t str], path: &[&str]) -> Option<Vec<(&'t str, String)>> {
    let rest = template.iter().position(|segment| segment.ends_with("+}"));
    let Some(rest) = rest else {
        return if template.len() == path.len() { each(template, path) } else { None };
    };
    let (before, after) = (template.get(..rest)?, template.get(rest + 1..)?);
    let end = path.len().checked_sub(after.len()).filter(|end| *end > rest)?;
    let mut found = each(before, path.get(..rest)?)?;
    let name = template.get(rest)?.trim_start_matches('{').trim_end_matches("+}");
    found.push((name, decode(&path.get(rest..end)?.join("/"))));
    found.extend(each(after, path.get(end..)?)?);
    Some(found)
}

fn each<'t>(template: &[&'t str], path: &[&str]) -> Option<Vec<(&'t str, String)>> {
    let mut found = Vec::new();
    for (segment, sent) in template.iter().zip(path) {
        match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => found.push((name, decode(sent))),
            None if segment == sent => {}
            None => return None,
        }
    }
    Some(found)
}

/// A slash at the end does not count.
fn trimmed<'a, 't>(segments: &'a [&'t str]) -> &'a [&'t str] {
    match segments {
        [rest @ .., ""] => rest,
        all => all,
    }
}

/// Decodes percent escapes once; what is no text stays as it was sent.
pub(super) fn decode(text: &str) -> String {
    percent_decode_str(text)
        .decode_utf8()
        .map_or_else(|_no_text| text.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::labels;

    fn check(template: &str, path: &str, expected: &[(&str, &str)]) {
        let found = labels(template, path);
        let found: Vec<(&str, &str)> = found.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(found, expected, "{template} {path}");
    }

    #[test]
    fn labels_are_found_and_decoded() {
        check("/2015-03-31/functions/{Name}", "/2015-03-31/functions/a%3Ab", &[("Name", "a:b")]);
        check("/a/{B}/c/{D}", "/a/1/c/2", &[("B", "1"), ("D", "2")]);
        check("/a/{B}/", "/a/1", &[("B", "1")]);
        check("/a/{B}", "/a/1/", &[("B", "1")]);
        check("/{Bucket}/{Key+}", "/b/x/y//z", &[("Bucket", "b"), ("Key", "x/y//z")]);
        check("/portals/{Arn+}/settings", "/portals/a/b/settings", &[("Arn", "a/b")]);
        check("/portals/{Arn+}/settings", "/portals/settings", &[]);
        check("/a/{B}", "/b/1", &[]);
        check("/a/{B}", "/a/1/2", &[]);
        check("/a/{B}", "/a/%ff", &[("B", "%ff")]);
        check("/", "/", &[]);
    }
}
