//! What users, groups and roles have in common: a name, inline policies, attached policies.

use cairn_catalog::{Change, Group, ManagedPolicy, MfaDevice, Policy, Role, Snapshot, Tag, User};
use cairn_event::AccountId;

use crate::Refusal;
use crate::quota::{self, Quota};
use crate::service_linked::is_linked;

/// A user, group or role.
pub(crate) trait Holder: Clone + 'static {
    /// What messages call it.
    const KIND: &'static str;
    /// The same at the beginning of a sentence.
    const TITLE: &'static str;
    /// What messages call its inline policies.
    const POLICY_KIND: &'static str;
    /// The most managed policies that may be attached to it.
    const ATTACHED_MAX: Quota;
    /// The most characters of its inline policies together.
    const INLINE_CHARS_MAX: usize;

    fn get<'a>(snapshot: &'a Snapshot, account: &AccountId, name: &str) -> Option<&'a Self>;
    fn all<'a>(snapshot: &'a Snapshot, account: &AccountId) -> impl Iterator<Item = &'a Self>;
    fn name(&self) -> &str;
    fn path(&self) -> &str;
    fn arn(&self) -> &str;
    fn policies(&self) -> &[Policy];
    fn policies_mut(&mut self) -> &mut Vec<Policy>;
    fn attached(&self) -> &[String];
    fn attached_mut(&mut self) -> &mut Vec<String>;
    fn put(self) -> Change;

    /// Finds one by its exact name.
    fn find<'a>(snapshot: &'a Snapshot, account: &AccountId, name: &str) -> Result<&'a Self, Refusal> {
        Self::get(snapshot, account, name)
            .ok_or_else(|| Refusal::Missing { kind: Self::KIND, name: name.to_owned() })
    }

    /// Finds one by its exact name that may be changed: roles of services are changed by them alone.
    fn find_free<'a>(snapshot: &'a Snapshot, account: &AccountId, name: &str) -> Result<&'a Self, Refusal> {
        let found = Self::find(snapshot, account, name)?;
        if Self::KIND == Role::KIND && is_linked(found.path()) {
            return Err(Refusal::RoleProtected(name.to_owned()));
        }
        Ok(found)
    }

    /// Refuses a name that is taken, whatever its case.
    fn check_vacant(snapshot: &Snapshot, account: &AccountId, name: &str) -> Result<(), Refusal> {
        if Self::all(snapshot, account).any(|other| other.name().eq_ignore_ascii_case(name)) {
            return Err(Refusal::Exists { kind: Self::TITLE, name: name.to_owned() });
        }
        Ok(())
    }
}

/// A user or role: what a permissions boundary can be set to.
pub(crate) trait Bounded: Holder {
    fn boundary_mut(&mut self) -> &mut Option<String>;
}

/// What has tags.
pub(crate) trait Tagged: Clone {
    fn tags(&self) -> &[Tag];
    fn tags_mut(&mut self) -> &mut Vec<Tag>;
    fn store(self) -> Change;
}

macro_rules! holder {
    ($entity:ty, $kind:literal, $title:literal, $attached:expr, $inline:expr, $get:ident, $all:ident, $put:expr) => {
        impl Holder for $entity {
            const KIND: &'static str = $kind;
            const TITLE: &'static str = $title;
            const POLICY_KIND: &'static str = concat!($kind, " policy");
            const ATTACHED_MAX: Quota = $attached;
            const INLINE_CHARS_MAX: usize = $inline;

            fn get<'a>(snapshot: &'a Snapshot, account: &AccountId, name: &str) -> Option<&'a Self> {
                snapshot.$get(account, name)
            }

            fn all<'a>(snapshot: &'a Snapshot, account: &AccountId) -> impl Iterator<Item = &'a Self> {
                snapshot.$all(account)
            }

            fn name(&self) -> &str {
                &self.name
            }

            fn path(&self) -> &str {
                &self.path
            }

            fn arn(&self) -> &str {
                &self.arn
            }

            fn policies(&self) -> &[Policy] {
                &self.policies
            }

            fn policies_mut(&mut self) -> &mut Vec<Policy> {
                &mut self.policies
            }

            fn attached(&self) -> &[String] {
                &self.attached
            }

            fn attached_mut(&mut self) -> &mut Vec<String> {
                &mut self.attached
            }

            fn put(self) -> Change {
                $put(self)
            }
        }
    };
}

holder!(
    User,
    "user",
    "User",
    quota::POLICIES_PER_USER,
    quota::USER_POLICY_SIZE,
    user,
    users,
    Change::PutUser
);
holder!(
    Group,
    "group",
    "Group",
    quota::POLICIES_PER_GROUP,
    quota::GROUP_POLICY_SIZE,
    group,
    groups,
    Change::PutGroup
);
holder!(Role, "role", "Role", quota::POLICIES_PER_ROLE, quota::ROLE_POLICY_SIZE, role, roles, |role| {
    Change::PutRole(Box::new(role))
});

impl Bounded for User {
    fn boundary_mut(&mut self) -> &mut Option<String> {
        &mut self.boundary
    }
}

impl Bounded for Role {
    fn boundary_mut(&mut self) -> &mut Option<String> {
        &mut self.boundary
    }
}

macro_rules! tagged {
    ($entity:ty, $put:expr) => {
        impl Tagged for $entity {
            fn tags(&self) -> &[Tag] {
                &self.tags
            }

            fn tags_mut(&mut self) -> &mut Vec<Tag> {
                &mut self.tags
            }

            fn store(self) -> Change {
                $put(self)
            }
        }
    };
}

tagged!(User, Change::PutUser);
tagged!(MfaDevice, |device| Change::PutMfaDevice(Box::new(device)));
tagged!(Role, |role| Change::PutRole(Box::new(role)));
tagged!(ManagedPolicy, |policy| Change::PutManagedPolicy(Box::new(policy)));
