DROP TABLE calendar_versions;
