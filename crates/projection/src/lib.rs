//! The cursor loop every derived view runs in.
