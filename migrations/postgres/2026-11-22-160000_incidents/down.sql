DROP TABLE on_call;
DROP TABLE citizen_reports;
DROP TABLE incident_reports;
DROP TABLE incident_timeline;
DROP TABLE incidents;
DROP FUNCTION incident_only_added_to;
