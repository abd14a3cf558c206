ALTER TABLE sites DROP COLUMN stems_version;
DROP TABLE findable_words;
DROP TABLE findable;
