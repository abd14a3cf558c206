-- Full looks at all watched websites, by the clock or because somebody ordered them.
CREATE TABLE monitor_rounds (
    id TEXT PRIMARY KEY NOT NULL,
    occasion TEXT NOT NULL,
    websites INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX monitor_rounds_began ON monitor_rounds (began_at);
-- What each look told; the key lets no website be looked at twice in a round. `report` names the whole of it.
CREATE TABLE monitor_reports (
    round_id TEXT NOT NULL REFERENCES monitor_rounds (id) ON DELETE CASCADE,
    monitor_id TEXT NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    looked_at INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    reached TEXT NOT NULL,
    cause TEXT,
    injection TEXT,
    grade TEXT,
    freshness TEXT NOT NULL,
    quiet INTEGER NOT NULL,
    report TEXT NOT NULL,
    PRIMARY KEY (round_id, monitor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX monitor_reports_of ON monitor_reports (monitor_id, looked_at);
CREATE INDEX monitor_reports_report ON monitor_reports (report);
-- Reports as JSON, packed, by the digest of the JSON.
CREATE TABLE monitor_evidence (
    digest TEXT PRIMARY KEY NOT NULL,
    body BLOB NOT NULL
) STRICT;
-- The weekly report that belongs to a case. `week`: the Monday; `round_id`: whose figures it has, which are from
-- `figures_since` on.
CREATE TABLE recaps (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL UNIQUE REFERENCES cases (id),
    week TEXT NOT NULL,
    number TEXT NOT NULL,
    round_id TEXT REFERENCES monitor_rounds (id),
    figures_since INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX recaps_week ON recaps (week, id);
-- One row for each agency and section; a website that is watched no more stays in the reports that it was in.
CREATE TABLE recap_rows (
    recap_id TEXT NOT NULL REFERENCES recaps (id),
    monitor_id TEXT NOT NULL,
    section TEXT NOT NULL,
    agency TEXT NOT NULL,
    url TEXT NOT NULL,
    seen TEXT NOT NULL,
    measured TEXT NOT NULL,
    verdict TEXT NOT NULL,
    before TEXT,
    reason TEXT NOT NULL,
    overridden TEXT,
    version INTEGER NOT NULL,
    PRIMARY KEY (recap_id, monitor_id, section)
) STRICT, WITHOUT ROWID;
CREATE INDEX recap_rows_order ON recap_rows (recap_id, agency, monitor_id, section);
CREATE INDEX recap_rows_verdict ON recap_rows (recap_id, verdict);
CREATE INDEX recap_rows_of ON recap_rows (monitor_id, section, recap_id);
-- What was reported, packed: it is what was approved, archived and printed.
CREATE TABLE recap_versions (
    recap_id TEXT NOT NULL REFERENCES recaps (id),
    number INTEGER NOT NULL,
    round_id TEXT REFERENCES monitor_rounds (id),
    digest TEXT NOT NULL,
    body BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT,
    PRIMARY KEY (recap_id, number)
) STRICT, WITHOUT ROWID;
