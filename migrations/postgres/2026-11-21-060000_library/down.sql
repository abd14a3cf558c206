DROP TABLE asset_uses;
DROP TABLE asset_tags;
ALTER TABLE assets DROP COLUMN trashed_at;
ALTER TABLE assets DROP COLUMN pages;
ALTER TABLE assets DROP COLUMN consent;
ALTER TABLE assets DROP COLUMN licence;
ALTER TABLE assets DROP COLUMN source;
ALTER TABLE assets DROP COLUMN tags;
ALTER TABLE assets DROP COLUMN folder;
