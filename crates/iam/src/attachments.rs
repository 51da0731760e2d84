//! Attach, Detach and ListAttached of managed policies, for users, groups and roles.

use cairn_wire::iam::AttachedPolicy;

use crate::holder::Holder;
use crate::managed::{Managed, check_arn};
use crate::page::{List, Page, Paging};
use crate::service_linked::is_linked;
use crate::{Caller, Iam, Refusal};

impl Iam {
    /// Attaches a policy; one that is attached stays attached.
    pub(crate) async fn attach<H: Holder>(
        &self,
        caller: &Caller,
        holder: &str,
        arn: &str,
    ) -> Result<(), Refusal> {
        check_arn(arn)?;
        self.change(|snapshot| {
            let mut holder = H::find_free(snapshot, &caller.account, holder)?.clone();
            match Managed::get(snapshot, caller.account, arn) {
                None => return Err(Refusal::PolicyNotAttachable(arn.to_owned())),
                Some(policy) if is_linked(policy.path()) => return Err(Refusal::PolicyOfService),
                Some(_) => {}
            }
            if holder.attached().iter().any(|held| held == arn) {
                return Ok((Vec::new(), ()));
            }
            H::ATTACHED_MAX.admit(holder.attached().len() + 1)?;
            holder.attached_mut().push(arn.to_owned());
            Ok((vec![holder.put()], ()))
        })
        .await
    }

    pub(crate) async fn detach<H: Holder>(
        &self,
        caller: &Caller,
        holder: &str,
        arn: &str,
    ) -> Result<(), Refusal> {
        check_arn(arn)?;
        self.change(|snapshot| {
            let mut holder = H::find_free(snapshot, &caller.account, holder)?.clone();
            if !holder.attached().iter().any(|held| held == arn) {
                return Err(Refusal::PolicyMissing(arn.to_owned()));
            }
            holder.attached_mut().retain(|held| held != arn);
            Ok((vec![holder.put()], ()))
        })
        .await
    }

    pub(crate) fn list_attached<H: Holder>(
        &self,
        caller: &Caller,
        holder: &str,
        prefix: Option<&str>,
        paging: Paging<'_>,
    ) -> Result<Page<AttachedPolicy>, Refusal> {
        let snapshot = self.catalog.current();
        let holder = H::find(&snapshot, &caller.account, holder)?;
        let prefix = prefix.unwrap_or("/");
        let attached = holder.attached().iter();
        let attached = attached.filter_map(|arn| Managed::get(&snapshot, caller.account, arn));
        let attached = attached.filter(|policy| policy.path().starts_with(prefix));
        let list = List::new(caller, &["attached", H::KIND, holder.name(), prefix]);
        Ok(Page::cut_in_order(attached, list, paging)?.map(Managed::attached))
    }
}
