-- The tokens that were replaced a moment ago, and when: a browser that leaves a page loses the answer that brought the new one.
ALTER TABLE sessions ADD COLUMN replaced TEXT COLLATE "C" NOT NULL DEFAULT '[]';
