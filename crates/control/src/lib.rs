//! CloudTrail's operations as use cases.
