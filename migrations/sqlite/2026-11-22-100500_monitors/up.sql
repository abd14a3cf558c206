-- Websites that are watched from outside. `site_id`: one that is published here; it is watched by itself.
-- `profile`: software, sections with their rhythm, who answers for it, hosts that it may lead to, groups.
CREATE TABLE monitored_sites (
    id TEXT PRIMARY KEY NOT NULL,
    site_id TEXT UNIQUE REFERENCES sites (id),
    agency TEXT NOT NULL,
    url TEXT NOT NULL UNIQUE,
    profile TEXT NOT NULL,
    interval_seconds INTEGER NOT NULL,
    active INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX monitored_sites_agency ON monitored_sites (agency, id);
-- What is remembered of each between two looks. `due_at` is the slot of the last stored look.
CREATE TABLE monitor_states (
    monitor_id TEXT PRIMARY KEY NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    standing TEXT NOT NULL,
    due_at INTEGER,
    looked_at INTEGER,
    cause TEXT,
    address TEXT
) STRICT;
CREATE INDEX monitor_states_state ON monitor_states (state);
-- One row for each look, kept for days; the key lets no look be stored twice.
CREATE TABLE probes (
    monitor_id TEXT NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    due_at INTEGER NOT NULL,
    looked_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    quiet INTEGER NOT NULL,
    cause TEXT,
    status INTEGER,
    address TEXT,
    first_byte_ms INTEGER,
    whole_ms INTEGER NOT NULL,
    PRIMARY KEY (monitor_id, due_at)
) STRICT, WITHOUT ROWID;
-- The same by the hour and by the day, added up as looks are stored.
CREATE TABLE probe_rollups (
    monitor_id TEXT NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    span_seconds INTEGER NOT NULL,
    begins_at INTEGER NOT NULL,
    good INTEGER NOT NULL,
    bad INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    quiet INTEGER NOT NULL,
    good_ms INTEGER NOT NULL,
    slowest_ms INTEGER NOT NULL,
    PRIMARY KEY (monitor_id, span_seconds, begins_at)
) STRICT, WITHOUT ROWID;
-- Times in which one was not there, from the first look that failed to the first good one.
CREATE TABLE monitor_outages (
    monitor_id TEXT NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    since INTEGER NOT NULL,
    confirmed_at INTEGER NOT NULL,
    ended_at INTEGER,
    cause TEXT NOT NULL,
    PRIMARY KEY (monitor_id, since)
) STRICT, WITHOUT ROWID;
-- What one cause did; people are told of this, not of each website.
CREATE TABLE monitor_incidents (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    cause TEXT NOT NULL,
    address TEXT,
    domain TEXT NOT NULL,
    since INTEGER NOT NULL,
    told_at INTEGER,
    over_at INTEGER,
    closed INTEGER NOT NULL
) STRICT;
CREATE INDEX monitor_incidents_open ON monitor_incidents (id) WHERE NOT closed;
CREATE TABLE monitor_incident_members (
    incident_id TEXT NOT NULL REFERENCES monitor_incidents (id),
    monitor_id TEXT NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    since INTEGER NOT NULL,
    left_at INTEGER,
    PRIMARY KEY (incident_id, monitor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX monitor_incident_members_here ON monitor_incident_members (monitor_id) WHERE left_at IS NULL;
-- Announced work: on one, on a group, or, without either, on all.
CREATE TABLE monitor_windows (
    id TEXT PRIMARY KEY NOT NULL,
    monitor_id TEXT REFERENCES monitored_sites (id) ON DELETE CASCADE,
    group_name TEXT,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    zone TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX monitor_windows_end ON monitor_windows (ends_at, id);
-- Which process looks; of several that share a database one does.
CREATE TABLE monitor_watch (
    id INTEGER PRIMARY KEY NOT NULL,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT;
