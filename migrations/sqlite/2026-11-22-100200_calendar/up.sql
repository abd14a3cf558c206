-- Service hours and holidays as they were set on the screen: each row holds from its moment until the next one's.
-- Before the first the file of holidays holds, and the hours that procedures name.
CREATE TABLE calendar_versions (
    version INTEGER PRIMARY KEY NOT NULL,
    from_at INTEGER NOT NULL,
    hours TEXT NOT NULL,
    holidays TEXT NOT NULL,
    digest TEXT NOT NULL,
    changed_by TEXT NOT NULL
) STRICT;
