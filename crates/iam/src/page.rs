//! Lists in pages: `MaxItems` and `Marker` in, `IsTruncated` and `Marker` out.
//!
//! A marker is the key of the page's last item, bound to the list that it came from: of another account,
//! operation or filter it is refused. Items that come or go between two pages are told, or not, by where
//! they sort; nothing that stays is told twice or left out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::{Caller, Refusal};

/// How many items a page has unless the caller says otherwise.
const ITEMS_DEFAULT: usize = 100;

/// What a caller said about paging.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging<'a> {
    pub(crate) marker: Option<&'a str>,
    pub(crate) max_items: Option<i32>,
}

/// A page, and how to get the next one.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) is_truncated: Option<bool>,
    pub(crate) marker: Option<String>,
}

/// Which list it is: the caller's account, the operation, and everything that filters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List(u64);

impl List {
    pub(crate) fn new(caller: &Caller, parts: &[&str]) -> Self {
        let account = caller.account.to_string();
        let texts = std::iter::once(account.as_str()).chain(parts.iter().copied());
        // FNV-1a: nothing is kept secret by it, and a zero byte after each part keeps them apart.
        let bytes = texts.flat_map(|text| text.bytes().chain([0]));
        Self(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        }))
    }

    fn marker(self, key: &str) -> String {
        URL_SAFE_NO_PAD.encode([&self.0.to_be_bytes()[..], key.as_bytes()].concat())
    }

    fn open(self, marker: &str) -> Result<String, Refusal> {
        let bytes = URL_SAFE_NO_PAD.decode(marker).map_err(|_not_ours| Refusal::MarkerInvalid)?;
        match bytes.split_first_chunk() {
            Some((list, key)) if *list == self.0.to_be_bytes() => {
                String::from_utf8(key.to_vec()).map_err(|_not_ours| Refusal::MarkerInvalid)
            }
            _ => Err(Refusal::MarkerInvalid),
        }
    }
}

impl<T> Page<T> {
    /// Cuts a page out of a list, in the order of the items' keys, which must differ.
    pub(crate) fn cut(
        items: impl IntoIterator<Item = T>,
        key: impl Fn(&T) -> String,
        list: List,
        paging: Paging<'_>,
    ) -> Result<Self, Refusal> {
        let after = paging.marker.map(|marker| list.open(marker)).transpose()?;
        let mut keyed: Vec<(String, T)> = items.into_iter().map(|item| (key(&item), item)).collect();
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut rest = keyed.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|after| key > after));
        let items_max = paging.max_items.and_then(|count| usize::try_from(count).ok());
        let page: Vec<(String, T)> = rest.by_ref().take(items_max.unwrap_or(ITEMS_DEFAULT)).collect();
        let truncated = rest.next().is_some();
        let marker = page.last().filter(|_| truncated).map(|(key, _)| list.marker(key));
        let items = page.into_iter().map(|(_, item)| item).collect();
        Ok(Self { items, is_truncated: Some(truncated), marker })
    }

    /// Cuts a page out of what has an order of its own.
    pub(crate) fn cut_in_order(
        items: impl IntoIterator<Item = T>,
        list: List,
        paging: Paging<'_>,
    ) -> Result<Self, Refusal> {
        let numbered = Page::cut(items.into_iter().enumerate(), |(at, _)| format!("{at:06}"), list, paging)?;
        let items = numbered.items.into_iter().map(|(_, item)| item).collect();
        Ok(Self { items, is_truncated: numbered.is_truncated, marker: numbered.marker })
    }

    pub(crate) fn map<U>(self, shape: impl FnMut(T) -> U) -> Page<U> {
        let items = self.items.into_iter().map(shape).collect();
        Page { items, is_truncated: self.is_truncated, marker: self.marker }
    }
}

#[cfg(test)]
mod tests {
    use cairn_access::Principal;

    use super::*;

    fn caller(account: &str) -> Caller {
        let account = account.parse().unwrap();
        Caller { account, principal: Principal::Root { account } }
    }

    fn cut(list: List, marker: Option<&str>, max_items: i32) -> Result<Page<u32>, Refusal> {
        let paging = Paging { marker, max_items: Some(max_items) };
        Page::cut([4, 1, 3, 2], u32::to_string, list, paging)
    }

    #[test]
    fn pages_follow_on_each_other() {
        let list = List::new(&caller("123456789012"), &["ListUsers", "/"]);
        let first = cut(list, None, 3).unwrap();
        assert_eq!((&first.items[..], first.is_truncated), (&[1, 2, 3][..], Some(true)));
        let second = cut(list, first.marker.as_deref(), 3).unwrap();
        assert_eq!((&second.items[..], second.is_truncated), (&[4][..], Some(false)));
        assert_eq!(second.marker, None);
        assert_eq!(cut(list, None, 4).unwrap().marker, None);
    }

    #[test]
    fn a_marker_of_another_list_is_refused() {
        let list = List::new(&caller("123456789012"), &["ListUsers", "/"]);
        let marker = cut(list, None, 1).unwrap().marker.unwrap();
        for other in [
            List::new(&caller("999988887777"), &["ListUsers", "/"]),
            List::new(&caller("123456789012"), &["ListRoles", "/"]),
            List::new(&caller("123456789012"), &["ListUsers/", ""]),
        ] {
            assert!(matches!(cut(other, Some(&marker), 1), Err(Refusal::MarkerInvalid)));
        }
        for marker in ["", "x", "not base64!", "AAAAAAAAAAAAAAAA"] {
            assert!(matches!(cut(list, Some(marker), 1), Err(Refusal::MarkerInvalid)), "{marker}");
        }
    }
}
