//! The control plane's state as numbered revisions, with sealed secrets.
