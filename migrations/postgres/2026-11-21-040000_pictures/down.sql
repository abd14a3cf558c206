DROP TABLE derivatives;
DROP TABLE pictures;
