-- What the people who are responsible for websites were reminded of before the report of a day (`before_day`): each part once.
CREATE TABLE monitor_nudges (
    before_day TEXT COLLATE "C" NOT NULL,
    monitor_id TEXT COLLATE "C" NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    section TEXT COLLATE "C" NOT NULL,
    newest TEXT COLLATE "C",
    days INTEGER NOT NULL,
    expected_days INTEGER,
    told_at BIGINT,
    PRIMARY KEY (before_day, monitor_id, section)
);
CREATE INDEX monitor_nudges_of ON monitor_nudges (monitor_id);
