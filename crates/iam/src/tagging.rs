//! Tag, Untag and ListTags of users, roles, managed policies and MFA devices.

use cairn_catalog::{Change, Role, Snapshot, User};
use cairn_wire::iam::Tag;

use crate::holder::{Holder as _, Tagged};
use crate::managed::Managed;
use crate::page::{List, Page, Paging};
use crate::{Caller, Iam, Refusal, mfa_devices, tags};

/// What is tagged, as a request names it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'a> {
    User(&'a str),
    Role(&'a str),
    Policy(&'a str),
    Mfa(&'a str),
}

impl Iam {
    pub(crate) async fn tag(
        &self,
        caller: &Caller,
        target: Target<'_>,
        given: &[Tag],
    ) -> Result<(), Refusal> {
        let added = tags::checked(given)?;
        self.change_tags(caller, target, |tags| tags::add(tags, &added)).await
    }

    pub(crate) async fn untag(
        &self,
        caller: &Caller,
        target: Target<'_>,
        keys: &[String],
    ) -> Result<(), Refusal> {
        self.change_tags(caller, target, |tags| {
            tags::remove(tags, keys);
            Ok(())
        })
        .await
    }

    pub(crate) fn list_tags(
        &self,
        caller: &Caller,
        target: Target<'_>,
        paging: Paging<'_>,
    ) -> Result<Page<Tag>, Refusal> {
        let snapshot = self.catalog.current();
        let (kind, name, tags) = match target {
            Target::User(name) => ("user", name, find_user(&snapshot, caller, name)?.tags()),
            Target::Role(name) => ("role", name, find_role(&snapshot, caller, name)?.tags()),
            Target::Mfa(serial) => {
                ("mfa", serial, mfa_devices::find(&snapshot, caller.account, serial)?.tags())
            }
            Target::Policy(arn) => match Managed::find(&snapshot, caller.account, arn)? {
                Managed::Own(policy) => ("policy", arn, policy.tags()),
                Managed::Aws(_) => ("policy", arn, &[][..]),
            },
        };
        let list = List::new(caller, &["tags", kind, name]);
        Ok(Page::cut_in_order(tags.iter(), list, paging)?.map(tags::shape))
    }

    async fn change_tags(
        &self,
        caller: &Caller,
        target: Target<'_>,
        change: impl Fn(&mut Vec<cairn_catalog::Tag>) -> Result<(), Refusal> + Send + Sync,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| {
            let changed = match target {
                Target::User(name) => retag(find_user(snapshot, caller, name)?, &change)?,
                Target::Role(name) => retag(find_role(snapshot, caller, name)?, &change)?,
                Target::Policy(arn) => retag(Managed::find_own(snapshot, caller.account, arn)?, &change)?,
                Target::Mfa(serial) => retag(mfa_devices::find(snapshot, caller.account, serial)?, &change)?,
            };
            Ok((vec![changed], ()))
        })
        .await
    }
}

/// Returns the change that gives `known` other tags.
fn retag<T: Tagged>(
    known: &T,
    change: impl Fn(&mut Vec<cairn_catalog::Tag>) -> Result<(), Refusal>,
) -> Result<Change, Refusal> {
    let mut entity = known.clone();
    change(entity.tags_mut())?;
    Ok(entity.store())
}

fn find_user<'a>(snapshot: &'a Snapshot, caller: &Caller, name: &str) -> Result<&'a User, Refusal> {
    User::find(snapshot, &caller.account, name)
}

fn find_role<'a>(snapshot: &'a Snapshot, caller: &Caller, name: &str) -> Result<&'a Role, Refusal> {
    Role::find(snapshot, &caller.account, name)
}
