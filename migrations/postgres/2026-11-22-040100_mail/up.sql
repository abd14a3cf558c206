-- The SMTP server of the installation: one row at most; `password` is sealed with a key of the installation.
CREATE TABLE mail_server (
    id INTEGER PRIMARY KEY NOT NULL,
    host TEXT COLLATE "C" NOT NULL,
    port INTEGER NOT NULL,
    security TEXT COLLATE "C" NOT NULL,
    username TEXT COLLATE "C" NOT NULL,
    password TEXT COLLATE "C",
    from_address TEXT COLLATE "C" NOT NULL,
    from_name TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    updated_at BIGINT NOT NULL
);
