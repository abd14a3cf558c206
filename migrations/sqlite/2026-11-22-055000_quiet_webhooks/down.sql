ALTER TABLE webhooks DROP COLUMN quiet_until;
