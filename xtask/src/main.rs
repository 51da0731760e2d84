//! Generates committed tables and checks the house rules.
fn main() {}
