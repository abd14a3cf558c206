-- How far the derivatives of each picture of a site are, the focus of its crops, and what pages show of it.
CREATE TABLE pictures (
    site_id TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    focus TEXT COLLATE "C",
    shown TEXT COLLATE "C",
    fault TEXT COLLATE "C",
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, digest),
    FOREIGN KEY (site_id, digest) REFERENCES assets (site_id, digest)
);
CREATE INDEX pictures_state ON pictures (state, site_id, asked_at);
INSERT INTO pictures (site_id, digest, state, asked_at)
    SELECT site_id, digest, 'waiting', created_at FROM assets WHERE kind = 'picture';

-- Files made of pictures, each once, whatever site has the original.
CREATE TABLE derivatives (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    original TEXT COLLATE "C" NOT NULL,
    recipe TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    quality INTEGER,
    similarity_ppm INTEGER,
    made_at BIGINT NOT NULL
);
CREATE INDEX derivatives_original ON derivatives (original);
