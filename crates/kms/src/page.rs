//! Lists in pages: `Limit` and `Marker` in, `Truncated` and `NextMarker` out.
//!
//! A marker is the key of the page's last item, bound to the list that it came from: of another account, Region,
//! operation or filter it is refused.

use cairn_wire::page_token;

use crate::{Caller, Refusal};

/// What a caller said about paging.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging<'a> {
    pub(crate) marker: Option<&'a str>,
    pub(crate) limit: Option<i32>,
    /// How many items a page has unless the caller says otherwise.
    pub(crate) usual: usize,
}

/// A page, and how to get the next one.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) truncated: Option<bool>,
    pub(crate) next: Option<String>,
}

/// Cuts a page out of a list, in the order of the items' keys, which must differ. `list` says which list it is.
pub(crate) fn cut<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    caller: &Caller,
    list: &[&str],
    paging: Paging<'_>,
) -> Result<Page<T>, Refusal> {
    let place = caller.arn("");
    let list: Vec<&str> = std::iter::once(&*place).chain(list.iter().copied()).collect();
    let open = |marker| page_token::open(list.iter().copied(), marker).ok_or(Refusal::MarkerInvalid);
    let after = paging.marker.map(open).transpose()?;
    let mut keyed: Vec<(String, T)> = items.into_iter().map(|item| (key(&item), item)).collect();
    keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut rest = keyed.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|after| key > after));
    let limit = paging.limit.and_then(|count| usize::try_from(count).ok()).unwrap_or(paging.usual);
    let page: Vec<(String, T)> = rest.by_ref().take(limit).collect();
    let truncated = rest.next().is_some();
    let next = page.last().filter(|_| truncated).map(|(key, _)| page_token::token(list.iter().copied(), key));
    Ok(Page { items: page.into_iter().map(|(_, item)| item).collect(), truncated: Some(truncated), next })
}
