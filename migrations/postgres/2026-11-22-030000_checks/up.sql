-- What a site makes of the checks before publication; a site without a row has the usual.
CREATE TABLE check_policies (
    site_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES sites (id),
    severities TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    updated_at BIGINT NOT NULL
);
-- Who answers for findings of a revision, and why.
CREATE TABLE check_confirmations (
    entry_id TEXT COLLATE "C" NOT NULL REFERENCES entries (id),
    number INTEGER NOT NULL,
    revision_digest TEXT COLLATE "C" NOT NULL,
    confirmed TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    confirmed_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (entry_id, number)
);
