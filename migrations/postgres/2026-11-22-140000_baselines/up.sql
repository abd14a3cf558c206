-- What each watched website may show, as somebody accepted it, and what was seen of it last. `questions`: how many that leaves.
CREATE TABLE monitor_baselines (
    monitor_id TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    accepted TEXT COLLATE "C",
    accepted_at BIGINT,
    accepted_by TEXT COLLATE "C" REFERENCES users (id),
    seen TEXT COLLATE "C" NOT NULL,
    seen_at BIGINT NOT NULL,
    questions INTEGER NOT NULL
);
