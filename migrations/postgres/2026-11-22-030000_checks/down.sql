DROP TABLE check_confirmations;
DROP TABLE check_policies;
