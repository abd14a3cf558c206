-- Themes of sites: the one that citizens see, those that were, and the one that waits for somebody's approval.
CREATE TABLE site_themes (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    name TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    proposed_by TEXT COLLATE "C" REFERENCES users (id),
    proposed_at BIGINT NOT NULL,
    decided_by TEXT COLLATE "C" REFERENCES users (id),
    decided_at BIGINT,
    reason TEXT COLLATE "C" NOT NULL
);
CREATE INDEX site_themes_site ON site_themes (site_id, state);
CREATE UNIQUE INDEX site_themes_live ON site_themes (site_id) WHERE state = 'live';
CREATE UNIQUE INDEX site_themes_proposed ON site_themes (site_id) WHERE state = 'proposed';
