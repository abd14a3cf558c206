DROP TABLE recap_versions;
DROP TABLE recap_rows;
DROP TABLE recaps;
DROP TABLE monitor_evidence;
DROP TABLE monitor_reports;
DROP TABLE monitor_rounds;
