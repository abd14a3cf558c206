-- Links by which somebody sets their own password, once; only the digest of what stands in one is kept.
CREATE TABLE account_links (
    hash TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    made_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX account_links_user ON account_links (user_id, created_at);
