DROP TABLE findable_words;
CREATE VIRTUAL TABLE findable_words USING fts5(
    title, lead, often, once,
    content = '', contentless_delete = 1, detail = column, tokenize = 'ascii'
);
UPDATE findable SET mark = '';
