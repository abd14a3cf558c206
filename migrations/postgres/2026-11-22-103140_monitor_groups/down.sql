UPDATE monitored_sites SET profile = jsonb_set(
    profile::jsonb #- '{responsible,email}' #- '{responsible,phone}',
    '{responsible,contact}',
    coalesce(profile::jsonb #> '{responsible,phone}', profile::jsonb #> '{responsible,email}', '""'::jsonb)
)::text WHERE profile::jsonb #>> '{responsible,name}' IS NOT NULL;
UPDATE monitored_sites SET profile = (profile::jsonb - 'zone' - 'mandate' - 'exceptions')::text;
DROP INDEX monitor_outages_end;
DROP TABLE monitor_groups;
