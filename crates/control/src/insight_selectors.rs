//! GetInsightSelectors and PutInsightSelectors of trails (reference §7.1): which unusual activity a trail is told of.

use cairn_catalog::{Change, InsightSelector, InsightType, SourceEventCategory};
use cairn_wire::cloudtrail::{
    GetInsightSelectorsRequest, GetInsightSelectorsResponse, InsightSelector as Shape,
    PutInsightSelectorsRequest, PutInsightSelectorsResponse,
};

use crate::control::Done;
use crate::event_selectors::reshape;
use crate::logged::Logged;
use crate::platform::DeliveredFiles;
use crate::trail_reference::{Report, TrailReference};
use crate::{Caller, Control, Refusal};

impl Control {
    /// Shows what unusual activity a trail looks for.
    ///
    /// # Errors
    /// Unknown trails, trails without Insights, and event data stores.
    pub fn get_insight_selectors(
        &self,
        caller: &Caller,
        request: &GetInsightSelectorsRequest,
    ) -> Result<Done<GetInsightSelectorsResponse>, Refusal> {
        let name = trail_name(request.trail_name.as_deref(), request.event_data_store.as_deref())?;
        let reference = TrailReference::parse(name, caller)?;
        let snapshot = self.catalog.current();
        let trail = reference.read(&snapshot, caller, Report::Arn)?;
        self.check_role(&snapshot, caller, trail)?;
        if trail.insights.is_empty() {
            return Err(Refusal::InsightsOff(trail.arn.clone()));
        }
        Ok(Done::now(GetInsightSelectorsResponse {
            trail_arn: Some(trail.arn.clone()),
            insight_selectors: Some(reshape(&trail.insights)?),
            ..GetInsightSelectorsResponse::default()
        }))
    }

    /// Replaces what unusual activity a trail looks for; an empty list turns Insights off.
    ///
    /// # Errors
    /// Unknown trails, trails of another home Region, selectors that the trail's events can't feed, a
    /// bucket that takes no Insights events, and event data stores.
    pub async fn put_insight_selectors(
        &self,
        caller: &Caller,
        request: &PutInsightSelectorsRequest,
    ) -> Result<Done<PutInsightSelectorsResponse>, Refusal> {
        if request.trail_name.is_some() && request.insights_destination.is_some() {
            let message = "InsightsDestination goes with EventDataStore, not with TrailName.";
            return Err(Refusal::ParametersCombined(message));
        }
        let name = trail_name(request.trail_name.as_deref(), request.event_data_store.as_deref())?;
        let reference = TrailReference::parse(name, caller)?;
        let current = self.catalog.current();
        let trail = reference.change(&current, caller, Report::Arn)?;
        self.check_role(&current, caller, trail)?;
        let selectors = valid(&request.insight_selectors)?;
        check_fed(&selectors, Logged::of(trail.selectors().given()))?;
        if !selectors.is_empty() {
            self.check_bucket(caller, (trail, trail.kms_key_id.as_deref()), DeliveredFiles::Insights).await?;
            if let Some(key) = &trail.kms_key_id {
                self.check_key(caller, trail, key, DeliveredFiles::Insights).await?;
            }
        }
        let (arn, _) = self
            .change(|snapshot| {
                let live = reference.change(snapshot, caller, Report::Arn)?;
                check_fed(&selectors, Logged::of(live.selectors().given()))?;
                let mut trail = live.trail().clone();
                trail.insights.clone_from(&selectors);
                let arn = trail.arn.clone();
                Ok((vec![Change::PutTrail(Box::new(trail))], arn))
            })
            .await?;
        Ok(Done::now(PutInsightSelectorsResponse {
            trail_arn: Some(arn),
            insight_selectors: Some(reshape(&selectors)?),
            ..PutInsightSelectorsResponse::default()
        }))
    }
}

/// Returns the trail of a call that is about a trail or an event data store.
pub(crate) fn trail_name<'r>(trail: Option<&'r str>, store: Option<&str>) -> Result<&'r str, Refusal> {
    match (trail, store) {
        (Some(trail), None) => Ok(trail),
        (None, Some(_)) => Err(Refusal::StoresUnavailable),
        (Some(_), Some(_)) | (None, None) => {
            Err(Refusal::ParametersCombined("Specify either TrailName or EventDataStore."))
        }
    }
}

fn valid(given: &[Shape]) -> Result<Vec<InsightSelector>, Refusal> {
    let invalid = |message: String| Err(Refusal::InsightSelectorsInvalid(message));
    let mut selectors: Vec<InsightSelector> = Vec::with_capacity(given.len().min(TYPES));
    for shape in given {
        let Some(kind) = shape.insight_type else {
            return invalid(format!("An insight selector has no InsightType. {TYPES_ALLOWED}"));
        };
        let selector: InsightSelector = reshape(shape)?;
        if selectors.iter().any(|known| known.insight_type == selector.insight_type) {
            return invalid(format!("InsightType {} is given more than once.", kind.as_str()));
        }
        let categories = selector.categories();
        let twice = |category| categories.iter().filter(|other| *other == category).count() > 1;
        if categories.iter().any(twice) {
            return invalid(format!("EventCategories of {} name a category twice.", kind.as_str()));
        }
        selectors.push(selector);
    }
    Ok(selectors)
}

/// Checks that the trail logs the events that each selector works on.
fn check_fed(selectors: &[InsightSelector], logged: Logged) -> Result<(), Refusal> {
    let management = logged.management_reads || logged.management_writes;
    for selector in selectors {
        for category in selector.categories() {
            let missing = match (category, selector.insight_type) {
                (SourceEventCategory::Data, _) if !logged.data => "data events",
                (SourceEventCategory::Management, InsightType::ApiCallRateInsight)
                    if !logged.management_writes =>
                {
                    "write management events, which ApiCallRateInsight works on"
                }
                (SourceEventCategory::Management, InsightType::ApiErrorRateInsight) if !management => {
                    "management events, which ApiErrorRateInsight works on"
                }
                _ => continue,
            };
            let message = format!("The trail does not log {missing}. Change its event selectors first.");
            return Err(Refusal::InsightSelectorsInvalid(message));
        }
    }
    Ok(())
}

/// How many insight types there are.
const TYPES: usize = 2;

const TYPES_ALLOWED: &str = "Valid values are ApiCallRateInsight and ApiErrorRateInsight.";
