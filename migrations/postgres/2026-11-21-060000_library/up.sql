-- Where files stand in the library, what is said of them beside the credit, and which wait in the trash.
ALTER TABLE assets ADD COLUMN folder TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN tags TEXT COLLATE "C" NOT NULL DEFAULT '[]';
ALTER TABLE assets ADD COLUMN source TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN licence TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN consent TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN pages INTEGER;
ALTER TABLE assets ADD COLUMN is_tagged BOOLEAN;
ALTER TABLE assets ADD COLUMN names_language BOOLEAN;
ALTER TABLE assets ADD COLUMN trashed_at BIGINT;

CREATE TABLE asset_tags (
    site_id TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    tag TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (site_id, tag, digest),
    FOREIGN KEY (site_id, digest) REFERENCES assets (site_id, digest)
);

-- Which files each revision names. A revision never changes, so neither do its rows. The program fills the table from the
-- revisions that are there when it first starts with it.
CREATE TABLE asset_uses (
    digest TEXT COLLATE "C" NOT NULL,
    entry_id TEXT COLLATE "C" NOT NULL REFERENCES entries (id),
    revision INTEGER NOT NULL,
    PRIMARY KEY (digest, entry_id, revision)
);
