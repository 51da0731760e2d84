//! What is on the disk of a call before it is forwarded.

use cairn_event::AccountId;
use cairn_intake::{Draft, IntakeError};
use cairn_intents::Intent;

use super::flight::{Flight, Outcome};
use crate::recorder::{Observed, Recorder};
use crate::serve::Who;
use crate::telemetry;
use crate::upstreams::RecordPolicy;

/// Makes a call durable before it is made, where its route demands that it is recorded: as the event that it becomes
/// if nobody ever hears what came of it.
///
/// Cancel-safe: a client that goes away meanwhile takes the intent with it; the call was not made.
///
/// # Errors
/// It can't be recorded: the call must not be made.
pub(super) async fn begin(flight: &mut Flight) -> Result<(), IntakeError> {
    if flight.route.record == RecordPolicy::BestEffort {
        return Ok(());
    }
    if let Some(refusal) = flight.front.intake.refusal() {
        telemetry::refused("journal");
        return Err(refusal);
    }
    let unknown = Outcome::unknown();
    let rendered = flight.render(&unknown, |recorder, seen| beforehand(flight, recorder, seen));
    // Nothing will be recorded of this call whatever comes of it, or its own event is the first.
    let Some(Draft { account, region, event, .. }) = rendered.drafts.into_iter().next() else {
        return Ok(());
    };
    let intent = Intent { event_id: flight.arrival.ids.event.clone(), account, region, event };
    match flight.front.promises.intents.begin(intent).await {
        Ok(begun) => {
            flight.begun = Some(begun);
            Ok(())
        }
        Err(refusal) => {
            telemetry::refused("intents");
            Err(refusal)
        }
    }
}

/// Renders the call's events for the account that wants them of all that it may come to belong to: whose the caller
/// is shows only once the upstream has answered, and an intent that nobody wants would become no event.
fn beforehand(flight: &Flight, recorder: &Recorder, seen: &Observed<'_>) -> Vec<Draft> {
    if !seen.call.is_data() {
        return recorder.drafts_beforehand(seen);
    }
    let snapshot = recorder.catalog.current();
    let accounts = [Some(seen.who.account), Some(flight.account_if_done()), seen.owners.resource];
    let wants = |account: &AccountId| snapshot.may_want_data_events(*account);
    let Some(account) = accounts.into_iter().flatten().find(wants) else { return Vec::new() };
    let who = Who { account, ..seen.who.clone() };
    recorder.drafts_beforehand(&Observed { who: &who, ..*seen })
}
