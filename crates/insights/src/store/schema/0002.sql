-- Since when Cairn listens to a place, what was imported of the time before, and what a trail selects.
ALTER TABLE places RENAME COLUMN first_minute TO live_minute;
ALTER TABLE places ADD COLUMN imported TEXT;                       -- JSON: the hours with events; NULL for none
ALTER TABLE places ADD COLUMN selection TEXT;                      -- of a trail's data events; NULL for none

-- Of series that begin with what was imported: the minute of their first call that came in its time.
ALTER TABLE marks ADD COLUMN begun_imported INTEGER NOT NULL DEFAULT 0;
ALTER TABLE marks ADD COLUMN heard_minute INTEGER;
