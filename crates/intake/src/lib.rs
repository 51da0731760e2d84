//! The only writer of the journal: admit, stamp, group commit, acknowledge.
