-- Where files stand in the library, what is said of them beside the credit, and which wait in the trash.
ALTER TABLE assets ADD COLUMN folder TEXT NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE assets ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN licence TEXT NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN consent TEXT NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN pages INTEGER;
ALTER TABLE assets ADD COLUMN is_tagged INTEGER;
ALTER TABLE assets ADD COLUMN names_language INTEGER;
ALTER TABLE assets ADD COLUMN trashed_at INTEGER;

CREATE TABLE asset_tags (
    site_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (site_id, tag, digest),
    FOREIGN KEY (site_id, digest) REFERENCES assets (site_id, digest)
) STRICT;

-- Which files each revision names. A revision never changes, so neither do its rows. The program fills the table from the
-- revisions that are there when it first starts with it.
CREATE TABLE asset_uses (
    digest TEXT NOT NULL,
    entry_id TEXT NOT NULL REFERENCES entries (id),
    revision INTEGER NOT NULL,
    PRIMARY KEY (digest, entry_id, revision)
) STRICT;
