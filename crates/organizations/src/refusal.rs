//! Why Organizations says no: each reason with its message.

/// A refused call. `Display` is the message that the client reads.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum Refusal {
    #[error("You made concurrent changes that cannot be done at the same time. Send the request again.")]
    Concurrent,
    #[error(
        "An internal error occurred. Send the request again; if it persists, look into the server's log."
    )]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}
