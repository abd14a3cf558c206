-- What a site makes of the checks before publication; a site without a row has the usual.
CREATE TABLE check_policies (
    site_id TEXT NOT NULL PRIMARY KEY REFERENCES sites (id),
    severities TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
-- Who answers for findings of a revision, and why.
CREATE TABLE check_confirmations (
    entry_id TEXT NOT NULL REFERENCES entries (id),
    number INTEGER NOT NULL,
    revision_digest TEXT NOT NULL,
    confirmed TEXT NOT NULL,
    reason TEXT NOT NULL,
    confirmed_by TEXT NOT NULL REFERENCES users (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (entry_id, number)
) STRICT;
