-- The groups of watched websites, once more beside their profiles: lists are filtered by them.
CREATE TABLE monitor_groups (
    name TEXT NOT NULL,
    monitor_id TEXT NOT NULL REFERENCES monitored_sites (id) ON DELETE CASCADE,
    PRIMARY KEY (name, monitor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX monitor_groups_monitor ON monitor_groups (monitor_id);
INSERT OR IGNORE INTO monitor_groups (name, monitor_id)
    SELECT json_each.value, monitored_sites.id FROM monitored_sites, json_each(monitored_sites.profile, '$.groups');
-- Outages that last or ended lately.
CREATE INDEX monitor_outages_end ON monitor_outages (ended_at);
-- A contact was one text; it is an e-mail address, a telephone, or both.
UPDATE monitored_sites SET profile = json_remove(
    json_set(
        profile,
        CASE WHEN json_extract(profile, '$.responsible.contact') LIKE '%@%'
            AND json_extract(profile, '$.responsible.contact') NOT LIKE '% %'
            THEN '$.responsible.email' ELSE '$.responsible.phone' END,
        json_extract(profile, '$.responsible.contact')
    ),
    '$.responsible.contact'
) WHERE json_extract(profile, '$.responsible.contact') IS NOT NULL;
