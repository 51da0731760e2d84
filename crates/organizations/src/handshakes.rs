//! Handshakes: described, listed, answered, taken back.

use cairn_catalog::{Change, Handshake, HandshakeAction, HandshakeState, Organization, Snapshot};
use cairn_wire::organizations::{
    self as wire, AcceptHandshakeRequest, AcceptHandshakeResponse, ActionType, CancelHandshakeRequest,
    CancelHandshakeResponse, DeclineHandshakeRequest, DeclineHandshakeResponse, DescribeHandshakeRequest,
    DescribeHandshakeResponse, HandshakeFilter, HandshakePartyType, HandshakeResourceType,
    ListHandshakesForAccountRequest, ListHandshakesForAccountResponse, ListHandshakesForOrganizationRequest,
    ListHandshakesForOrganizationResponse,
};
use jiff::{SignedDuration, Timestamp};

use crate::page::{self, Paging};
use crate::{Caller, Deed, Organizations, Refusal, all_features, names, shapes, standing};

impl Organizations {
    pub(crate) async fn accept_handshake(
        &self,
        caller: &Caller,
        request: &AcceptHandshakeRequest,
    ) -> Result<(AcceptHandshakeResponse, Vec<Deed>), Refusal> {
        let now = self.now();
        self.change(|snapshot| {
            let handshake =
                answerable(snapshot, caller, &request.handshake_id, HandshakeState::Accepted, now)?;
            let accepted = ended(handshake, HandshakeState::Accepted, now);
            let shown = show(snapshot, &accepted, now);
            let (mut changes, deeds) = match handshake.action {
                HandshakeAction::Invite => self.join(snapshot, caller, handshake, now)?,
                HandshakeAction::EnableAllFeatures => (self.agreed(snapshot, handshake, now), Vec::new()),
                HandshakeAction::ApproveAllFeatures => {
                    (all_features::enabled(snapshot, handshake)?, Vec::new())
                }
            };
            changes.push(put(accepted));
            Ok((changes, (AcceptHandshakeResponse { handshake: Some(shown) }, deeds)))
        })
        .await
    }

    pub(crate) async fn decline_handshake(
        &self,
        caller: &Caller,
        request: &DeclineHandshakeRequest,
    ) -> Result<DeclineHandshakeResponse, Refusal> {
        let now = self.now();
        self.change(|snapshot| {
            let handshake =
                answerable(snapshot, caller, &request.handshake_id, HandshakeState::Declined, now)?;
            let declined = ended(handshake, HandshakeState::Declined, now);
            let shown = show(snapshot, &declined, now);
            Ok((vec![put(declined)], DeclineHandshakeResponse { handshake: Some(shown) }))
        })
        .await
    }

    pub(crate) async fn cancel_handshake(
        &self,
        caller: &Caller,
        request: &CancelHandshakeRequest,
    ) -> Result<CancelHandshakeResponse, Refusal> {
        let now = self.now();
        self.change(|snapshot| {
            let handshake = known(snapshot, caller, &request.handshake_id, now)?;
            if handshake.management != caller.account {
                return Err(Refusal::NotPermitted);
            }
            check_transition(handshake, HandshakeState::Canceled, now)?;
            let canceled = ended(handshake, HandshakeState::Canceled, now);
            let shown = show(snapshot, &canceled, now);
            let mut changes = all_features::canceled_with(snapshot, handshake, now);
            changes.push(put(canceled));
            Ok((changes, CancelHandshakeResponse { handshake: Some(shown) }))
        })
        .await
    }

    pub(crate) fn describe_handshake(
        &self,
        caller: &Caller,
        request: &DescribeHandshakeRequest,
    ) -> Result<DescribeHandshakeResponse, Refusal> {
        let (snapshot, now) = (self.catalog.current(), self.now());
        let handshake = known(&snapshot, caller, &request.handshake_id, now)?;
        Ok(DescribeHandshakeResponse { handshake: Some(show(&snapshot, handshake, now)) })
    }

    pub(crate) fn list_handshakes_for_account(
        &self,
        caller: &Caller,
        request: &ListHandshakesForAccountRequest,
    ) -> Result<ListHandshakesForAccountResponse, Refusal> {
        let (snapshot, now) = (self.catalog.current(), self.now());
        let own = snapshot.handshakes_with(caller.account);
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let list = ("ListHandshakesForAccount", request.filter.as_ref());
        let (handshakes, next_token) = listed(&snapshot, caller, own, list, paging, now)?;
        Ok(ListHandshakesForAccountResponse { handshakes: Some(handshakes), next_token })
    }

