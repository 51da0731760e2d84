//! Who signs in at the console, and for how long.
//!
//! Passwords and second factors are proven here, guesses are slowed down, and what a browser holds is turned into
//! the temporary credentials that its calls are made with. This crate does not know that it is served over HTTP.

#![warn(missing_docs)]
