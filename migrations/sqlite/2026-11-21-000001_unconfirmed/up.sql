-- What an import made live and nobody has confirmed: few rows of many, in the order in which they are listed.
CREATE INDEX live_entries_unconfirmed ON live_entries (site_id, origin, type_key, locale, slug) WHERE approver_id IS NULL;
