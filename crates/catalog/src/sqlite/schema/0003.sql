-- Version 3 of the catalog: which events of other sources were taken, so that telling one again changes nothing.

CREATE TABLE taken (
    day       INTEGER NOT NULL,
    id        BLOB NOT NULL CHECK (length(id) = 16),
    until_day INTEGER NOT NULL,
    PRIMARY KEY (day, id)
) STRICT, WITHOUT ROWID;
