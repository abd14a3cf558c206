-- An attack on a website, or a fault of one, beside the case (SOP 3) by which it is handled. `number` counts within `year`; what happened and
-- when stands in the timeline, and the times here are the first (`recovered_at`: the last) of each kind in it.
CREATE TABLE incidents (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES cases (id),
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    reference TEXT COLLATE "C" NOT NULL UNIQUE,
    source TEXT COLLATE "C" NOT NULL,
    severity TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    website TEXT COLLATE "C" NOT NULL,
    agency TEXT COLLATE "C" NOT NULL,
    site_id TEXT COLLATE "C" REFERENCES sites (id),
    monitor_id TEXT COLLATE "C",
    summary TEXT COLLATE "C" NOT NULL,
    evidence TEXT COLLATE "C",
    detected_at BIGINT NOT NULL,
    reported_at BIGINT NOT NULL,
    taken_at BIGINT,
    assigned_at BIGINT,
    contained_at BIGINT,
    recovered_at BIGINT,
    approved_at BIGINT,
    closed_at BIGINT,
    version INTEGER NOT NULL,
    UNIQUE (year, number)
);
CREATE INDEX incidents_website ON incidents (website) WHERE closed_at IS NULL;
CREATE INDEX incidents_reported ON incidents (reported_at, id);
-- What happened, in the order in which it was written down; `at` is when it happened. Nothing here is changed or removed.
CREATE TABLE incident_timeline (
    incident_id TEXT COLLATE "C" NOT NULL REFERENCES incidents (id),
    number INTEGER NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    said TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    noted_at BIGINT NOT NULL,
    PRIMARY KEY (incident_id, number)
);
-- The official report, each version as it was saved.
CREATE TABLE incident_reports (
    incident_id TEXT COLLATE "C" NOT NULL REFERENCES incidents (id),
    version INTEGER NOT NULL,
    fields TEXT COLLATE "C" NOT NULL,
    saved_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (incident_id, version)
);
-- What citizens and officials reported by the public form. `person` is who they are and how to reach them, sealed; forgotten in time.
CREATE TABLE citizen_reports (
    reference TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    incident_id TEXT COLLATE "C" NOT NULL REFERENCES incidents (id),
    kind TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C",
    created_at BIGINT NOT NULL
);
CREATE INDEX citizen_reports_incident ON citizen_reports (incident_id, created_at);
CREATE INDEX citizen_reports_person ON citizen_reports (created_at) WHERE person IS NOT NULL;
-- Who is called when an incident begins, in which order and by which ways: one row.
CREATE TABLE on_call (
    id INTEGER PRIMARY KEY NOT NULL,
    people TEXT COLLATE "C" NOT NULL,
    repeat_minutes INTEGER NOT NULL,
    telegram_token TEXT COLLATE "C",
    webhook_secret TEXT COLLATE "C",
    version INTEGER NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE FUNCTION incident_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER incident_timeline_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_timeline EXECUTE FUNCTION incident_only_added_to();
CREATE TRIGGER incident_reports_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_reports EXECUTE FUNCTION incident_only_added_to();
