DROP TABLE site_themes;
