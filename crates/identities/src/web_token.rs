//! What web identity tokens and SAML assertions say, without believing them: the upstream decides.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cairn_wire::xml::Element;
use serde_json::Value;

/// The claims of a web identity token that records need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WebClaims {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) subject: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) transitive: Vec<String>,
}

/// The session tags of a token or an assertion.
pub(crate) type Tags = (BTreeMap<String, String>, Vec<String>);

/// Reads the claims of a JWT; nothing of one that is too long or none.
pub(crate) fn web_claims(token: &str) -> Option<WebClaims> {
    let mut parts = token.split('.');
    let (_header, payload) = (parts.next()?, parts.next()?);
    if payload.len() > TOKEN_BYTES_MAX {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    let text = |name: &str| Some(shorten(claims.get(name)?.as_str()?));
    let audience = match claims.get("aud")? {
        Value::String(one) => one.as_str(),
        // The party that the token was made for counts where there are several.
        Value::Array(several) => claims.get("azp").or(several.first())?.as_str()?,
        _ => return None,
    };
    let (tags, transitive) = tags_of(claims.get("https://aws.amazon.com/tags")).unwrap_or_default();
    let (issuer, subject) = (text("iss")?, text("sub")?);
    Some(WebClaims { issuer, audience: shorten(audience), subject, tags, transitive })
}

/// Returns an issuer as records write it: without its scheme.
pub(crate) fn issuer_name(issuer: &str) -> &str {
    issuer.strip_prefix("https://").unwrap_or(issuer)
}

fn tags_of(given: Option<&Value>) -> Option<Tags> {
    let given = given?;
    let tags = given.get("principal_tags")?.as_object()?.iter().take(TAGS_MAX).filter_map(|(key, value)| {
        let value = value.as_str().or_else(|| value.get(0)?.as_str())?;
        Some((shorten(key), shorten(value)))
    });
    let transitive = given.get("transitive_tag_keys").and_then(Value::as_array);
    let transitive = transitive.into_iter().flatten().filter_map(Value::as_str).take(TAGS_MAX);
    Some((tags.collect(), transitive.map(shorten).collect()))
}

/// Reads the session tags of a SAML response in base64.
pub(crate) fn saml_tags(assertion: &str) -> Option<Tags> {
    if assertion.len() > ASSERTION_BYTES_MAX {
        return None;
    }
    let document = STANDARD.decode(assertion.trim()).ok()?;
    let root = Element::parse(&document)?;
    let (mut tags, mut transitive) = (BTreeMap::new(), Vec::new());
    let mut pending = vec![&root];
    while let Some(element) = pending.pop() {
        pending.extend(&element.children);
        if local(&element.name) != "Attribute" {
            continue;
        }
        let Some((_, name)) = element.attributes.iter().find(|(name, _)| name == "Name") else { continue };
        let mut values = element
            .children
            .iter()
            .filter(|child| local(&child.name) == "AttributeValue")
            .map(|child| &child.text);
        if let Some(key) = name.strip_prefix(SAML_TAG)
            && let Some(value) = values.next()
        {
            if tags.len() < TAGS_MAX {
                tags.insert(shorten(key), shorten(value));
            }
        } else if name == SAML_TRANSITIVE {
            transitive.extend(values.take(TAGS_MAX).map(|value| shorten(value)));
        }
    }
    Some((tags, transitive))
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Cuts a text to what is kept of one.
pub(crate) fn shorten(text: &str) -> String {
    text.split_at(text.floor_char_boundary(TEXT_BYTES_MAX)).0.to_owned()
}

/// The longest payload of a token that is read, in characters: STS takes tokens of 20,000.
const TOKEN_BYTES_MAX: usize = 20_000;
/// The longest assertion that is read, in characters: as many as STS takes.
const ASSERTION_BYTES_MAX: usize = 100_000;
/// How many session tags there can be.
pub(crate) const TAGS_MAX: usize = 50;
/// The longest name or value that is kept, in bytes.
const TEXT_BYTES_MAX: usize = 256;
const SAML_TAG: &str = "https://aws.amazon.com/SAML/Attributes/PrincipalTag:";
const SAML_TRANSITIVE: &str = "https://aws.amazon.com/SAML/Attributes/TransitiveTagKeys";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn token(claims: &Value) -> String {
        format!("e30.{}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(claims.to_string()))
    }

    #[test]
    fn a_token_says_who_it_is_of() {
        let claims = web_claims(&token(&json!({
            "iss": "https://idp.example/realm", "aud": ["a", "b"], "azp": "b", "sub": "maya",
            "https://aws.amazon.com/tags": {"principal_tags": {"Team": ["shop"]}, "transitive_tag_keys": ["Team"]},
        })))
        .unwrap();
        assert_eq!((issuer_name(&claims.issuer), claims.audience.as_str()), ("idp.example/realm", "b"));
        assert_eq!(claims.subject, "maya");
        assert_eq!(claims.tags, BTreeMap::from([("Team".to_owned(), "shop".to_owned())]));
        assert_eq!(claims.transitive, ["Team"]);
    }

    #[test]
    fn what_is_no_token_says_nothing() {
        let long = "a".repeat(TOKEN_BYTES_MAX + 1);
        for given in ["", "a", "a.b", "e30.e30.e30", "e30.!!.x", &format!("e30.{long}.x")] {
            assert_eq!(web_claims(given), None, "{given}");
        }
        assert_eq!(web_claims(&token(&json!({"iss": 1, "aud": "a", "sub": "b"}))), None);
    }

    #[test]
    fn an_assertion_says_its_tags() {
        let document = format!(
            r#"<samlp:Response><saml:Assertion><saml:AttributeStatement>
            <saml:Attribute Name="{SAML_TAG}Team"><saml:AttributeValue>shop</saml:AttributeValue></saml:Attribute>
            <saml:Attribute Name="{SAML_TRANSITIVE}"><saml:AttributeValue>Team</saml:AttributeValue></saml:Attribute>
            <saml:Attribute Name="mail"><saml:AttributeValue>m@example.com</saml:AttributeValue></saml:Attribute>
            </saml:AttributeStatement></saml:Assertion></samlp:Response>"#
        );
        let (tags, transitive) = saml_tags(&STANDARD.encode(document)).unwrap();
        assert_eq!(tags, BTreeMap::from([("Team".to_owned(), "shop".to_owned())]));
        assert_eq!(transitive, ["Team"]);
        assert_eq!(saml_tags("bm8geG1s"), None);
        assert_eq!(saml_tags("?"), None);
    }
}
