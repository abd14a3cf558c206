-- What somebody was told of: one row for each event of the ledger and each person whom it concerns.
CREATE TABLE notices (
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    event BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    waits BOOLEAN NOT NULL,
    site_id TEXT COLLATE "C" REFERENCES sites (id),
    subject TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    actor_id TEXT COLLATE "C",
    said TEXT COLLATE "C" NOT NULL,
    step TEXT COLLATE "C",
    at BIGINT NOT NULL,
    read_at BIGINT,
    mailed_at BIGINT,
    PRIMARY KEY (user_id, event)
);
CREATE INDEX notices_event ON notices (event);
CREATE INDEX notices_at ON notices (at);
CREATE INDEX notices_unread ON notices (user_id) WHERE read_at IS NULL;
-- How somebody wants to be told by e-mail; without a row, at once.
CREATE TABLE notice_preferences (
    user_id TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES users (id),
    mail TEXT COLLATE "C" NOT NULL,
    digest_hour INTEGER NOT NULL,
    version INTEGER NOT NULL,
    updated_at BIGINT NOT NULL
);
