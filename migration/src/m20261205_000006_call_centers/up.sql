-- A call center of a group: one or more queues of the group's telephone system.
CREATE TABLE call_centers (
  id {pk},
  reseller_id BIGINT NOT NULL REFERENCES resellers(id),
  customer_id BIGINT NOT NULL REFERENCES customers(id),
  group_id BIGINT NOT NULL REFERENCES groups(id),
  name TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  generate_daily_report BOOLEAN NOT NULL,
  collection_period_minutes BIGINT NOT NULL,
  reporting_email_1 TEXT,
  reporting_email_2 TEXT,
  report_due_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (group_id, name)
);
CREATE INDEX call_centers_report_due ON call_centers(report_due_at) WHERE report_due_at IS NOT NULL;
-- A queue is of one call center.
CREATE TABLE call_center_queues (
  group_id BIGINT NOT NULL REFERENCES groups(id),
  queue TEXT NOT NULL,
  call_center_id BIGINT NOT NULL REFERENCES call_centers(id),
  PRIMARY KEY (group_id, queue)
);
CREATE INDEX call_center_queues_center ON call_center_queues(call_center_id);
-- Who works in a queue, as far as its log has told.
CREATE TABLE queue_members (
  group_id BIGINT NOT NULL REFERENCES groups(id),
  queue TEXT NOT NULL,
  agent TEXT NOT NULL,
  PRIMARY KEY (group_id, queue, agent)
);
-- What people call an agent.
CREATE TABLE queue_agents (
  group_id BIGINT NOT NULL REFERENCES groups(id),
  agent TEXT NOT NULL,
  first_name TEXT,
  last_name TEXT,
  PRIMARY KEY (group_id, agent)
);

-- How far the log of a group's telephone system reaches. Whoever imports locks this row.
CREATE TABLE queue_logs (
  group_id BIGINT PRIMARY KEY REFERENCES groups(id),
  last_event_at BIGINT NOT NULL
);
-- What was logged. The tables below are made of it.
CREATE TABLE queue_events (
  id {pk},
  group_id BIGINT NOT NULL REFERENCES groups(id),
  identity TEXT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  queue TEXT,
  call_id TEXT,
  agent TEXT,
  wait_ms BIGINT,
  lasted_ms BIGINT,
  detail TEXT,
  UNIQUE (group_id, identity)
);
CREATE INDEX queue_events_call ON queue_events(group_id, call_id) WHERE call_id IS NOT NULL;
CREATE INDEX queue_events_agent ON queue_events(group_id, agent, at) WHERE agent IS NOT NULL;
-- Each call's stay in a queue. gone_at is the end of the talk or of the waiting, and the largest integer while
-- neither is over, so that what touches a range is a range of the index.
CREATE TABLE queue_calls (
  id {pk},
  group_id BIGINT NOT NULL REFERENCES groups(id),
  queue TEXT NOT NULL,
  call_id TEXT NOT NULL,
  visit BIGINT NOT NULL,
  caller TEXT,
  dialed TEXT,
  entered_at BIGINT NOT NULL,
  left_at BIGINT,
  outcome TEXT CHECK (outcome IN ('ANSWERED','ABANDONED','TRANSFERRED','TIMED_OUT','OVERFLOWED')),
  agent TEXT,
  ended_at BIGINT,
  ended_by TEXT CHECK (ended_by IN ('CALLER','AGENT','TRANSFER')),
  gone_at BIGINT NOT NULL,
  UNIQUE (group_id, call_id, queue, visit)
);
CREATE INDEX queue_calls_gone ON queue_calls(group_id, queue, gone_at, entered_at);
-- When agents worked and paused; without queue for all of them.
CREATE TABLE agent_sessions (
  id {pk},
  group_id BIGINT NOT NULL REFERENCES groups(id),
  agent TEXT NOT NULL,
  queue TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('STAFFED','PAUSED')),
  started_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX agent_sessions_agent ON agent_sessions(group_id, agent, started_at);

-- A day's report to one address: the row is there before anything is sent.
CREATE TABLE call_center_reports (
  id {pk},
  call_center_id BIGINT NOT NULL REFERENCES call_centers(id),
  day TEXT NOT NULL,
  address TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('DUE','SENDING','SENT','UNCLEAR','REFUSED','GIVEN_UP')),
  attempts BIGINT NOT NULL,
  next_attempt_at BIGINT NOT NULL,
  lease_owner TEXT,
  problem TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  UNIQUE (call_center_id, day, address)
);
CREATE INDEX call_center_reports_open ON call_center_reports(next_attempt_at) WHERE finished_at IS NULL;
