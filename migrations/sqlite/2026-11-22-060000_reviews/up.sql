-- When what citizens see of an entry was last looked at, and when it is to be looked at again. Both are empty for what is not live.
ALTER TABLE entries ADD COLUMN reviewed_at INTEGER;
ALTER TABLE entries ADD COLUMN review_at INTEGER;
-- What is live was looked at when it went live. Which types are looked at again, a site says itself.
UPDATE entries SET reviewed_at = (SELECT updated_at FROM live_entries WHERE live_entries.entry_id = entries.id);
CREATE INDEX entries_review ON entries (site_id, review_at, id) WHERE trashed_at IS NULL;
CREATE INDEX entries_type_review ON entries (site_id, type_key, review_at, id) WHERE trashed_at IS NULL;
-- What was shown and hidden of one entry, in order.
CREATE INDEX live_changes_entry ON live_changes (entry_id, sequence);
