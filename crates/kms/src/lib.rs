//! KMS's operations as use cases: keys, aliases, grants, data keys.
