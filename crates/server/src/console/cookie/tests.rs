use http::Request;
use proptest::prelude::*;

use super::*;
use crate::clock::SystemIds;

fn head(host: &str, cookies: &[&str]) -> Head {
    let mut request = Request::builder().uri("/").header("host", host);
    for cookie in cookies {
        request = request.header("cookie", *cookie);
    }
    Head::of(&request.body(()).unwrap().into_parts().0)
}

#[test]
fn a_token_is_found_under_its_own_name_alone() {
    let token = Token::new(&SystemIds);
    let (text, other) = (token.expose().to_owned(), Token::new(&SystemIds));
    let own = format!("cairn-session-8585={text}");
    let found = |host, cookies: &[&str], way| read(&head(host, cookies), way) == Some(token.clone());
    assert!(found("localhost:8585", &[&own], Way::InTheClear));
    assert!(found("localhost:8585", &[&format!("a=b; {own}; c")], Way::InTheClear));
    assert!(found("localhost:8585", &["a=b", &own], Way::InTheClear));
    assert!(found("localhost:8585", &[&own, &own], Way::InTheClear));
    assert!(found("[::1]:8585", &[&own], Way::InTheClear));
    assert!(found("cairn.example", &[&format!("cairn-session={text}")], Way::InTheClear));
    assert!(found("cairn.example", &[&format!("__Secure-cairn-session={text}")], Way::Encrypted));
    assert!(!found("localhost:8586", &[&own], Way::InTheClear));
    assert!(!found("localhost:8585", &[&own], Way::Encrypted));
    assert!(!found("localhost:8585", &[&format!("cairn-session-8585={text}=")], Way::InTheClear));
    assert!(!found("localhost:8585", &[], Way::InTheClear));
    let two = format!("{own}; cairn-session-8585={}", other.expose());
    assert!(!found("localhost:8585", &[&two], Way::InTheClear), "of two, none is believed");
}

#[test]
fn a_cookie_is_for_the_console_alone() {
    let token = Token::new(&SystemIds);
    let held = hold(&head("localhost:8585", &[]), Way::InTheClear, &token);
    let expected =
        format!("cairn-session-8585={}; Path=/_cairn/console/; HttpOnly; SameSite=Strict", token.expose());
    assert_eq!(held, expected);
    let gone = forget(&head("cairn.example", &[]), Way::Encrypted);
    let expected =
        "__Secure-cairn-session=; Max-Age=0; Path=/_cairn/console/; HttpOnly; SameSite=Strict; Secure";
    assert_eq!(gone, expected);
}

proptest! {
    #[test]
    fn whatever_a_browser_sends_is_read_or_not(cookies in prop::collection::vec("[ -~]{0,200}", 0..8)) {
        let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
        if let Some(token) = read(&head("localhost:8585", &cookies), Way::InTheClear) {
            prop_assert!(cookies.iter().any(|cookie| cookie.contains(token.expose())));
        }
    }

    #[test]
    fn a_token_has_one_form(text in "[A-Za-z0-9_=-]{40,46}") {
        if let Some(token) = Token::parse(&text) {
            prop_assert_eq!(token.expose(), &text);
            prop_assert_eq!(text.len(), 43);
        }
    }
}
