-- What citizens are told at an address whose page was withdrawn: why, by which office, when.
CREATE TABLE withdrawals (
    site_id TEXT NOT NULL REFERENCES sites (id),
    type_key TEXT NOT NULL,
    locale TEXT NOT NULL,
    slug TEXT NOT NULL,
    entry_id TEXT NOT NULL REFERENCES entries (id),
    title TEXT NOT NULL,
    office TEXT NOT NULL,
    reason TEXT NOT NULL,
    notice TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (site_id, type_key, locale, slug)
) STRICT;
CREATE INDEX withdrawals_entry ON withdrawals (entry_id);
