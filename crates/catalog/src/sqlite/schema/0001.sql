-- Version 1 of the catalog. Explained in docs/formats/catalog.md; never edited once released.

PRAGMA application_id = 1128352082;

CREATE TABLE schema_version (
    version INTEGER NOT NULL
) STRICT;
INSERT INTO schema_version (version) VALUES (0);

-- The newest revision: one row, the compare-and-set of every commit.
CREATE TABLE head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO head (only_row, revision) VALUES (1, 0);

-- An entity from revision_from until before revision_to; NULL while it is in force.
CREATE TABLE entity (
    kind          TEXT NOT NULL,
    key           TEXT NOT NULL,
    revision_from INTEGER NOT NULL,
    revision_to   INTEGER,
    created       INTEGER NOT NULL,
    body          TEXT NOT NULL,
    PRIMARY KEY (kind, key, revision_from),
    CHECK (created <= revision_from),
    CHECK (revision_to > revision_from)
) STRICT;
CREATE UNIQUE INDEX entity_in_force ON entity (kind, key) WHERE revision_to IS NULL;
CREATE INDEX entity_ended ON entity (revision_to) WHERE revision_to IS NOT NULL;

CREATE TABLE cursors (
    name     TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;

CREATE TABLE receipt (
    number         INTEGER PRIMARY KEY,
    trail_arn      TEXT NOT NULL,
    trail_created  INTEGER NOT NULL,
    account        TEXT NOT NULL,
    region         TEXT NOT NULL,
    bucket         TEXT NOT NULL,
    object_key     TEXT NOT NULL,
    sha256         TEXT NOT NULL,
    bytes          INTEGER NOT NULL,
    events         INTEGER NOT NULL,
    oldest_event_s INTEGER NOT NULL,
    newest_event_s INTEGER NOT NULL,
    first_position INTEGER NOT NULL,
    last_position  INTEGER NOT NULL,
    delivered_ms   INTEGER NOT NULL,
    UNIQUE (trail_arn, trail_created, bucket, object_key)
) STRICT;
CREATE INDEX receipt_of_trail ON receipt (trail_arn, trail_created, number);

CREATE TABLE delivery_status (
    trail_arn     TEXT NOT NULL,
    trail_created INTEGER NOT NULL,
    region        TEXT NOT NULL,
    kind          TEXT NOT NULL,
    succeeded_ms  INTEGER,
    attempted_ms  INTEGER NOT NULL,
    error         TEXT,
    PRIMARY KEY (trail_arn, trail_created, region, kind)
) STRICT;

CREATE TABLE split (
    id             TEXT PRIMARY KEY,
    first_position INTEGER NOT NULL,
    last_position  INTEGER NOT NULL,
    events         INTEGER NOT NULL,
    oldest_event_s INTEGER NOT NULL,
    newest_event_s INTEGER NOT NULL,
    accounts       TEXT NOT NULL,
    bytes          INTEGER NOT NULL,
    created_ms     INTEGER NOT NULL
) STRICT;
