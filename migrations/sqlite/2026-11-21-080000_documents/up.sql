-- What documents say, for searching. A text counts for what a site shows from this change of it on: `sites.live_sequence` of the site.
CREATE TABLE document_texts (
    site_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    text TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (site_id, digest),
    FOREIGN KEY (site_id, digest) REFERENCES assets (site_id, digest)
) STRICT;
INSERT INTO pictures (site_id, digest, state, asked_at)
    SELECT site_id, digest, 'unread', created_at FROM assets WHERE media_type = 'application/pdf';
INSERT INTO pictures (site_id, digest, state, asked_at)
    SELECT site_id, digest, 'waiting', created_at FROM assets WHERE kind = 'text';
