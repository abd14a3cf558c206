-- Who has an entry open, and who of them is to write. Rows that are some minutes old mean nothing.
CREATE TABLE presences (
    entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id),
    seen_at INTEGER NOT NULL,
    holds_since INTEGER,
    PRIMARY KEY (entry_id, user_id)
) STRICT;
