DROP INDEX ledger_at;
DROP INDEX ledger_action;
DROP INDEX ledger_actor;
