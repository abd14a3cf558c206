-- What each watched website may show, as somebody accepted it, and what was seen of it last. `questions`: how many that leaves.
CREATE TABLE monitor_baselines (
    monitor_id TEXT PRIMARY KEY NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    accepted TEXT,
    accepted_at INTEGER,
    accepted_by TEXT REFERENCES users (id),
    seen TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    questions INTEGER NOT NULL
) STRICT;
