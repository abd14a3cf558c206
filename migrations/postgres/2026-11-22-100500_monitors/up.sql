-- Websites that are watched from outside. `site_id`: one that is published here; it is watched by itself.
-- `profile`: software, sections with their rhythm, who answers for it, hosts that it may lead to, groups.
CREATE TABLE monitored_sites (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    site_id TEXT COLLATE "C" UNIQUE REFERENCES sites (id),
    agency TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL UNIQUE,
    profile TEXT COLLATE "C" NOT NULL,
    interval_seconds INTEGER NOT NULL,
    active BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX monitored_sites_agency ON monitored_sites (agency, id);
-- What is remembered of each between two looks. `due_at` is the slot of the last stored look.
CREATE TABLE monitor_states (
    monitor_id TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    state TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    standing TEXT COLLATE "C" NOT NULL,
    due_at BIGINT,
    looked_at BIGINT,
    cause TEXT COLLATE "C",
    address TEXT COLLATE "C"
);
CREATE INDEX monitor_states_state ON monitor_states (state);
-- One row for each look, kept for days; the key lets no look be stored twice.
CREATE TABLE probes (
    monitor_id TEXT COLLATE "C" NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    due_at BIGINT NOT NULL,
    looked_at BIGINT NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    quiet BOOLEAN NOT NULL,
    cause TEXT COLLATE "C",
    status INTEGER,
    address TEXT COLLATE "C",
    first_byte_ms INTEGER,
    whole_ms INTEGER NOT NULL,
    PRIMARY KEY (monitor_id, due_at)
);
-- The same by the hour and by the day, added up as looks are stored.
CREATE TABLE probe_rollups (
    monitor_id TEXT COLLATE "C" NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    span_seconds INTEGER NOT NULL,
    begins_at BIGINT NOT NULL,
    good INTEGER NOT NULL,
    bad INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    quiet INTEGER NOT NULL,
    good_ms BIGINT NOT NULL,
    slowest_ms INTEGER NOT NULL,
    PRIMARY KEY (monitor_id, span_seconds, begins_at)
);
-- Times in which one was not there, from the first look that failed to the first good one.
CREATE TABLE monitor_outages (
    monitor_id TEXT COLLATE "C" NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    since BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    ended_at BIGINT,
    cause TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (monitor_id, since)
);
-- What one cause did; people are told of this, not of each website.
CREATE TABLE monitor_incidents (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C",
    domain TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    told_at BIGINT,
    over_at BIGINT,
    closed BOOLEAN NOT NULL
);
CREATE INDEX monitor_incidents_open ON monitor_incidents (id) WHERE NOT closed;
CREATE TABLE monitor_incident_members (
    incident_id TEXT COLLATE "C" NOT NULL REFERENCES monitor_incidents (id),
    monitor_id TEXT COLLATE "C" NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    since BIGINT NOT NULL,
    left_at BIGINT,
    PRIMARY KEY (incident_id, monitor_id)
);
CREATE INDEX monitor_incident_members_here ON monitor_incident_members (monitor_id) WHERE left_at IS NULL;
-- Announced work: on one, on a group, or, without either, on all.
CREATE TABLE monitor_windows (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    monitor_id TEXT COLLATE "C" REFERENCES monitored_sites (id) ON DELETE CASCADE,
    group_name TEXT COLLATE "C",
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    zone TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX monitor_windows_end ON monitor_windows (ends_at, id);
-- Which process looks; of several that share a database one does.
CREATE TABLE monitor_watch (
    id INTEGER PRIMARY KEY NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    until BIGINT NOT NULL
);
