-- Themes of sites: the one that citizens see, those that were, and the one that waits for somebody's approval.
CREATE TABLE site_themes (
    id TEXT PRIMARY KEY NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites (id),
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL,
    proposed_by TEXT REFERENCES users (id),
    proposed_at INTEGER NOT NULL,
    decided_by TEXT REFERENCES users (id),
    decided_at INTEGER,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX site_themes_site ON site_themes (site_id, state);
CREATE UNIQUE INDEX site_themes_live ON site_themes (site_id) WHERE state = 'live';
CREATE UNIQUE INDEX site_themes_proposed ON site_themes (site_id) WHERE state = 'proposed';
