-- Who did what, and when: each asked for alone, newest first.
CREATE INDEX ledger_actor ON ledger (actor, sequence);
CREATE INDEX ledger_action ON ledger (action, sequence);
CREATE INDEX ledger_at ON ledger (at);
