//! GetEventSelectors and PutEventSelectors.

use cairn_catalog::Change;
use cairn_select::{EventSelectors, Selectors};
use cairn_wire::cloudtrail::{
    GetEventSelectorsRequest, GetEventSelectorsResponse, PutEventSelectorsRequest, PutEventSelectorsResponse,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::control::Done;
use crate::trail_reference::{Report, TrailReference};
use crate::{Caller, Control, Refusal};

impl Control {
    /// Shows a trail's selectors, with defaults filled in.
    ///
    /// # Errors
    /// Unknown trails.
    pub fn get_event_selectors(
        &self,
        caller: &Caller,
        request: &GetEventSelectorsRequest,
    ) -> Result<Done<GetEventSelectorsResponse>, Refusal> {
        let reference = TrailReference::parse(&request.trail_name, caller)?;
        let snapshot = self.catalog.current();
        let trail = reference.read(&snapshot, caller, Report::Arn)?;
        self.check_role(&snapshot, caller, trail)?;
        let (event_selectors, advanced_event_selectors) = match trail.selectors().given() {
            EventSelectors::Basic(selectors) => (Some(reshape(selectors)?), None),
            EventSelectors::Advanced(selectors) => (None, Some(reshape(selectors)?)),
        };
        Ok(Done::now(GetEventSelectorsResponse {
            trail_arn: Some(trail.arn.clone()),
            event_selectors,
            advanced_event_selectors,
        }))
    }

    /// Replaces a trail's selectors, whichever kind they were.
    ///
    /// # Errors
    /// Unknown trails, trails of another home Region, and selectors that break a rule.
    pub async fn put_event_selectors(
        &self,
        caller: &Caller,
        request: &PutEventSelectorsRequest,
    ) -> Result<Done<PutEventSelectorsResponse>, Refusal> {
        let reference = TrailReference::parse(&request.trail_name, caller)?;
        self.governed(&reference, &self.catalog.current(), caller, Report::Arn)?;
        let selectors = selectors_of(request)?;
        let (arn, _) = self
            .change(|snapshot| {
                let mut trail = self.governed(&reference, snapshot, caller, Report::Arn)?.trail().clone();
                trail.selectors = Some(selectors.given().clone());
                let arn = trail.arn.clone();
                Ok((vec![Change::PutTrail(Box::new(trail))], arn))
            })
            .await?;
        let (event_selectors, advanced_event_selectors) = match selectors.given() {
            EventSelectors::Basic(selectors) => (Some(reshape(selectors)?), None),
            EventSelectors::Advanced(selectors) => (None, Some(reshape(selectors)?)),
        };
        Ok(Done::now(PutEventSelectorsResponse {
            trail_arn: Some(arn),
            event_selectors,
            advanced_event_selectors,
        }))
    }
}

/// Reads the selectors that a request gives.
///
/// # Errors
/// Both kinds or none are given, or they break a rule.
pub(crate) fn selectors_of(request: &PutEventSelectorsRequest) -> Result<Selectors, Refusal> {
    let given = match (&request.event_selectors, &request.advanced_event_selectors) {
        (Some(basic), None) => EventSelectors::Basic(reshape(basic)?),
        (None, Some(advanced)) => EventSelectors::Advanced(reshape(advanced)?),
        (Some(_), Some(_)) | (None, None) => return Err(Refusal::SelectorsBothOrNeither),
    };
    Selectors::for_trail(given).map_err(Refusal::SelectorsInvalid)
}

/// Turns one crate's shape into another's: both are AWS's own JSON form.
pub(crate) fn reshape<T: DeserializeOwned>(shape: &impl serde::Serialize) -> Result<T, Refusal> {
    let value: Result<Value, _> = serde_json::to_value(shape);
    value.and_then(serde_json::from_value).map_err(|error| Refusal::Internal(Box::new(error)))
}
