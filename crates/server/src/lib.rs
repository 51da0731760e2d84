//! HTTP, dispatch, built-in services, metrics, wiring, ordered shutdown.
