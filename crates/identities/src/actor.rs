//! Which person, agent and tool stands behind a call.
