//! Basic and advanced event selectors: validate, compile, match.
