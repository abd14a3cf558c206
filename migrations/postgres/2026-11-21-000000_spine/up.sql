-- Texts sort by their bytes (COLLATE "C"), as SQLite sorts them.
-- Ids and digests are text, times are microseconds since 1970 in UTC, JSON is text.
-- The same tables as in the other engine's folder: a test compares the two.

CREATE TABLE installation (
    key TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    value TEXT COLLATE "C" NOT NULL
);

CREATE TABLE users (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    epoch INTEGER NOT NULL,
    disabled BOOLEAN NOT NULL,
    locale TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_email ON users (email);

-- scope: a site's id, or '*' for the whole installation.
CREATE TABLE memberships (
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    scope TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    decree TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT,
    valid_until BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, scope, role)
);
CREATE INDEX memberships_scope ON memberships (scope, role);

CREATE TABLE sessions (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    refresh_hash TEXT COLLATE "C" NOT NULL,
    client TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    refreshed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_user ON sessions (user_id, created_at);

CREATE TABLE setup_links (
    hash TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

-- live_sequence counts what went live or went away; the published site and the public API follow it.
CREATE TABLE sites (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    hosts TEXT COLLATE "C" NOT NULL,
    zone TEXT COLLATE "C" NOT NULL,
    locales TEXT COLLATE "C" NOT NULL,
    default_locale TEXT COLLATE "C" NOT NULL,
    live_sequence BIGINT NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sites_key ON sites (key);

-- Every version stays; the highest is in force.
CREATE TABLE content_types (
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    key TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    definition TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, key, version)
);

CREATE TABLE assets (
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    digest TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    size_bytes BIGINT NOT NULL,
    width INTEGER,
    height INTEGER,
    alt TEXT COLLATE "C" NOT NULL,
    credit TEXT COLLATE "C" NOT NULL,
    uploaded_by TEXT COLLATE "C",
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, digest)
);
CREATE INDEX assets_created ON assets (site_id, created_at, digest);

-- Versions of a procedure stay, because a case ends on the one it began with.
CREATE TABLE procedures (
    key TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (key, version)
);

-- site_id is null for a case that is not about one existing site; entry_id is set for an entry's case.
CREATE TABLE cases (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    procedure_key TEXT COLLATE "C" NOT NULL,
    procedure_version INTEGER NOT NULL,
    flow TEXT COLLATE "C" NOT NULL,
    site_id TEXT COLLATE "C" REFERENCES sites (id),
    entry_id TEXT COLLATE "C",
    title TEXT COLLATE "C" NOT NULL,
    step TEXT COLLATE "C" NOT NULL,
    step_since BIGINT NOT NULL,
    due_at BIGINT,
    agreed_due_at BIGINT,
    waiting_since BIGINT,
    assigned_to TEXT COLLATE "C",
    opened_by TEXT COLLATE "C",
    opened_at BIGINT NOT NULL,
    ended_at BIGINT,
    version INTEGER NOT NULL
);
CREATE UNIQUE INDEX cases_entry ON cases (entry_id);
CREATE INDEX cases_open ON cases (site_id, ended_at, step, due_at, id);
CREATE INDEX cases_procedure ON cases (procedure_key, opened_at, id);

CREATE TABLE case_events (
    case_id TEXT COLLATE "C" NOT NULL REFERENCES cases (id),
    number INTEGER NOT NULL,
    command TEXT COLLATE "C" NOT NULL,
    from_step TEXT COLLATE "C" NOT NULL,
    to_step TEXT COLLATE "C" NOT NULL,
    actor_id TEXT COLLATE "C",
    comment TEXT COLLATE "C" NOT NULL,
    fields TEXT COLLATE "C" NOT NULL,
    due_at BIGINT,
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, number)
);

