DROP TABLE monitor_nudges;
