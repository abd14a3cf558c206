-- What addresses on other hosts said when they were asked, by the digest of the address.
CREATE TABLE external_links (
    digest TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    host TEXT COLLATE "C" NOT NULL,
    said TEXT COLLATE "C" NOT NULL,
    verdict TEXT COLLATE "C" NOT NULL,
    asked_at BIGINT NOT NULL,
    again_at BIGINT NOT NULL
);
CREATE INDEX external_links_asked ON external_links (asked_at);