    pub(crate) fn list_handshakes_for_organization(
        &self,
        caller: &Caller,
        request: &ListHandshakesForOrganizationRequest,
    ) -> Result<ListHandshakesForOrganizationResponse, Refusal> {
        let (snapshot, now) = (self.catalog.current(), self.now());
        let organization = standing::reader(&snapshot, caller)?;
        let own = snapshot.handshakes_of(&organization.id);
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let list = ("ListHandshakesForOrganization", request.filter.as_ref());
        let (handshakes, next_token) = listed(&snapshot, caller, own, list, paging, now)?;
        Ok(ListHandshakesForOrganizationResponse { handshakes: Some(handshakes), next_token })
    }
}

/// Cuts a page out of some handshakes.
fn listed<'a>(
    snapshot: &Snapshot,
    caller: &Caller,
    own: impl Iterator<Item = &'a Handshake>,
    (list, filter): (&str, Option<&HandshakeFilter>),
    paging: Paging<'_>,
    now: Timestamp,
) -> Result<(Vec<wire::Handshake>, Option<String>), Refusal> {
    let (action, parent) = (
        filter.and_then(|filter| filter.action_type),
        filter.and_then(|filter| filter.parent_handshake_id.as_deref()),
    );
    if action.is_some() && parent.is_some() {
        return Err(Refusal::TwoFilters);
    }
    let found = own.filter(|handshake| !is_forgotten(handshake, now));
    let found = found.filter(|handshake| action.is_none_or(|action| action_type(handshake.action) == action));
    let found = found.filter(|handshake| parent.is_none_or(|id| handshake.parent.as_deref() == Some(id)));
    let action = action.map_or("", ActionType::as_str);
    let list = [list, action, parent.unwrap_or_default()];
    let (page, next) = page::cut(found, |handshake| handshake.id.clone(), caller, &list, paging)?;
    Ok((page.into_iter().map(|handshake| show(snapshot, handshake, now)).collect(), next))
}

/// Finds a handshake that the caller is a party of, or may look at for the organization.
fn known<'a>(
    snapshot: &'a Snapshot,
    caller: &Caller,
    id: &str,
    now: Timestamp,
) -> Result<&'a Handshake, Refusal> {
    let reads = |handshake: &Handshake| {
        standing::reader(snapshot, caller).is_ok_and(|own: &Organization| own.id == handshake.organization)
    };
    let found = snapshot.handshake(id).filter(|handshake| !is_forgotten(handshake, now));
    let found = found.filter(|handshake| {
        handshake.account == caller.account || handshake.management == caller.account || reads(handshake)
    });
    found.ok_or(Refusal::HandshakeMissing)
}

/// Finds a handshake that the caller is asked, and that can still go over into `state`.
fn answerable<'a>(
    snapshot: &'a Snapshot,
    caller: &Caller,
    id: &str,
    state: HandshakeState,
    now: Timestamp,
) -> Result<&'a Handshake, Refusal> {
    let handshake = known(snapshot, caller, id, now)?;
    // The manager's own question to all others is not for it to answer.
    let own_question =
        handshake.action == HandshakeAction::EnableAllFeatures && handshake.account == handshake.management;
    if handshake.account != caller.account || own_question {
        return Err(Refusal::NotPermitted);
    }
    check_transition(handshake, state, now)?;
    Ok(handshake)
}

fn check_transition(handshake: &Handshake, to: HandshakeState, now: Timestamp) -> Result<(), Refusal> {
    match state(handshake, now) {
        from if from == to => Err(Refusal::AlreadyInState),
        HandshakeState::Requested | HandshakeState::Open => Ok(()),
        HandshakeState::Canceled
        | HandshakeState::Accepted
        | HandshakeState::Declined
        | HandshakeState::Expired => Err(Refusal::TransitionInvalid),
    }
}

/// Returns how far a handshake came: nobody writes down that its time is over.
pub(crate) fn state(handshake: &Handshake, now: Timestamp) -> HandshakeState {
    match handshake.state {
        HandshakeState::Requested | HandshakeState::Open if handshake.expires <= now => {
            HandshakeState::Expired
        }
        state => state,
    }
}

/// Tells whether a handshake waits for an answer.
pub(crate) fn is_open(handshake: &Handshake, now: Timestamp) -> bool {
    matches!(state(handshake, now), HandshakeState::Requested | HandshakeState::Open)
}

/// Tells whether a handshake is over for so long that it is shown no more.
pub(crate) fn is_forgotten(handshake: &Handshake, now: Timestamp) -> bool {
    now.duration_since(handshake.over()) > KEPT
}

/// Lists the changes that forget handshakes nobody is shown any more, a few at a time: more than are added at once
/// but for the questions about all features, which the limit of a day holds down.
pub(crate) fn forgotten(snapshot: &Snapshot, now: Timestamp) -> impl Iterator<Item = Change> + '_ {
    let over = snapshot.handshakes().take_while(move |handshake| is_forgotten(handshake, now));
    over.take(FORGOTTEN_MAX).map(|handshake| Change::DeleteHandshake { id: handshake.id.clone() })
}

