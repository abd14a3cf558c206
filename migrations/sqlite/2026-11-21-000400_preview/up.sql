-- A link to one revision that is not published; the link itself is kept by its digest only.
CREATE TABLE previews (
    id TEXT PRIMARY KEY NOT NULL,
    entry_id TEXT NOT NULL REFERENCES entries (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    revision INTEGER NOT NULL,
    digest TEXT NOT NULL,
    recipient TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX previews_token ON previews (token_hash);
CREATE INDEX previews_entry ON previews (entry_id, id);

-- What lets a member into the staging host: a link that works once, and the cookie that it gives.
CREATE TABLE staging_passes (
    hash TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites (id),
    session_id TEXT NOT NULL REFERENCES sessions (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
