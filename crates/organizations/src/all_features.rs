//! An organization for one bill alone goes over to all features, once those who joined it for that agree.
//!
//! The manager's question is a handshake of its own, the parent of the others: one for each member that was
//! invited, and, when all of them have agreed, one for the manager, by which it is done.

use cairn_catalog::{
    Change, FeatureSet, Handshake, HandshakeAction, HandshakeState, JoinedBy, Member, Organization, Snapshot,
};
use cairn_event::AccountId;
use cairn_wire::organizations::EnableAllFeaturesResponse;
use jiff::{SignedDuration, Timestamp};

use crate::{Caller, Organizations, Refusal, handshakes, ids, standing};

impl Organizations {
    pub(crate) async fn enable_all_features(
        &self,
        caller: &Caller,
    ) -> Result<EnableAllFeaturesResponse, Refusal> {
        let now = self.now();
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            if organization.feature_set == FeatureSet::All {
                return Err(Refusal::HasAllFeatures);
            }
            if is_pending(snapshot, organization, now) {
                return Err(Refusal::PendingAllFeatures);
            }
            let asked: Vec<AccountId> = snapshot
                .members(&organization.id)
                .filter(|member| must_agree(organization, member))
                .map(|member| member.account)
                .collect();
            if asked.len() > ASKED_MAX {
                return Err(Refusal::TooManyToAsk);
            }
            let ask = |action, account| self.asking(organization, action, account, now);
            let mut question = ask(HandshakeAction::EnableAllFeatures, caller.account);
            let mut changes: Vec<Change> = handshakes::forgotten(snapshot, now).collect();
            if asked.is_empty() {
                question.state = HandshakeState::Accepted;
                changes.push(handshakes::put(ask(HandshakeAction::ApproveAllFeatures, caller.account)));
            }
            let asked = asked.into_iter().map(|account| ask(HandshakeAction::EnableAllFeatures, account));
            changes.extend(asked.map(handshakes::put));
            let shown = handshakes::show(snapshot, &question, now);
            changes.push(handshakes::put(question));
            Ok((changes, EnableAllFeaturesResponse { handshake: Some(shown) }))
        })
        .await
    }

    /// Lists the changes that follow from a member's consent: the last one leaves it to the manager.
    pub(crate) fn agreed(&self, snapshot: &Snapshot, answered: &Handshake, now: Timestamp) -> Vec<Change> {
        let Some(organization) = snapshot.organization(&answered.organization) else { return Vec::new() };
        let Some(question) = parent(snapshot, answered) else { return Vec::new() };
        let open = children(snapshot, question).any(|handshake| {
            handshake.id != answered.id
                && !matches!(handshake.state, HandshakeState::Accepted | HandshakeState::Canceled)
        });
        if open {
            return Vec::new();
        }
        let last = self.asking(organization, HandshakeAction::ApproveAllFeatures, question.account, now);
        let question = Handshake { state: HandshakeState::Accepted, ..question.clone() };
        vec![handshakes::put(question), handshakes::put(last)]
    }

    fn asking(
        &self,
        organization: &Organization,
        action: HandshakeAction,
        account: AccountId,
        now: Timestamp,
    ) -> Handshake {
        Handshake {
            id: ids::handshake(&*self.ids),
            organization: organization.id.clone(),
            management: organization.management,
            action,
            account,
            state: HandshakeState::Requested,
            notes: None,
            tags: Vec::new(),
            requested: now,
            expires: now.saturating_add(ANSWERED_WITHIN).unwrap_or(now),
        }
    }
}

/// Lists the changes by which an organization has all features.
pub(crate) fn enabled(snapshot: &Snapshot, approval: &Handshake) -> Result<Vec<Change>, Refusal> {
    let organization = snapshot.organization(&approval.organization).ok_or(Refusal::HandshakeMissing)?;
    standing::changeable(organization)?;
    let all = Organization { feature_set: FeatureSet::All, ..organization.clone() };
    Ok(vec![Change::PutOrganization(Box::new(all))])
}

/// Lists the changes that take back all questions together with the first.
pub(crate) fn canceled_with(snapshot: &Snapshot, canceled: &Handshake) -> Vec<Change> {
    if !is_question(canceled) {
        return Vec::new();
    }
    let open = children(snapshot, canceled).filter(|child| child.state == HandshakeState::Requested);
    open.map(|child| handshakes::put(Handshake { state: HandshakeState::Canceled, ..child.clone() }))
        .collect()
}

/// Tells whether an organization is on its way to all features.
pub(crate) fn is_pending(snapshot: &Snapshot, organization: &Organization, now: Timestamp) -> bool {
    snapshot.handshakes().any(|handshake| {
        let asks = is_question(handshake) || handshake.action == HandshakeAction::ApproveAllFeatures;
        handshake.organization == organization.id && asks && handshakes::is_open(handshake, now)
    })
}

/// Finds the manager's question that a handshake belongs to.
pub(crate) fn parent<'a>(snapshot: &'a Snapshot, child: &Handshake) -> Option<&'a Handshake> {
    if child.action == HandshakeAction::Invite || is_question(child) {
        return None;
    }
    let asked = snapshot.handshakes().filter(|question| {
        is_question(question)
            && question.organization == child.organization
            && question.requested <= child.requested
    });
    asked.max_by_key(|question| question.requested)
}

fn children<'a>(snapshot: &'a Snapshot, question: &'a Handshake) -> impl Iterator<Item = &'a Handshake> {
    snapshot
        .handshakes()
        .filter(move |handshake| parent(snapshot, handshake).is_some_and(|found| found.id == question.id))
}

fn is_question(handshake: &Handshake) -> bool {
    handshake.action == HandshakeAction::EnableAllFeatures && handshake.account == handshake.management
}

/// Whoever was made in an organization agreed to all that it does.
fn must_agree(organization: &Organization, member: &Member) -> bool {
    member.account != organization.management && member.joined_by == JoinedBy::Invitation && !member.closed
}

/// How long the questions can be answered.
const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How many members can be asked: the questions go out in one commit.
const ASKED_MAX: usize = 800;
