-- What is counted. An id is never given to another metric while anything is left of the first.
CREATE TABLE places (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    trail TEXT NOT NULL,             -- ARN; '' for management events
    first_minute INTEGER NOT NULL,   -- of its first event
    UNIQUE (account, region, trail)
) STRICT;

CREATE TABLE metrics (
    id INTEGER PRIMARY KEY,
    place INTEGER NOT NULL REFERENCES places (id),
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    code TEXT,                       -- of errors; NULL for all calls
    forgotten_minute INTEGER         -- since when nothing is left of its last call in its series
) STRICT;
-- NULL is like no other NULL, so that a unique index needs something to compare.
CREATE UNIQUE INDEX metrics_by_what ON metrics (place, source, name, coalesce(code, ''), code IS NULL);
CREATE INDEX metrics_forgotten ON metrics (forgotten_minute) WHERE forgotten_minute IS NOT NULL;

-- Calls of a metric in one minute. By the hour first: minutes are entered at the right edge and leave at the left.
CREATE TABLE points (
    hour INTEGER NOT NULL,
    metric INTEGER NOT NULL,
    minute INTEGER NOT NULL,         -- of the hour
    calls INTEGER NOT NULL,
    PRIMARY KEY (hour, metric, minute)
) STRICT, WITHOUT ROWID;

-- The values of shares, each once.
CREATE TABLE texts (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE,
    used_day INTEGER NOT NULL
) STRICT;

-- Who called: the last minutes of all metrics, those of metrics that are held, and hours of all.
CREATE TABLE minute_shares (
    minute INTEGER NOT NULL,
    metric INTEGER NOT NULL,
    attribute INTEGER NOT NULL,
    value INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (minute, metric, attribute, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE held_shares (
    metric INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    attribute INTEGER NOT NULL,
    value INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (metric, minute, attribute, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE hour_shares (
    hour INTEGER NOT NULL,
    metric INTEGER NOT NULL,
    attribute INTEGER NOT NULL,
    value INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (hour, metric, attribute, value)
) STRICT, WITHOUT ROWID;

-- What each series knows, as `anomaly::Series` encodes it.
CREATE TABLE states (
    metric INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- Series of which late calls were counted.
CREATE TABLE marks (
    metric INTEGER PRIMARY KEY,
    changed_from INTEGER,
    changed_to INTEGER,
    live_from INTEGER,
    live_to INTEGER,
    newest_late INTEGER,
    behind_until INTEGER
) STRICT;

-- Insights events.
CREATE TABLE records (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    shared_id TEXT NOT NULL,
    metric INTEGER NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    trail TEXT NOT NULL,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    code TEXT,
    sensitivity INTEGER NOT NULL,
    direction INTEGER NOT NULL,
    state INTEGER NOT NULL,
    at_minute INTEGER NOT NULL,      -- what its eventTime says
    start_minute INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    baseline_minutes INTEGER NOT NULL,
    baseline_calls INTEGER NOT NULL,
    shares TEXT NOT NULL,            -- JSON: [[attribute, value, calls], ...]
    baseline_shares TEXT NOT NULL,
    imported INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX records_shared ON records (shared_id);
CREATE INDEX records_unsent ON records (sequence) WHERE sent = 0;
CREATE INDEX records_by_metric ON records (metric, start_minute);
CREATE INDEX records_by_trail ON records (trail, account, region, at_minute, sequence) WHERE trail <> '';
CREATE INDEX records_by_time ON records (at_minute);

-- Minutes that nobody watched: from the first up to the second, which is not one of them.
CREATE TABLE gaps (
    from_minute INTEGER PRIMARY KEY,
    to_minute INTEGER NOT NULL
) STRICT;

-- How far everything above has come.
CREATE TABLE position (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    closed_minute INTEGER NOT NULL,
    resume INTEGER NOT NULL,
    counted INTEGER NOT NULL
) STRICT;

CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
INSERT INTO schema_version VALUES (0);
PRAGMA application_id = 0x43494e53;