CREATE TABLE attachments (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL REFERENCES cases (id),
    digest TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    size_bytes BIGINT NOT NULL,
    uploaded_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX attachments_case ON attachments (case_id, created_at);

-- The row of an entry is what is being worked on; what citizens see is in live_entries.
CREATE TABLE entries (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    type_key TEXT COLLATE "C" NOT NULL,
    locale TEXT COLLATE "C" NOT NULL,
    slug TEXT COLLATE "C" NOT NULL,
    group_id TEXT COLLATE "C" NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL REFERENCES cases (id),
    step TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    closure TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C",
    tags TEXT COLLATE "C" NOT NULL,
    approved_closure TEXT COLLATE "C",
    approved_revision INTEGER NOT NULL,
    publish_at BIGINT,
    unpublish_at BIGINT,
    published_at BIGINT,
    trashed_at BIGINT,
    origin TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- Every list is of what is not in the trash: these serve each sort, alone and with the usual filter.
CREATE INDEX entries_address ON entries (site_id, slug, type_key, locale);
CREATE INDEX entries_updated ON entries (site_id, updated_at, id) WHERE trashed_at IS NULL;
CREATE INDEX entries_title ON entries (site_id, title, id) WHERE trashed_at IS NULL;
CREATE INDEX entries_created ON entries (site_id, created_at, id) WHERE trashed_at IS NULL;
CREATE INDEX entries_published ON entries (site_id, published_at, id) WHERE trashed_at IS NULL;
CREATE INDEX entries_type_updated ON entries (site_id, type_key, updated_at, id) WHERE trashed_at IS NULL;
CREATE INDEX entries_type_title ON entries (site_id, type_key, title, id) WHERE trashed_at IS NULL;
CREATE INDEX entries_type_created ON entries (site_id, type_key, created_at, id) WHERE trashed_at IS NULL;
CREATE INDEX entries_type_published ON entries (site_id, type_key, published_at, id) WHERE trashed_at IS NULL;
CREATE INDEX entries_step_updated ON entries (site_id, step, updated_at, id) WHERE trashed_at IS NULL;
CREATE INDEX entries_category ON entries (site_id, category, updated_at, id) WHERE trashed_at IS NULL;
CREATE INDEX entries_trashed ON entries (site_id, trashed_at, id) WHERE trashed_at IS NOT NULL;
CREATE INDEX entries_group ON entries (group_id);
CREATE INDEX entries_publish_at ON entries (publish_at);
CREATE INDEX entries_unpublish_at ON entries (unpublish_at);

-- The tags of what is being worked on, as slugs: for filters.
CREATE TABLE entry_tags (
    entry_id TEXT COLLATE "C" NOT NULL REFERENCES entries (id),
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    tag TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (entry_id, tag)
);
CREATE INDEX entry_tags_tag ON entry_tags (site_id, tag, entry_id);

-- Values of fields that a type declares unique; value: the digest of the value.
CREATE TABLE unique_values (
    entry_id TEXT COLLATE "C" NOT NULL REFERENCES entries (id),
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    type_key TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (entry_id, field)
);
CREATE INDEX unique_values_value ON unique_values (site_id, type_key, field, value);

-- body: the canonical JSON that the digest names.
CREATE TABLE revisions (
    entry_id TEXT COLLATE "C" NOT NULL REFERENCES entries (id),
    number INTEGER NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    author_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    PRIMARY KEY (entry_id, number)
);
CREATE INDEX revisions_digest ON revisions (entry_id, digest);

CREATE TABLE approvals (
    entry_id TEXT COLLATE "C" NOT NULL REFERENCES entries (id),
    revision INTEGER NOT NULL,
    closure TEXT COLLATE "C" NOT NULL,
    approver_id TEXT COLLATE "C" NOT NULL,
    approved_at BIGINT NOT NULL,
    voided_at BIGINT,
    PRIMARY KEY (entry_id, approved_at)
);

CREATE TABLE comments (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL REFERENCES cases (id),
    author_id TEXT COLLATE "C" NOT NULL,
    step TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX comments_case ON comments (case_id, created_at);

-- What citizens see now. card: what a list shows of it, so that lists never read bodies.
CREATE TABLE live_entries (
    entry_id TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES entries (id),
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    type_key TEXT COLLATE "C" NOT NULL,
    locale TEXT COLLATE "C" NOT NULL,
    slug TEXT COLLATE "C" NOT NULL,
    group_id TEXT COLLATE "C" NOT NULL,
    revision INTEGER NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    closure TEXT COLLATE "C" NOT NULL,
    card TEXT COLLATE "C" NOT NULL,
    approver_id TEXT COLLATE "C",
    origin TEXT COLLATE "C" NOT NULL,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL
);
CREATE UNIQUE INDEX live_entries_address ON live_entries (site_id, type_key, locale, slug);
CREATE INDEX live_entries_sequence ON live_entries (site_id, sequence);

-- One row for each change of what citizens see, in order.
CREATE TABLE live_changes (
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    sequence BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    entry_id TEXT COLLATE "C" NOT NULL,
    type_key TEXT COLLATE "C" NOT NULL,
    locale TEXT COLLATE "C" NOT NULL,
    slug TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (site_id, sequence)
);

-- Addresses that an entry had while it was live: each leads to where the entry is now.
CREATE TABLE former_addresses (
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    type_key TEXT COLLATE "C" NOT NULL,
    locale TEXT COLLATE "C" NOT NULL,
    slug TEXT COLLATE "C" NOT NULL,
    entry_id TEXT COLLATE "C" NOT NULL REFERENCES entries (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (site_id, type_key, locale, slug)
);

CREATE TABLE releases (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    site_id TEXT COLLATE "C" NOT NULL REFERENCES sites (id),
    number INTEGER NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    folder TEXT COLLATE "C" NOT NULL,
    manifest_digest TEXT COLLATE "C" NOT NULL,
    inputs TEXT COLLATE "C" NOT NULL,
    live_sequence BIGINT NOT NULL,
    pages INTEGER NOT NULL,
    files INTEGER NOT NULL,
    size_bytes BIGINT NOT NULL,
    build_micros BIGINT NOT NULL,
    created_by TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    activated_at BIGINT
);
CREATE UNIQUE INDEX releases_number ON releases (site_id, number);

CREATE TABLE jobs (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    payload TEXT COLLATE "C" NOT NULL,
    unique_key TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    run_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    locked_until BIGINT,
    error TEXT COLLATE "C",
    result TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT
);
CREATE INDEX jobs_ready ON jobs (state, run_at, id);
CREATE INDEX jobs_unique ON jobs (unique_key, state);

CREATE TABLE ledger (
    sequence BIGINT PRIMARY KEY NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    previous TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    on_behalf TEXT COLLATE "C",
    action TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    site_id TEXT COLLATE "C",
    digests TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL
);
CREATE INDEX ledger_subject ON ledger (subject, sequence);
CREATE INDEX ledger_site ON ledger (site_id, sequence);

CREATE TABLE ledger_head (
    id INTEGER PRIMARY KEY NOT NULL,
    sequence BIGINT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);

CREATE TABLE ledger_checkpoints (
    sequence BIGINT PRIMARY KEY NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    public_key TEXT COLLATE "C" NOT NULL,
    signature TEXT COLLATE "C" NOT NULL
);

CREATE TABLE idempotency (
    actor_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    request TEXT COLLATE "C" NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (actor_id, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);
