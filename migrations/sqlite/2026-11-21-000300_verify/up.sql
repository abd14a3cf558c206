-- One check of what a site's address serves: a row from its beginning; finished_at is set at its end.
CREATE TABLE verify_runs (
    id TEXT PRIMARY KEY NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites (id),
    url TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    turn INTEGER NOT NULL,
    report TEXT NOT NULL
) STRICT;
CREATE INDEX verify_runs_site ON verify_runs (site_id, url, started_at);

-- What is wrong; open until a check finds it gone.
CREATE TABLE verify_findings (
    id TEXT PRIMARY KEY NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites (id),
    url TEXT NOT NULL,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    detail TEXT NOT NULL,
    evidence TEXT,
    found_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    cleared_at INTEGER
) STRICT;
CREATE INDEX verify_findings_site ON verify_findings (site_id, id);

-- The certificate that an address showed last: SHA-256 of its bytes.
CREATE TABLE verify_certificates (
    site_id TEXT NOT NULL REFERENCES sites (id),
    url TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (site_id, url)
) STRICT;
