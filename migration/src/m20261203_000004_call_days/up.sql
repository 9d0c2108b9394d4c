-- The calls of a customer's employees, numbers and pools, packed for statistics: a row for each of them and each
-- UTC day (days since 1970-01-01) with calls. An employee is counted at each extension apart; numbers and pools have
-- the extension 0. A day whose calls were all taken away stays, so that readers see the change.
CREATE TABLE call_days (
  customer_id BIGINT NOT NULL REFERENCES customers(id),
  kind TEXT NOT NULL CHECK (kind IN ('EMPLOYEE','NUMBER','POOL')),
  day BIGINT NOT NULL,
  subject_id BIGINT NOT NULL,
  extension_id BIGINT NOT NULL,
  words {bytes} NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (customer_id, kind, day, subject_id, extension_id)
);
CREATE INDEX call_days_subject ON call_days(kind, subject_id, day);
CREATE INDEX call_days_version ON call_days(customer_id, version);

-- Moves whenever a customer's days change, in the transaction that changes them: who has read the days up to a
-- version reads only those with a later one. No day lies before the first or after the last.
CREATE TABLE call_versions (
  customer_id BIGINT PRIMARY KEY REFERENCES customers(id),
  version BIGINT NOT NULL,
  first_day BIGINT NOT NULL,
  last_day BIGINT NOT NULL
);
