//! The transparency log: salted leaves, tiles, checkpoints, proofs.
