DROP INDEX live_changes_entry;
DROP INDEX entries_type_review;
DROP INDEX entries_review;
ALTER TABLE entries DROP COLUMN review_at;
ALTER TABLE entries DROP COLUMN reviewed_at;
