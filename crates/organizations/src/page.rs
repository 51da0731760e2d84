//! Lists in pages: `MaxResults` and `NextToken`.
//!
//! A token is the key of the page's last item, bound to the list that it came from: of another account, operation
//! or filter it is refused.

use cairn_wire::page_token;

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
    let account = caller.account.to_string();
    let list: Vec<&str> = std::iter::once(&*account).chain(list.iter().copied()).collect();
    let open = |token| page_token::open(list.iter().copied(), token).ok_or(Refusal::TokenInvalid);
    let after = paging.token.map(open).transpose()?;
    let mut keyed: Vec<(String, T)> = items.into_iter().map(|item| (key(&item), item)).collect();
    keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut rest = keyed.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|after| key > after));
    let max = paging.max.and_then(|count| usize::try_from(count).ok()).unwrap_or(PAGE_ITEMS);
    let page: Vec<(String, T)> = rest.by_ref().take(max).collect();
    let more = rest.next().is_some();
    let next = page.last().filter(|_| more).map(|(key, _)| page_token::token(list.iter().copied(), key));
    Ok((page.into_iter().map(|(_, item)| item).collect(), next))
}

/// How many items a page has unless the caller says otherwise, and at most.
const PAGE_ITEMS: usize = 20;
