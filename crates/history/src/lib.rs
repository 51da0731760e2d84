//! Event history: LookupEvents over immutable splits and a searchable head.
