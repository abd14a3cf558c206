-- Ids and digests are text, times are microseconds since 1970 in UTC, JSON is text.
-- The same tables as in the other engine's folder: a test compares the two.

CREATE TABLE installation (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    disabled INTEGER NOT NULL,
    locale TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_email ON users (email);

-- scope: a site's id, or '*' for the whole installation.
CREATE TABLE memberships (
    user_id TEXT NOT NULL REFERENCES users (id),
    scope TEXT NOT NULL,
    role TEXT NOT NULL,
    decree TEXT NOT NULL,
    valid_from INTEGER,
    valid_until INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, scope, role)
) STRICT;
CREATE INDEX memberships_scope ON memberships (scope, role);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    refresh_hash TEXT NOT NULL,
    client TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id, created_at);

CREATE TABLE setup_links (
    hash TEXT PRIMARY KEY NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;

-- live_sequence counts what went live or went away; the published site and the public API follow it.
CREATE TABLE sites (
    id TEXT PRIMARY KEY NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    hosts TEXT NOT NULL,
    zone TEXT NOT NULL,
    locales TEXT NOT NULL,
    default_locale TEXT NOT NULL,
    live_sequence INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX sites_key ON sites (key);

-- Every version stays; the highest is in force.
CREATE TABLE content_types (
    site_id TEXT NOT NULL REFERENCES sites (id),
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    definition TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (site_id, key, version)
) STRICT;

CREATE TABLE assets (
    site_id TEXT NOT NULL REFERENCES sites (id),
    digest TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    alt TEXT NOT NULL,
    credit TEXT NOT NULL,
    uploaded_by TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (site_id, digest)
) STRICT;
CREATE INDEX assets_created ON assets (site_id, created_at, digest);

-- Versions of a procedure stay, because a case ends on the one it began with.
CREATE TABLE procedures (
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    source TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (key, version)
) STRICT;

-- site_id is null for a case that is not about one existing site; entry_id is set for an entry's case.
CREATE TABLE cases (
    id TEXT PRIMARY KEY NOT NULL,
    procedure_key TEXT NOT NULL,
    procedure_version INTEGER NOT NULL,
    flow TEXT NOT NULL,
    site_id TEXT REFERENCES sites (id),
    entry_id TEXT,
    title TEXT NOT NULL,
    step TEXT NOT NULL,
    step_since INTEGER NOT NULL,
    due_at INTEGER,
    agreed_due_at INTEGER,
    waiting_since INTEGER,
    assigned_to TEXT,
    opened_by TEXT,
    opened_at INTEGER NOT NULL,
    ended_at INTEGER,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX cases_entry ON cases (entry_id);
CREATE INDEX cases_open ON cases (site_id, ended_at, step, due_at, id);
CREATE INDEX cases_procedure ON cases (procedure_key, opened_at, id);

CREATE TABLE case_events (
    case_id TEXT NOT NULL REFERENCES cases (id),
    number INTEGER NOT NULL,
    command TEXT NOT NULL,
    from_step TEXT NOT NULL,
    to_step TEXT NOT NULL,
    actor_id TEXT,
    comment TEXT NOT NULL,
    fields TEXT NOT NULL,
    due_at INTEGER,
    at INTEGER NOT NULL,
    PRIMARY KEY (case_id, number)
) STRICT;

CREATE TABLE attachments (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    digest TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    uploaded_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attachments_case ON attachments (case_id, created_at);

-- The row of an entry is what is being worked on; what citizens see is in live_entries.
CREATE TABLE entries (
    id TEXT PRIMARY KEY NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites (id),
    type_key TEXT NOT NULL,
    locale TEXT NOT NULL,
    slug TEXT NOT NULL,
    group_id TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    step TEXT NOT NULL,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    digest TEXT NOT NULL,
    closure TEXT NOT NULL,
    title TEXT NOT NULL,
    category TEXT,
    tags TEXT NOT NULL,
    approved_closure TEXT,
    approved_revision INTEGER NOT NULL,
    publish_at INTEGER,
    unpublish_at INTEGER,
    published_at INTEGER,
    trashed_at INTEGER,
    origin TEXT NOT NULL,
    created_by TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
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
    entry_id TEXT NOT NULL REFERENCES entries (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (entry_id, tag)
) STRICT;
CREATE INDEX entry_tags_tag ON entry_tags (site_id, tag, entry_id);

-- Values of fields that a type declares unique; value: the digest of the value.
CREATE TABLE unique_values (
    entry_id TEXT NOT NULL REFERENCES entries (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    type_key TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (entry_id, field)
) STRICT;
CREATE INDEX unique_values_value ON unique_values (site_id, type_key, field, value);

-- body: the canonical JSON that the digest names.
CREATE TABLE revisions (
    entry_id TEXT NOT NULL REFERENCES entries (id),
    number INTEGER NOT NULL,
    digest TEXT NOT NULL,
    body TEXT NOT NULL,
    author_id TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (entry_id, number)
) STRICT;
CREATE INDEX revisions_digest ON revisions (entry_id, digest);

CREATE TABLE approvals (
    entry_id TEXT NOT NULL REFERENCES entries (id),
    revision INTEGER NOT NULL,
    closure TEXT NOT NULL,
    approver_id TEXT NOT NULL,
    approved_at INTEGER NOT NULL,
    voided_at INTEGER,
    PRIMARY KEY (entry_id, approved_at)
) STRICT;

CREATE TABLE comments (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    author_id TEXT NOT NULL,
    step TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX comments_case ON comments (case_id, created_at);

-- What citizens see now. card: what a list shows of it, so that lists never read bodies.
CREATE TABLE live_entries (
    entry_id TEXT PRIMARY KEY NOT NULL REFERENCES entries (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    type_key TEXT NOT NULL,
    locale TEXT NOT NULL,
    slug TEXT NOT NULL,
    group_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    digest TEXT NOT NULL,
    closure TEXT NOT NULL,
    card TEXT NOT NULL,
    approver_id TEXT,
    origin TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX live_entries_address ON live_entries (site_id, type_key, locale, slug);
CREATE INDEX live_entries_sequence ON live_entries (site_id, sequence);

-- One row for each change of what citizens see, in order.
CREATE TABLE live_changes (
    site_id TEXT NOT NULL REFERENCES sites (id),
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    type_key TEXT NOT NULL,
    locale TEXT NOT NULL,
    slug TEXT NOT NULL,
    digest TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (site_id, sequence)
) STRICT;

-- Addresses that an entry had while it was live: each leads to where the entry is now.
CREATE TABLE former_addresses (
    site_id TEXT NOT NULL REFERENCES sites (id),
    type_key TEXT NOT NULL,
    locale TEXT NOT NULL,
    slug TEXT NOT NULL,
    entry_id TEXT NOT NULL REFERENCES entries (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (site_id, type_key, locale, slug)
) STRICT;

CREATE TABLE releases (
    id TEXT PRIMARY KEY NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites (id),
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    folder TEXT NOT NULL,
    manifest_digest TEXT NOT NULL,
    inputs TEXT NOT NULL,
    live_sequence INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    files INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    build_micros INTEGER NOT NULL,
    created_by TEXT,
    created_at INTEGER NOT NULL,
    activated_at INTEGER
) STRICT;
CREATE UNIQUE INDEX releases_number ON releases (site_id, number);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    unique_key TEXT,
    state TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    locked_until INTEGER,
    error TEXT,
    result TEXT,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER
) STRICT;
CREATE INDEX jobs_ready ON jobs (state, run_at, id);
CREATE INDEX jobs_unique ON jobs (unique_key, state);

CREATE TABLE ledger (
    sequence INTEGER PRIMARY KEY NOT NULL,
    hash TEXT NOT NULL,
    previous TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    on_behalf TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    site_id TEXT,
    digests TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_subject ON ledger (subject, sequence);
CREATE INDEX ledger_site ON ledger (site_id, sequence);

CREATE TABLE ledger_head (
    id INTEGER PRIMARY KEY NOT NULL,
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE TABLE ledger_checkpoints (
    sequence INTEGER PRIMARY KEY NOT NULL,
    hash TEXT NOT NULL,
    at INTEGER NOT NULL,
    public_key TEXT NOT NULL,
    signature TEXT NOT NULL
) STRICT;

CREATE TABLE idempotency (
    actor_id TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (actor_id, key)
) STRICT;
CREATE INDEX idempotency_created ON idempotency (created_at);
