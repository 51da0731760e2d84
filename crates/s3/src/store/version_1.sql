CREATE TABLE generation (only INTEGER PRIMARY KEY CHECK (only = 0), number INTEGER NOT NULL) STRICT;
CREATE TABLE bucket (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    owner_canonical TEXT NOT NULL,
    region TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    policy TEXT,
    tags TEXT,
    public_access_block TEXT
) STRICT;
CREATE INDEX bucket_by_owner ON bucket (owner, name);
CREATE TABLE content (id INTEGER PRIMARY KEY AUTOINCREMENT, bytes BLOB) STRICT;
CREATE TABLE extent (
    content INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (content, sequence)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX extent_by_blob ON extent (blob);
CREATE TABLE object (
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    content INTEGER NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    checksums TEXT NOT NULL,
    metadata TEXT NOT NULL,
    tags TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE upload (
    id TEXT PRIMARY KEY,
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    initiator TEXT NOT NULL,
    algorithm TEXT,
    kind TEXT,
    metadata TEXT NOT NULL,
    tags TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX upload_by_key ON upload (bucket, key, id);
CREATE TABLE part (
    upload TEXT NOT NULL,
    number INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    checksums TEXT NOT NULL,
    PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX part_by_blob ON part (blob);
PRAGMA user_version = 1;
INSERT INTO generation (only, number) VALUES (0, 1);
INSERT INTO bucket (id, name, owner, owner_canonical, region, created_ms)
    VALUES (1, 'bkt', '123456789012', 'cc', 'us-east-1', 0);
INSERT INTO content (id, bytes) VALUES (1, CAST('hello' AS BLOB)), (2, NULL);
INSERT INTO extent (content, sequence, blob, size) VALUES (2, 1, '00000000000000000000000000000101', 20000);
INSERT INTO object (bucket, key, content, size, etag, modified_ms, checksums, metadata, tags) VALUES
    (1, 'small', 1, 5, '5d41402abc4b2a76b9719d911017c592', 0, '{"values":{},"kind":"FULL_OBJECT"}', '{}', '{}'),
    (1, 'large', 2, 20000, '00', 0, '{"values":{},"kind":"FULL_OBJECT"}', '{}', '{}');
INSERT INTO upload (id, bucket, key, created_ms, initiator, metadata, tags)
    VALUES ('u1', 1, 'parts', 0, 'arn', '{}', '{}');
INSERT INTO part (upload, number, blob, size, etag, modified_ms, checksums) VALUES
    ('u1', 1, '00000000000000000000000000000102', 5242880, '00000000000000000000000000000000', 0,
        '{"values":{},"kind":"FULL_OBJECT"}');
