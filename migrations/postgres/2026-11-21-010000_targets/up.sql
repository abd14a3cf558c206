-- Servers that a site's releases go to; `credentials` is sealed with a key of the installation.
CREATE TABLE targets (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    key TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    settings TEXT COLLATE "C" NOT NULL,
    credentials TEXT COLLATE "C",
    url TEXT COLLATE "C",
    active BOOLEAN NOT NULL,
    release_number INTEGER,
    manifest_digest TEXT COLLATE "C",
    succeeded_at BIGINT,
    failures INTEGER NOT NULL,
    failing_since BIGINT,
    alarmed_at BIGINT,
    error TEXT COLLATE "C",
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX targets_key ON targets (site_id, key);
-- One row for each attempt.
CREATE TABLE deployments (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    target_id TEXT COLLATE "C" NOT NULL REFERENCES targets (id) ON DELETE CASCADE,
    release_number INTEGER,
    manifest_digest TEXT COLLATE "C",
    outcome TEXT COLLATE "C" NOT NULL,
    error TEXT COLLATE "C",
    files_sent INTEGER NOT NULL,
    files_removed INTEGER NOT NULL,
    bytes_sent BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX deployments_target ON deployments (target_id, id);
