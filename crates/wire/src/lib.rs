//! The AWS protocols: operation tables, shapes, constraints, error shapes.
