DROP TABLE staging_passes;
DROP TABLE previews;
