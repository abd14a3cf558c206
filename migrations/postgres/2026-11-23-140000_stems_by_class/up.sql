-- Stems stand behind letters of their site and the digit of their weight class, as in SQLite. The server makes them anew
-- when it starts.
TRUNCATE findable_words;
ALTER TABLE findable_words DROP COLUMN site_id, DROP COLUMN title, DROP COLUMN lead, DROP COLUMN often;
UPDATE findable SET mark = '';
