-- What is live as it is searched: here what a result shows, in findable_words its stems, once each. An empty mark waits
-- for its stems: the server makes them when it starts.
CREATE TABLE findable (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES entries (id),
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    summary TEXT COLLATE "C" NOT NULL,
    mark TEXT COLLATE "C" NOT NULL
);
-- All stems under the index, and beside them the few that weigh more, so that a rank reads short rows only.
CREATE TABLE findable_words (
    number BIGINT PRIMARY KEY REFERENCES findable (number) ON DELETE CASCADE,
    site_id TEXT COLLATE "C" NOT NULL,
    title TSVECTOR NOT NULL,
    lead TSVECTOR NOT NULL,
    often TSVECTOR NOT NULL,
    stems TSVECTOR NOT NULL
);
ALTER TABLE findable_words ALTER COLUMN stems SET STORAGE EXTERNAL;
CREATE INDEX findable_words_stems ON findable_words USING gin (stems);
INSERT INTO findable (entry_id, site_id, summary, mark) SELECT entry_id, site_id, '', '' FROM live_entries;
-- Counts how often stems were made anew although nothing else changed of what is live: by a changed type, by an update.
ALTER TABLE sites ADD COLUMN stems_version BIGINT NOT NULL DEFAULT 0;
