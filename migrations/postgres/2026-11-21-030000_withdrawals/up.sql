-- What citizens are told at an address whose page was withdrawn: why, by which office, when.
CREATE TABLE withdrawals (
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    type_key TEXT COLLATE "C" NOT NULL,
    locale TEXT COLLATE "C" NOT NULL,
    slug TEXT COLLATE "C" NOT NULL,
    entry_id TEXT COLLATE "C" NOT NULL REFERENCES entries (id),
    title TEXT COLLATE "C" NOT NULL,
    office TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    notice TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (site_id, type_key, locale, slug)
);
CREATE INDEX withdrawals_entry ON withdrawals (entry_id);
