-- Version 4 of the catalog: an organization trail's deliveries have a status for each account that they are of.

CREATE TABLE delivery_status_by_account (
    trail_arn     TEXT NOT NULL,
    trail_created INTEGER NOT NULL,
    account       TEXT NOT NULL,
    region        TEXT NOT NULL,
    kind          TEXT NOT NULL,
    succeeded_ms  INTEGER,
    attempted_ms  INTEGER NOT NULL,
    error         TEXT,
    PRIMARY KEY (trail_arn, trail_created, account, region, kind)
) STRICT;

-- Until now every trail was of its owner's account alone, whose number stands before the name in the ARN.
INSERT INTO delivery_status_by_account
SELECT trail_arn, trail_created, substr(trail_arn, instr(trail_arn, ':trail/') - 12, 12), region, kind,
       succeeded_ms, attempted_ms, error
FROM delivery_status;

DROP TABLE delivery_status;
ALTER TABLE delivery_status_by_account RENAME TO delivery_status;
