-- One check of what a site's address serves: a row from its beginning; finished_at is set at its end.
CREATE TABLE verify_runs (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    url TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    turn BIGINT NOT NULL,
    report TEXT COLLATE "C" NOT NULL
);
CREATE INDEX verify_runs_site ON verify_runs (site_id, url, started_at);

-- What is wrong; open until a check finds it gone.
CREATE TABLE verify_findings (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    url TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    evidence TEXT COLLATE "C",
    found_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    cleared_at BIGINT
);
CREATE INDEX verify_findings_site ON verify_findings (site_id, id);

-- The certificate that an address showed last: SHA-256 of its bytes.
CREATE TABLE verify_certificates (
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    url TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, url)
);
