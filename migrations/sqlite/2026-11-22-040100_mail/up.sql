-- The SMTP server of the installation: one row at most; `password` is sealed with a key of the installation.
CREATE TABLE mail_server (
    id INTEGER PRIMARY KEY NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    security TEXT NOT NULL,
    username TEXT NOT NULL,
    password TEXT,
    from_address TEXT NOT NULL,
    from_name TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
