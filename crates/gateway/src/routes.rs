//! Which upstream a call goes to.

use std::collections::BTreeMap;

/// Upstreams by the services they have. `T` is whatever stands for an upstream.
#[derive(Debug, Clone)]
pub struct Routes<T> {
    by_service: BTreeMap<String, T>,
    rest: Option<T>,
}

/// Two upstreams want the same calls.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoutesError {
    /// Both list this service.
    #[error("the service `{0}` has an upstream already")]
    Service(String),
    /// Both list no service at all.
    #[error("there is an upstream for the rest already")]
    Rest,
}

/// Whose upstream was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route<'a, T> {
    /// It lists the service: it has every call of it.
    Listed(&'a T),
    /// It has what nobody else has.
    Rest(&'a T),
}

impl<T> Default for Routes<T> {
    fn default() -> Self {
        Self { by_service: BTreeMap::new(), rest: None }
    }
}

impl<T: Clone> Routes<T> {
    /// Adds an upstream for these services, by signing name; for the rest if there are none.
    ///
    /// # Errors
    /// Another upstream has those calls.
    pub fn add(&mut self, services: &[String], upstream: &T) -> Result<(), RoutesError> {
        if services.is_empty() {
            return match self.rest.replace(upstream.clone()) {
                None => Ok(()),
                Some(_) => Err(RoutesError::Rest),
            };
        }
        for service in services {
            if self.by_service.insert(service.clone(), upstream.clone()).is_some() {
                return Err(RoutesError::Service(service.clone()));
            }
        }
        Ok(())
    }
}

impl<T> Routes<T> {
    /// Finds who has the calls of a service.
    pub fn find(&self, service: &str) -> Option<Route<'_, T>> {
        match self.by_service.get(service) {
            Some(upstream) => Some(Route::Listed(upstream)),
            None => self.rest.as_ref().map(Route::Rest),
        }
    }

    /// Tells whether nothing goes anywhere.
    pub fn is_empty(&self) -> bool {
        self.rest.is_none() && self.by_service.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_service_comes_before_the_rest() {
        let mut routes = Routes::default();
        assert!(routes.is_empty());
        routes.add(&["s3".to_owned(), "iam".to_owned()], &1).unwrap();
        assert_eq!(routes.find("sqs"), None);
        routes.add(&[], &2).unwrap();
        assert_eq!(routes.find("s3"), Some(Route::Listed(&1)));
        assert_eq!(routes.find("sqs"), Some(Route::Rest(&2)));
        assert_eq!(routes.add(&[], &3), Err(RoutesError::Rest));
        assert_eq!(routes.add(&["iam".to_owned()], &3), Err(RoutesError::Service("iam".to_owned())));
    }
}
