DROP INDEX findable_mark;
