-- Files that are coming piece by piece; the bytes lie in the spool. digest is null until a file is whole and accepted.
CREATE TABLE uploads (
    id TEXT PRIMARY KEY NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    length_bytes INTEGER NOT NULL,
    digest TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX uploads_site ON uploads (site_id, digest);
CREATE INDEX uploads_user ON uploads (user_id, digest);
CREATE INDEX uploads_expiry ON uploads (expires_at);
