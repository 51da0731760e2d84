-- Version 2 of the catalog: what derived views remember beside their cursors.

CREATE TABLE state (
    name    TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;
