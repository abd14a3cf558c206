-- What the people who are responsible for websites were reminded of before the report of a day (`before_day`): each part once.
CREATE TABLE monitor_nudges (
    before_day TEXT NOT NULL,
    monitor_id TEXT NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    section TEXT NOT NULL,
    newest TEXT,
    days INTEGER NOT NULL,
    expected_days INTEGER,
    told_at INTEGER,
    PRIMARY KEY (before_day, monitor_id, section)
) STRICT, WITHOUT ROWID;
CREATE INDEX monitor_nudges_of ON monitor_nudges (monitor_id);
