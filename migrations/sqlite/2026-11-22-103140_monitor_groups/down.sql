UPDATE monitored_sites SET profile = json_remove(
    json_set(
        profile,
        '$.responsible.contact',
        coalesce(json_extract(profile, '$.responsible.phone'), json_extract(profile, '$.responsible.email'))
    ),
    '$.responsible.email', '$.responsible.phone'
) WHERE json_extract(profile, '$.responsible.name') IS NOT NULL;
UPDATE monitored_sites SET profile = json_remove(profile, '$.zone', '$.mandate', '$.exceptions');
DROP INDEX monitor_outages_end;
DROP TABLE monitor_groups;
