//! Lists in pages: `MaxResults` and `NextToken`.
//!
//! A token is the key of the page's last item, bound to the list that it came from: of another account, operation
//! or filter it is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::{Caller, Refusal};

/// What a caller said about paging.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging<'a> {
    pub(crate) token: Option<&'a str>,
    pub(crate) max: Option<i32>,
}

impl<'a> Paging<'a> {
    pub(crate) fn new(token: Option<&'a String>, max: Option<i32>) -> Self {
        Self { token: token.map(String::as_str), max }
    }
}

/// Cuts a page out of a list, in the order of the items' keys, which must differ. `list` says which list it is.
/// Returns the token of the next page beside, if there is one.
pub(crate) fn cut<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    caller: &Caller,
    list: &[&str],
    paging: Paging<'_>,
) -> Result<(Vec<T>, Option<String>), Refusal> {
    let of_list = hash(&caller.account.to_string(), list);
    let after = paging.token.map(|token| open(of_list, token)).transpose()?;
    let mut keyed: Vec<(String, T)> = items.into_iter().map(|item| (key(&item), item)).collect();
    keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut rest = keyed.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|after| key > after));
    let max = paging.max.and_then(|count| usize::try_from(count).ok()).unwrap_or(PAGE_ITEMS);
    let page: Vec<(String, T)> = rest.by_ref().take(max).collect();
    let more = rest.next().is_some();
    let next = page.last().filter(|_| more).map(|(key, _)| token(of_list, key));
    Ok((page.into_iter().map(|(_, item)| item).collect(), next))
}

/// FNV-1a: nothing is kept secret by it, and a zero byte after each part keeps them apart.
fn hash(account: &str, list: &[&str]) -> u64 {
    let texts = std::iter::once(account).chain(list.iter().copied());
    let bytes = texts.flat_map(|text| text.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn token(list: u64, key: &str) -> String {
    URL_SAFE_NO_PAD.encode([&list.to_be_bytes()[..], key.as_bytes()].concat())
}

fn open(list: u64, token: &str) -> Result<String, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_not_ours| Refusal::TokenInvalid)?;
    match bytes.split_first_chunk() {
        Some((of, key)) if *of == list.to_be_bytes() => {
            String::from_utf8(key.to_vec()).map_err(|_not_ours| Refusal::TokenInvalid)
        }
        _ => Err(Refusal::TokenInvalid),
    }
}

/// How many items a page has unless the caller says otherwise, and at most.
const PAGE_ITEMS: usize = 20;
