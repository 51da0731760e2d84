-- Version 6 of the catalog: what was delivered of a stretch of the journal is found without reading the rest.

CREATE INDEX receipt_of_position ON receipt (trail_arn, trail_created, first_position);
