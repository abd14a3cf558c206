ALTER TABLE sites DROP COLUMN shares_version;
DROP TABLE shares;
