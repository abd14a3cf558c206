ALTER TABLE sessions DROP COLUMN replaced;
