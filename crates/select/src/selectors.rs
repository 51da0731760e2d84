//! The selectors of one trail, checked and ready.

use std::sync::Arc;

use cairn_event::EventView;

use crate::advanced::AdvancedMatcher;
use crate::basic::BasicMatcher;
use crate::{EventSelectors, SelectorError, advanced, basic};

/// The selectors of one trail: checked, compiled once, cheap to clone.
#[derive(Debug, Clone)]
pub struct Selectors(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    given: EventSelectors,
    matchers: Matchers,
    /// Whether any selector is for other events than management events.
    data: bool,
}

#[derive(Debug)]
enum Matchers {
    Basic(Vec<BasicMatcher>),
    Advanced(Vec<AdvancedMatcher>),
}

impl Selectors {
    /// Checks the selectors of a trail and compiles them.
    ///
    /// Basic selectors: 1 to 5, with up to 250 data resource values in all, not counting those that stand for
    /// all resources of a type. Advanced selectors: up to 500 values in all.
    ///
    /// # Errors
    /// A rule of CloudTrail is broken; the error's text is the message for the client.
    pub fn for_trail(given: EventSelectors) -> Result<Self, SelectorError> {
        let matchers = match &given {
            EventSelectors::Basic(selectors) => Matchers::Basic(basic::compile(selectors)?),
            EventSelectors::Advanced(selectors) => Matchers::Advanced(advanced::compile(selectors)?),
        };
        let data = is_for_data(&given);
        Ok(Self(Arc::new(Compiled { given, matchers, data })))
    }

    /// Returns the selectors as GetEventSelectors answers them.
    pub fn given(&self) -> &EventSelectors {
        &self.0.given
    }

    /// Tells whether the trail records the event: whether any selector admits it. Allocates nothing.
    pub fn matches(&self, event: &EventView<'_>) -> bool {
        match &self.0.matchers {
            Matchers::Basic(matchers) => matchers.iter().any(|matcher| matcher.matches(event)),
            Matchers::Advanced(matchers) => matchers.iter().any(|matcher| matcher.matches(event)),
        }
    }

    /// Tells whether any event can be selected that is no management event.
    pub fn may_select_data(&self) -> bool {
        self.0.data
    }

    /// Tells whether these are the selectors of a trail that never got any; a trail for which this is false
    /// answers `HasCustomEventSelectors` true.
    pub fn is_default(&self) -> bool {
        self.0.given == EventSelectors::default_for_trail()
    }
}

fn is_for_data(given: &EventSelectors) -> bool {
    match given {
        EventSelectors::Basic(selectors) => {
            selectors.iter().any(|selector| !selector.data_resources.is_empty())
        }
        EventSelectors::Advanced(selectors) => {
            selectors.iter().flat_map(|selector| &selector.field_selectors).any(|field| {
                let values = field.equals.iter().flatten();
                field.field == "eventCategory" && values.into_iter().any(|value| value != "Management")
            })
        }
    }
}

#[cfg(test)]
mod tests;
