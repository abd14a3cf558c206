-- An attack on a website, or a fault of one, beside the case (SOP 3) by which it is handled. `number` counts within `year`; what happened and
-- when stands in the timeline, and the times here are the first (`recovered_at`: the last) of each kind in it.
CREATE TABLE incidents (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL UNIQUE REFERENCES cases (id),
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    severity TEXT NOT NULL,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    website TEXT NOT NULL,
    agency TEXT NOT NULL,
    site_id TEXT REFERENCES sites (id),
    monitor_id TEXT,
    summary TEXT NOT NULL,
    evidence TEXT,
    detected_at INTEGER NOT NULL,
    reported_at INTEGER NOT NULL,
    taken_at INTEGER,
    assigned_at INTEGER,
    contained_at INTEGER,
    recovered_at INTEGER,
    approved_at INTEGER,
    closed_at INTEGER,
    version INTEGER NOT NULL,
    UNIQUE (year, number)
) STRICT;
CREATE INDEX incidents_website ON incidents (website) WHERE closed_at IS NULL;
CREATE INDEX incidents_reported ON incidents (reported_at, id);
-- What happened, in the order in which it was written down; `at` is when it happened. Nothing here is changed or removed.
CREATE TABLE incident_timeline (
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    said TEXT NOT NULL,
    detail TEXT NOT NULL,
    at INTEGER NOT NULL,
    noted_at INTEGER NOT NULL,
    PRIMARY KEY (incident_id, number)
) STRICT, WITHOUT ROWID;
-- The official report, each version as it was saved.
CREATE TABLE incident_reports (
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    version INTEGER NOT NULL,
    fields TEXT NOT NULL,
    saved_by TEXT NOT NULL REFERENCES users (id),
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (incident_id, version)
) STRICT, WITHOUT ROWID;
-- What citizens and officials reported by the public form. `person` is who they are and how to reach them, sealed; forgotten in time.
CREATE TABLE citizen_reports (
    reference TEXT PRIMARY KEY NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites (id),
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    person TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX citizen_reports_incident ON citizen_reports (incident_id, created_at);
CREATE INDEX citizen_reports_person ON citizen_reports (created_at) WHERE person IS NOT NULL;
-- Who is called when an incident begins, in which order and by which ways: one row.
CREATE TABLE on_call (
    id INTEGER PRIMARY KEY NOT NULL,
    people TEXT NOT NULL,
    repeat_minutes INTEGER NOT NULL,
    telegram_token TEXT,
    webhook_secret TEXT,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER incident_timeline_no_update BEFORE UPDATE ON incident_timeline BEGIN
    SELECT RAISE(ABORT, 'incident_timeline is only added to');
END;
CREATE TRIGGER incident_timeline_no_delete BEFORE DELETE ON incident_timeline BEGIN
    SELECT RAISE(ABORT, 'incident_timeline is only added to');
END;
CREATE TRIGGER incident_reports_no_update BEFORE UPDATE ON incident_reports BEGIN
    SELECT RAISE(ABORT, 'incident_reports is only added to');
END;
CREATE TRIGGER incident_reports_no_delete BEFORE DELETE ON incident_reports BEGIN
    SELECT RAISE(ABORT, 'incident_reports is only added to');
END;
