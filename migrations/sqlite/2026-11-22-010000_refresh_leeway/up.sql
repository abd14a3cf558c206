-- The token before the present one is good for a moment: a browser that leaves a page loses the answer that brought the new one.
ALTER TABLE sessions ADD COLUMN previous_hash TEXT;
