-- Where webhooks lead. What signs them is made of the salt and of the secret of this database.
CREATE TABLE webhooks (
  id {pk},
  reseller_id BIGINT REFERENCES resellers(id),
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  salt TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  deleted_at BIGINT
);

-- Thresholds and values are in thousandths of their metric's unit. A rule without a reseller is the platform's.
CREATE TABLE alert_rules (
  id {pk},
  reseller_id BIGINT REFERENCES resellers(id),
  name TEXT NOT NULL,
  metric TEXT NOT NULL CHECK (metric IN ('AVAILABLE_NUMBERS','UTILIZATION_PERCENT','MONTHS_OF_STOCK')),
  comparison TEXT NOT NULL CHECK (comparison IN ('BELOW','ABOVE')),
  threshold BIGINT NOT NULL,
  clear_threshold BIGINT NOT NULL,
  breakdown TEXT NOT NULL CHECK (breakdown IN ('TOTAL','EACH')),
  number_type TEXT,
  country TEXT,
  area_code TEXT,
  emails TEXT NOT NULL,
  webhook_id BIGINT REFERENCES webhooks(id),
  enabled BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT
);

-- A row a firing. A rule has one open alert for each subject.
CREATE TABLE alerts (
  id {pk},
  rule_id BIGINT NOT NULL REFERENCES alert_rules(id),
  reseller_id BIGINT,
  subject TEXT NOT NULL,
  number_type TEXT,
  country TEXT,
  area_code TEXT,
  fired_at BIGINT NOT NULL,
  fired_value BIGINT,
  threshold BIGINT NOT NULL,
  cleared_at BIGINT,
  cleared_value BIGINT
);
CREATE UNIQUE INDEX alerts_open ON alerts(rule_id, subject) WHERE cleared_at IS NULL;
CREATE INDEX alerts_rule ON alerts(rule_id, id);

-- What is told of alerts, in the transaction that changes them: subscriptions, mail and webhooks are fed from here.
CREATE TABLE alert_events (
  id {pk},
  alert_id BIGINT NOT NULL REFERENCES alerts(id),
  kind TEXT NOT NULL CHECK (kind IN ('FIRED','CLEARED')),
  message_id TEXT NOT NULL UNIQUE,
  payload TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX alert_events_alert ON alert_events(alert_id);

-- A row for each address and webhook that is told. Whoever delivers one moves next_attempt_at ahead first.
CREATE TABLE alert_deliveries (
  id {pk},
  event_id BIGINT NOT NULL REFERENCES alert_events(id),
  channel TEXT NOT NULL CHECK (channel IN ('EMAIL','WEBHOOK')),
  target TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('PENDING','DELIVERED','REFUSED','GIVEN_UP')),
  attempts BIGINT NOT NULL,
  next_attempt_at BIGINT NOT NULL,
  last_error TEXT,
  finished_at BIGINT,
  UNIQUE (event_id, channel, target)
);
CREATE INDEX alert_deliveries_due ON alert_deliveries(next_attempt_at) WHERE state = 'PENDING';

-- One row: who watches the stock, until when, and what was seen last.
CREATE TABLE alert_watch (
  id BIGINT NOT NULL PRIMARY KEY,
  lease_until BIGINT NOT NULL,
  seen_event BIGINT NOT NULL,
  evaluated_at BIGINT NOT NULL
);
INSERT INTO alert_watch (id, lease_until, seen_event, evaluated_at) VALUES (1, 0, -1, 0);

-- Files that are made when their link is followed.
CREATE TABLE exports (
  id {pk},
  key_id BIGINT NOT NULL,
  subject TEXT NOT NULL,
  format TEXT NOT NULL CHECK (format IN ('JSON','CSV','EXCEL')),
  file_name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('READY','RUNNING','DONE','FAILED')),
  row_count BIGINT NOT NULL,
  total_rows BIGINT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX exports_expires ON exports(expires_at);
