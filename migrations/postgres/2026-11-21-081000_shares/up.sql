-- Pictures to share that are made, by the digests of what they show. `sites.shares_version` rises when there are others.
CREATE TABLE shares (
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    name TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    size_bytes BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, name)
);
ALTER TABLE sites ADD COLUMN shares_version BIGINT NOT NULL DEFAULT 0;
