-- Version 7 of the catalog: rows of passwords, MFA devices and password policies, which an older Cairn does not know.
-- They are found by their place like all rows: nothing else changes.

SELECT 1;
