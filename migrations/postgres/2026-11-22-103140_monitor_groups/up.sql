-- The groups of watched websites, once more beside their profiles: lists are filtered by them.
CREATE TABLE monitor_groups (
    name TEXT COLLATE "C" NOT NULL,
    monitor_id TEXT COLLATE "C" NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    PRIMARY KEY (name, monitor_id)
);
CREATE INDEX monitor_groups_monitor ON monitor_groups (monitor_id);
INSERT INTO monitor_groups (name, monitor_id)
    SELECT DISTINCT jsonb_array_elements_text(profile::jsonb -> 'groups'), id FROM monitored_sites;
-- Outages that last or ended lately.
CREATE INDEX monitor_outages_end ON monitor_outages (ended_at);
-- A contact was one text; it is an e-mail address, a telephone, or both.
UPDATE monitored_sites SET profile = jsonb_set(
    profile::jsonb #- '{responsible,contact}',
    CASE WHEN profile::jsonb #>> '{responsible,contact}' LIKE '%@%'
        AND profile::jsonb #>> '{responsible,contact}' NOT LIKE '% %'
        THEN '{responsible,email}'::text[] ELSE '{responsible,phone}'::text[] END,
    profile::jsonb #> '{responsible,contact}'
)::text WHERE profile::jsonb #>> '{responsible,contact}' IS NOT NULL;
