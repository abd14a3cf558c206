-- What addresses on other hosts said when they were asked, by the digest of the address.
CREATE TABLE external_links (
    digest TEXT NOT NULL PRIMARY KEY,
    host TEXT NOT NULL,
    said TEXT NOT NULL,
    verdict TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    again_at INTEGER NOT NULL
) STRICT;
CREATE INDEX external_links_asked ON external_links (asked_at);
