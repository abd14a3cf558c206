-- How far the derivatives of each picture of a site are, the focus of its crops, and what pages show of it.
CREATE TABLE pictures (
    site_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    focus TEXT,
    shown TEXT,
    fault TEXT,
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (site_id, digest),
    FOREIGN KEY (site_id, digest) REFERENCES assets (site_id, digest)
) STRICT;
CREATE INDEX pictures_state ON pictures (state, site_id, asked_at);
INSERT INTO pictures (site_id, digest, state, asked_at)
    SELECT site_id, digest, 'waiting', created_at FROM assets WHERE kind = 'picture';

-- Files made of pictures, each once, whatever site has the original.
CREATE TABLE derivatives (
    name TEXT NOT NULL PRIMARY KEY,
    original TEXT NOT NULL,
    recipe TEXT NOT NULL,
    media_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    quality INTEGER,
    similarity_ppm INTEGER,
    made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX derivatives_original ON derivatives (original);