/// Refuses more handshakes than an organization may send in a day, whatever came of them: they are kept for a while.
pub(crate) fn check_rate(
    snapshot: &Snapshot,
    organization: &Organization,
    more: usize,
    now: Timestamp,
) -> Result<(), Refusal> {
    let sent = snapshot.handshakes_of(&organization.id);
    let sent = sent.filter(|handshake| now.duration_since(handshake.requested) < DAY).count();
    if sent + more > SENT_A_DAY_MAX { Err(Refusal::TooManyHandshakes) } else { Ok(()) }
}

/// Returns a handshake as it is once somebody ended it.
pub(crate) fn ended(handshake: &Handshake, state: HandshakeState, now: Timestamp) -> Handshake {
    Handshake { state, ended: Some(now), ..handshake.clone() }
}

/// Returns the change that stores a handshake.
pub(crate) fn put(handshake: Handshake) -> Change {
    Change::PutHandshake(Box::new(handshake))
}

fn action_type(action: HandshakeAction) -> ActionType {
    match action {
        HandshakeAction::Invite => ActionType::Invite,
        HandshakeAction::EnableAllFeatures => ActionType::EnableAllFeatures,
        HandshakeAction::ApproveAllFeatures => ActionType::ApproveAllFeatures,
    }
}

/// Shows a handshake, as both parties see it.
pub(crate) fn show(snapshot: &Snapshot, handshake: &Handshake, now: Timestamp) -> wire::Handshake {
    let time = |at| Some(cairn_wire::Timestamp::new(at));
    let party = |id: String, kind| wire::HandshakeParty { id, kind };
    let mut parties = vec![party(handshake.organization.clone(), HandshakePartyType::Organization)];
    let mut resources = vec![organization_resource(snapshot, handshake)];
    if handshake.account != handshake.management {
        let account = handshake.account.to_string();
        resources.push(resource(HandshakeResourceType::Account, account.clone()));
        parties.push(party(account, HandshakePartyType::Account));
    }
    resources.extend(handshake.notes.clone().map(|notes| resource(HandshakeResourceType::Notes, notes)));
    let parent = all_features::parent(snapshot, handshake);
    resources
        .extend(parent.map(|parent| resource(HandshakeResourceType::ParentHandshake, parent.id.clone())));
    wire::Handshake {
        id: Some(handshake.id.clone()),
        arn: Some(names::handshake(handshake)),
        parties: Some(parties),
        state: Some(match state(handshake, now) {
            HandshakeState::Requested => wire::HandshakeState::Requested,
            HandshakeState::Open => wire::HandshakeState::Open,
            HandshakeState::Canceled => wire::HandshakeState::Canceled,
            HandshakeState::Accepted => wire::HandshakeState::Accepted,
            HandshakeState::Declined => wire::HandshakeState::Declined,
            HandshakeState::Expired => wire::HandshakeState::Expired,
        }),
        requested_timestamp: time(handshake.requested),
        expiration_timestamp: time(handshake.expires),
        action: Some(action_type(handshake.action)),
        resources: Some(resources),
    }
}

/// Shows the organization of a handshake and who asks: its manager's name and address, which an invited account
/// has to know.
fn organization_resource(snapshot: &Snapshot, handshake: &Handshake) -> wire::HandshakeResource {
    let manager = snapshot.member(handshake.management);
    let organization = snapshot.organization(&handshake.organization);
    let mut inside = Vec::new();
    if let Some(manager) = manager.filter(|member| member.organization == handshake.organization) {
        inside.push(resource(HandshakeResourceType::MasterEmail, manager.email.clone()));
        inside.push(resource(HandshakeResourceType::MasterName, manager.name.clone()));
    }
    if let Some(organization) = organization {
        let set = shapes::feature_set(organization.feature_set).as_str().to_owned();
        inside.push(resource(HandshakeResourceType::OrganizationFeatureSet, set));
    }
    wire::HandshakeResource {
        resources: (!inside.is_empty()).then_some(inside),
        ..resource(HandshakeResourceType::Organization, handshake.organization.clone())
    }
}

fn resource(kind: HandshakeResourceType, value: String) -> wire::HandshakeResource {
    wire::HandshakeResource { value: Some(value), kind: Some(kind), resources: None }
}

/// How long a handshake that is over is shown.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many handshakes are forgotten in one commit.
const FORGOTTEN_MAX: usize = 100;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How many handshakes an organization sends in a day at most. All that it asks for all features fits.
pub(crate) const SENT_A_DAY_MAX: usize = 1_000;
