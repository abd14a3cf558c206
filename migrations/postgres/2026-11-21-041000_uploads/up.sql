-- Files that are coming piece by piece; the bytes lie in the spool. digest is null until a file is whole and accepted.
CREATE TABLE uploads (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    name TEXT COLLATE "C" NOT NULL,
    length_bytes BIGINT NOT NULL,
    digest TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX uploads_site ON uploads (site_id, digest);
CREATE INDEX uploads_user ON uploads (user_id, digest);
CREATE INDEX uploads_expiry ON uploads (expires_at);
