//! EventBridge event patterns: parse, compile, match.
