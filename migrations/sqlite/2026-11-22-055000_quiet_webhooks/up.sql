-- Until when an address that did not answer is left alone, whatever waits for it.
ALTER TABLE webhooks ADD COLUMN quiet_until INTEGER;
