DROP TABLE verify_certificates;
DROP TABLE verify_findings;
DROP TABLE verify_runs;
