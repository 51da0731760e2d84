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
            handshakes::check_rate(snapshot, organization, asked.len() + 2, now)?;
            let mut question =
                self.asking(organization, None, HandshakeAction::EnableAllFeatures, caller.account, now);
            let id = question.id.clone();
            let ask = |action, account| self.asking(organization, Some(&id), action, account, now);
            let mut changes: Vec<Change> = handshakes::forgotten(snapshot, now).collect();
            if asked.is_empty() {
                question = handshakes::ended(&question, HandshakeState::Accepted, now);
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
        let approve = HandshakeAction::ApproveAllFeatures;
        let last = self.asking(organization, Some(&question.id), approve, question.account, now);
        let question = handshakes::ended(question, HandshakeState::Accepted, now);
        let mut changes: Vec<Change> = handshakes::forgotten(snapshot, now).collect();
        changes.extend([question, last].map(handshakes::put));
        changes
    }

    fn asking(
        &self,
        organization: &Organization,
        parent: Option<&String>,
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
            ended: None,
            parent: parent.cloned(),
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
pub(crate) fn canceled_with(snapshot: &Snapshot, canceled: &Handshake, now: Timestamp) -> Vec<Change> {
    let open = children(snapshot, canceled).filter(|child| child.state == HandshakeState::Requested);
    open.map(|child| handshakes::put(handshakes::ended(child, HandshakeState::Canceled, now))).collect()
}

/// Tells whether an organization is on its way to all features.
pub(crate) fn is_pending(snapshot: &Snapshot, organization: &Organization, now: Timestamp) -> bool {
    snapshot.handshakes_of(&organization.id).any(|handshake| {
        let asks = is_question(handshake) || handshake.action == HandshakeAction::ApproveAllFeatures;
        asks && handshakes::is_open(handshake, now)
    })
}

/// Finds the manager's question that a handshake belongs to.
pub(crate) fn parent<'a>(snapshot: &'a Snapshot, child: &Handshake) -> Option<&'a Handshake> {
    snapshot.handshake(child.parent.as_deref()?)
}

/// Lists the handshakes that belong to a question of the manager.
fn children<'a>(snapshot: &'a Snapshot, question: &'a Handshake) -> impl Iterator<Item = &'a Handshake> {
    let of_organization = snapshot.handshakes_of(&question.organization);
    of_organization.filter(move |handshake| handshake.parent.as_ref() == Some(&question.id))
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
