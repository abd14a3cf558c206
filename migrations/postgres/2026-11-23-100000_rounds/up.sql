-- Full looks at all watched websites, by the clock or because somebody ordered them.
CREATE TABLE monitor_rounds (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    occasion TEXT COLLATE "C" NOT NULL,
    websites INTEGER NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX monitor_rounds_began ON monitor_rounds (began_at);
-- What each look told; the key lets no website be looked at twice in a round. `report` names the whole of it.
CREATE TABLE monitor_reports (
    round_id TEXT COLLATE "C" NOT NULL REFERENCES monitor_rounds (id) ON DELETE CASCADE,
    monitor_id TEXT COLLATE "C" NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    looked_at BIGINT NOT NULL,
    verdict TEXT COLLATE "C" NOT NULL,
    reached TEXT COLLATE "C" NOT NULL,
    cause TEXT COLLATE "C",
    injection TEXT COLLATE "C",
    grade TEXT COLLATE "C",
    freshness TEXT COLLATE "C" NOT NULL,
    quiet BOOLEAN NOT NULL,
    report TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (round_id, monitor_id)
);
CREATE INDEX monitor_reports_of ON monitor_reports (monitor_id, looked_at);
CREATE INDEX monitor_reports_report ON monitor_reports (report);
-- Reports as JSON, packed, by the digest of the JSON.
CREATE TABLE monitor_evidence (
    digest TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    body BYTEA NOT NULL
);
-- The weekly report that belongs to a case. `week`: the Monday; `round_id`: whose figures it has, which are from
-- `figures_since` on.
CREATE TABLE recaps (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES cases (id),
    week TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    round_id TEXT COLLATE "C" REFERENCES monitor_rounds (id),
    figures_since BIGINT NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX recaps_week ON recaps (week, id);
-- One row for each agency and section; a website that is watched no more stays in the reports that it was in.
CREATE TABLE recap_rows (
    recap_id TEXT COLLATE "C" NOT NULL REFERENCES recaps (id),
    monitor_id TEXT COLLATE "C" NOT NULL,
    section TEXT COLLATE "C" NOT NULL,
    agency TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    seen TEXT COLLATE "C" NOT NULL,
    measured TEXT COLLATE "C" NOT NULL,
    verdict TEXT COLLATE "C" NOT NULL,
    before TEXT COLLATE "C",
    reason TEXT COLLATE "C" NOT NULL,
    overridden TEXT COLLATE "C",
    version INTEGER NOT NULL,
    PRIMARY KEY (recap_id, monitor_id, section)
);
CREATE INDEX recap_rows_order ON recap_rows (recap_id, agency, monitor_id, section);
CREATE INDEX recap_rows_verdict ON recap_rows (recap_id, verdict);
CREATE INDEX recap_rows_of ON recap_rows (monitor_id, section, recap_id);
-- What was reported, packed: it is what was approved, archived and printed.
CREATE TABLE recap_versions (
    recap_id TEXT COLLATE "C" NOT NULL REFERENCES recaps (id),
    number INTEGER NOT NULL,
    round_id TEXT COLLATE "C" REFERENCES monitor_rounds (id),
    digest TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT COLLATE "C",
    PRIMARY KEY (recap_id, number)
);
