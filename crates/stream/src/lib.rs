//! Live streams: each event to log groups, event buses, webhooks and subjects, within a second.
