-- What documents say, for searching. A text counts for what a site shows from this change of it on: `sites.live_sequence` of the site.
CREATE TABLE document_texts (
    site_id TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (site_id, digest),
    FOREIGN KEY (site_id, digest) REFERENCES assets (site_id, digest)
);
INSERT INTO pictures (site_id, digest, state, asked_at)
    SELECT site_id, digest, 'unread', created_at FROM assets WHERE media_type = 'application/pdf';
INSERT INTO pictures (site_id, digest, state, asked_at)
    SELECT site_id, digest, 'waiting', created_at FROM assets WHERE kind = 'text';
