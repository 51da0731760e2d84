//! GetEventConfiguration and PutEventConfiguration of trails (reference §6.7): which summaries are made of
//! data events. Event sizes and context keys are settings of event data stores.

use cairn_catalog::{AggregationTemplate, Change};
use cairn_wire::cloudtrail::{
    AggregationConfiguration, EventCategoryAggregation, GetEventConfigurationRequest,
    GetEventConfigurationResponse, PutEventConfigurationRequest, PutEventConfigurationResponse,
};

use crate::control::Done;
use crate::event_selectors::reshape;
use crate::insight_selectors::trail_name;
use crate::logged::Logged;
use crate::trail_reference::{Report, TrailReference};
use crate::{Caller, Control, Refusal};

impl Control {
    /// Shows what a trail's data events are summed up by; an empty list when they are not.
    ///
    /// # Errors
    /// Unknown trails, and event data stores.
    pub fn get_event_configuration(
        &self,
        caller: &Caller,
        request: &GetEventConfigurationRequest,
    ) -> Result<Done<GetEventConfigurationResponse>, Refusal> {
        let name = trail_name(request.trail_name.as_deref(), request.event_data_store.as_deref())?;
        let reference = TrailReference::parse(name, caller)?;
        let snapshot = self.catalog.current();
        let trail = reference.read(&snapshot, caller, Report::Arn)?;
        self.check_role(&snapshot, caller, trail)?;
        Ok(Done::now(GetEventConfigurationResponse {
            trail_arn: Some(trail.arn.clone()),
            aggregation_configurations: Some(shapes(&trail.aggregation)?),
            ..GetEventConfigurationResponse::default()
        }))
    }

    /// Replaces what a trail's data events are summed up by; an empty list ends it.
    ///
    /// # Errors
    /// Unknown trails, trails of another home Region, trails without data events, members that belong to
    /// event data stores, and event data stores.
    pub async fn put_event_configuration(
        &self,
        caller: &Caller,
        request: &PutEventConfigurationRequest,
    ) -> Result<Done<PutEventConfigurationResponse>, Refusal> {
        let name = trail_name(request.trail_name.as_deref(), request.event_data_store.as_deref())?;
        check_members(request)?;
        let reference = TrailReference::parse(name, caller)?;
        let current = self.catalog.current();
        let trail = self.governed(&reference, &current, caller, Report::Arn)?;
        let templates = templates(request)?;
        check_fed(&templates, trail)?;
        if !templates.is_empty() {
            self.platform.begin_aggregation(trail).await.map_err(Refusal::Internal)?;
        }
        let (arn, _) = self
            .change(|snapshot| {
                let live = self.governed(&reference, snapshot, caller, Report::Arn)?;
                // Another trail may have been made under the name, whose aggregation nobody began.
                if live.id() != trail.id() {
                    return Err(Refusal::Conflict);
                }
                check_fed(&templates, live)?;
                let mut changed = live.trail().clone();
                changed.aggregation.clone_from(&templates);
                let arn = changed.arn.clone();
                Ok((vec![Change::PutTrail(Box::new(changed))], arn))
            })
            .await?;
        Ok(Done::now(PutEventConfigurationResponse {
            trail_arn: Some(arn),
            aggregation_configurations: Some(shapes(&templates)?),
            ..PutEventConfigurationResponse::default()
        }))
    }
}

/// Refuses what a trail can't have.
fn check_members(request: &PutEventConfigurationRequest) -> Result<(), Refusal> {
    if request.max_event_size.is_some() {
        let message = "MaxEventSize can be set for event data stores only, not for trails.";
        return Err(Refusal::ParametersCombined(message));
    }
    if request.context_key_selectors.as_ref().is_some_and(|selectors| !selectors.is_empty()) {
        let message = "ContextKeySelectors can be set for event data stores only, not for trails.";
        return Err(Refusal::ParametersCombined(message));
    }
    Ok(())
}

fn templates(request: &PutEventConfigurationRequest) -> Result<Vec<AggregationTemplate>, Refusal> {
    let Some(configurations) = &request.aggregation_configurations else {
        let message = "A trail's event configuration needs AggregationConfigurations; an empty list turns \
                       aggregation off.";
        return Err(Refusal::AggregationInvalid(message.to_owned()));
    };
    let mut templates = Vec::new();
    for template in configurations.iter().flat_map(|configuration| &configuration.templates) {
        let known: AggregationTemplate = reshape(template)?;
        if templates.contains(&known) {
            let message = format!("The template {} is given more than once.", template.as_str());
            return Err(Refusal::AggregationInvalid(message));
        }
        templates.push(known);
    }
    Ok(templates)
}

fn check_fed(templates: &[AggregationTemplate], trail: &cairn_catalog::LiveTrail) -> Result<(), Refusal> {
    if templates.is_empty() || Logged::of(trail.selectors().given()).data {
        return Ok(());
    }
    let arn = &trail.arn;
    let message =
        format!("Trail {arn} logs no data events, so there is nothing to aggregate. Select some first.");
    Err(Refusal::AggregationInvalid(message))
}

fn shapes(templates: &[AggregationTemplate]) -> Result<Vec<AggregationConfiguration>, Refusal> {
    if templates.is_empty() {
        return Ok(Vec::new());
    }
    let event_category = EventCategoryAggregation::Data;
    Ok(vec![AggregationConfiguration { templates: reshape(&templates)?, event_category }])
}
