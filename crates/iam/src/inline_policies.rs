//! Put, Get, List and Delete of the policies written into users, groups and roles.

use cairn_catalog::{Policy, Snapshot};

use crate::holder::Holder;
use crate::page::{List, Page, Paging};
use crate::{Caller, Iam, Refusal, document};

impl Iam {
    /// Writes a policy into a user, group or role, in the place of one of the same name.
    pub(crate) async fn put_policy<H: Holder>(
        &self,
        caller: &Caller,
        holder: &str,
        name: &str,
        text: &str,
    ) -> Result<(), Refusal> {
        document::check_identity(text)?;
        self.change(|snapshot| {
            let mut holder = H::find_free(snapshot, &caller.account, holder)?.clone();
            let policies = holder.policies_mut();
            let policy = Policy { name: name.to_owned(), document: text.to_owned() };
            match policies.iter_mut().find(|known| known.name == name) {
                Some(known) => *known = policy,
                None => policies.push(policy),
            }
            let chars: usize = policies.iter().map(|policy| document::length(&policy.document)).sum();
            let bytes: usize = policies.iter().map(|policy| policy.document.len()).sum();
            if chars > H::INLINE_CHARS_MAX || bytes > INLINE_BYTES_MAX {
                let (kind, name) = (H::KIND, holder.name().to_owned());
                return Err(Refusal::InlinePoliciesTooLarge { kind, name, max: H::INLINE_CHARS_MAX });
            }
            Ok((vec![holder.put()], ()))
        })
        .await
    }

    pub(crate) async fn delete_policy_of<H: Holder>(
        &self,
        caller: &Caller,
        holder: &str,
        name: &str,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| {
            let found = H::find_free(snapshot, &caller.account, holder)?;
            policy::<H>(snapshot, caller, holder, name)?;
            let mut holder = found.clone();
            holder.policies_mut().retain(|policy| policy.name != name);
            Ok((vec![holder.put()], ()))
        })
        .await
    }

    /// Returns a policy's document, encoded.
    pub(crate) fn get_policy_of<H: Holder>(
        &self,
        caller: &Caller,
        holder: &str,
        name: &str,
    ) -> Result<String, Refusal> {
        let snapshot = self.catalog.current();
        Ok(document::encoded(&policy::<H>(&snapshot, caller, holder, name)?.document))
    }

    /// Lists the names of a holder's policies.
    pub(crate) fn list_policies_of<H: Holder>(
        &self,
        caller: &Caller,
        holder: &str,
        paging: Paging<'_>,
    ) -> Result<Page<String>, Refusal> {
        let snapshot = self.catalog.current();
        let holder = H::find(&snapshot, &caller.account, holder)?;
        let list = List::new(caller, &["inline", H::KIND, holder.name()]);
        Page::cut(holder.policies().iter().map(|policy| policy.name.clone()), String::clone, list, paging)
    }
}

/// The most bytes of a holder's policies, white space and all: the catalog keeps entities of up to 1 MiB.
const INLINE_BYTES_MAX: usize = 256 << 10;

fn policy<'a, H: Holder + 'a>(
    snapshot: &'a Snapshot,
    caller: &Caller,
    holder: &str,
    name: &str,
) -> Result<&'a Policy, Refusal> {
    let holder = H::find(snapshot, &caller.account, holder)?;
    let found = holder.policies().iter().find(|policy| policy.name == name);
    found.ok_or_else(|| Refusal::Missing { kind: H::POLICY_KIND, name: name.to_owned() })
}
