//! What the policies of one side say about a request.

use crate::policy::{Effect, Standing, Statement};
use crate::{AccessRequest, Context, Policy};

/// The sum of a side's statements that apply.
pub(super) struct Voice {
    /// A statement denies.
    pub(super) denies: bool,
    /// How close the statements that allow name the caller; `Other` when none allows.
    pub(super) standing: Standing,
}

impl Voice {
    /// Hears all statements of `policies`.
    pub(super) fn of(policies: &[Policy], request: &AccessRequest<'_>, context: &Context) -> Self {
        let mut voice = Self { denies: false, standing: Standing::Other };
        for statement in policies.iter().flat_map(Policy::statements) {
            voice.hear(statement, request, context);
        }
        voice
    }

    /// Tells whether any statement allows.
    pub(super) fn allows(&self) -> bool {
        self.standing >= Standing::Account
    }

    fn hear(&mut self, statement: &Statement, request: &AccessRequest<'_>, context: &Context) {
        let standing = statement.standing(request.principal);
        if standing == Standing::Other || !statement.applies(request.action, request.resource, context) {
            return;
        }
        match statement.effect() {
            Effect::Deny => self.denies = true,
            Effect::Allow => self.standing = self.standing.max(standing),
        }
    }
}
