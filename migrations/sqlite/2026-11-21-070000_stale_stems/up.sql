-- Which stems wait to be made anew is asked before each look at the queue.
CREATE INDEX findable_mark ON findable (mark);
