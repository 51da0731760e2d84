//! Put and Delete of the permissions boundary of users and roles.

use crate::holder::Bounded;
use crate::managed::Managed;
use crate::managed_policies::check_boundary;
use crate::service_linked::is_linked;
use crate::{Caller, Iam, Refusal};

impl Iam {
    pub(crate) async fn put_boundary<H: Bounded>(
        &self,
        caller: &Caller,
        holder: &str,
        arn: &str,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| {
            let mut holder = H::find_free(snapshot, &caller.account, holder)?.clone();
            check_boundary(snapshot, caller.account, Some(arn))?;
            if Managed::get(snapshot, caller.account, arn).is_some_and(|policy| is_linked(policy.path())) {
                return Err(Refusal::PolicyOfService);
            }
            *holder.boundary_mut() = Some(arn.to_owned());
            Ok((vec![holder.put()], ()))
        })
        .await
    }

    /// Takes the boundary away; where there is none, nothing changes.
    pub(crate) async fn delete_boundary<H: Bounded>(
        &self,
        caller: &Caller,
        holder: &str,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| {
            let mut holder = H::find_free(snapshot, &caller.account, holder)?.clone();
            if holder.boundary_mut().take().is_none() {
                return Ok((Vec::new(), ()));
            }
            Ok((vec![holder.put()], ()))
        })
        .await
    }
}
