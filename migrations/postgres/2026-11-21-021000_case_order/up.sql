-- The default order of the list of cases.
CREATE INDEX cases_opened ON cases (opened_at, id);
