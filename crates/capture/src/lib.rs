//! An observed exchange becomes an event.
