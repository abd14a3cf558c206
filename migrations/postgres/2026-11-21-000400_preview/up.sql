-- A link to one revision that is not published; the link itself is kept by its digest only.
CREATE TABLE previews (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    entry_id TEXT COLLATE "C" NOT NULL REFERENCES entries (id),
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    revision BIGINT NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX previews_token ON previews (token_hash);
CREATE INDEX previews_entry ON previews (entry_id, id);

-- What lets a member into the staging host: a link that works once, and the cookie that it gives.
CREATE TABLE staging_passes (
    hash TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    session_id TEXT COLLATE "C" NOT NULL REFERENCES sessions (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
