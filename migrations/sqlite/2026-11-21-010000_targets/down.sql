DROP TABLE deployments;
DROP TABLE targets;
