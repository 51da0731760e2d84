//! Log files: boundaries, names, bodies, put-once upload.
