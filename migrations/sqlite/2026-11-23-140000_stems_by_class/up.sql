-- Stems stand behind letters of their site and the digit of their weight class, and no longer in a column for each class:
-- who looks for one reads no other class and little of other sites, in a third of the bytes. The server makes them anew
-- when it starts.
DROP TABLE findable_words;
CREATE VIRTUAL TABLE findable_words USING fts5(
    stems, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
UPDATE findable SET mark = '';
