-- Pictures to share that are made, by the digests of what they show. `sites.shares_version` rises when there are others.
CREATE TABLE shares (
    site_id TEXT NOT NULL REFERENCES sites (id),
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (site_id, name)
) STRICT;
ALTER TABLE sites ADD COLUMN shares_version INTEGER NOT NULL DEFAULT 0;
