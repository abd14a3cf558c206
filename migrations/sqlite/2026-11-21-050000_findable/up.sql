-- What is live as it is searched: here what a result shows, in findable_words its stems, once each, in the column of
-- their weight. An empty mark waits for its stems: the server makes them when it starts.
CREATE TABLE findable (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id TEXT NOT NULL UNIQUE REFERENCES entries (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    summary TEXT NOT NULL,
    mark TEXT NOT NULL
) STRICT;
-- Stems are letters and digits already; the tokenizer ascii only cuts them at blanks.
CREATE VIRTUAL TABLE findable_words USING fts5(
    title, lead, often, once,
    content = '', contentless_delete = 1, detail = column, tokenize = 'ascii'
);
INSERT INTO findable (entry_id, site_id, summary, mark) SELECT entry_id, site_id, '', '' FROM live_entries;
-- Counts how often stems were made anew although nothing else changed of what is live: by a changed type, by an update.
ALTER TABLE sites ADD COLUMN stems_version INTEGER NOT NULL DEFAULT 0;
