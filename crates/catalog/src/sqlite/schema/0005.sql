-- Version 5 of the catalog: the receipts of one account and Region of a trail are found without reading those of others.

CREATE INDEX receipt_of_place ON receipt (trail_arn, trail_created, account, region, number);
