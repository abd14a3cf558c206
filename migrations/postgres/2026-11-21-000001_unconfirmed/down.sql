DROP INDEX live_entries_unconfirmed;
