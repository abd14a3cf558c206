-- Servers that a site's releases go to; `credentials` is sealed with a key of the installation.
CREATE TABLE targets (
    id TEXT PRIMARY KEY NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites (id),
    key TEXT NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,
    credentials TEXT,
    url TEXT,
    active INTEGER NOT NULL,
    release_number INTEGER,
    manifest_digest TEXT,
    succeeded_at INTEGER,
    failures INTEGER NOT NULL,
    failing_since INTEGER,
    alarmed_at INTEGER,
    error TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX targets_key ON targets (site_id, key);
-- One row for each attempt.
CREATE TABLE deployments (
    id TEXT PRIMARY KEY NOT NULL,
    target_id TEXT NOT NULL REFERENCES targets (id) ON DELETE CASCADE,
    release_number INTEGER,
    manifest_digest TEXT,
    outcome TEXT NOT NULL,
    error TEXT,
    files_sent INTEGER NOT NULL,
    files_removed INTEGER NOT NULL,
    bytes_sent INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX deployments_target ON deployments (target_id, id);
