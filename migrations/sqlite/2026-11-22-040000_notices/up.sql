-- What somebody was told of: one row for each event of the ledger and each person whom it concerns.
CREATE TABLE notices (
    user_id TEXT NOT NULL REFERENCES users (id),
    event INTEGER NOT NULL,
    kind TEXT NOT NULL,
    waits INTEGER NOT NULL,
    site_id TEXT REFERENCES sites (id),
    subject TEXT NOT NULL,
    title TEXT NOT NULL,
    actor_id TEXT,
    said TEXT NOT NULL,
    step TEXT,
    at INTEGER NOT NULL,
    read_at INTEGER,
    mailed_at INTEGER,
    PRIMARY KEY (user_id, event)
) STRICT;
CREATE INDEX notices_event ON notices (event);
CREATE INDEX notices_at ON notices (at);
CREATE INDEX notices_unread ON notices (user_id) WHERE read_at IS NULL;
-- How somebody wants to be told by e-mail; without a row, at once.
CREATE TABLE notice_preferences (
    user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
    mail TEXT NOT NULL,
    digest_hour INTEGER NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
