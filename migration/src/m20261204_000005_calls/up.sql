-- A row a call, whatever number of legs it had. Only the keys that tear data apart when they break are foreign
-- keys: checking five for every call would cost more than writing it.
CREATE TABLE calls (
  id {pk},
  reseller_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL REFERENCES customers(id),
  call_id TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  answered_at BIGINT,
  ended_at BIGINT NOT NULL,
  ring_seconds BIGINT NOT NULL,
  talk_seconds BIGINT NOT NULL,
  disposition TEXT NOT NULL CHECK (disposition IN ('ANSWERED','UNANSWERED','BUSY','FAILED')),
  caller TEXT,
  callee TEXT,
  direction TEXT NOT NULL CHECK (direction IN ('INBOUND','OUTBOUND','INTERNAL')),
  local BOOLEAN NOT NULL,
  number_id BIGINT,
  pool_id BIGINT,
  group_id BIGINT,
  legs TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  UNIQUE (customer_id, call_id)
);
CREATE INDEX calls_customer ON calls(customer_id, started_at, id);
CREATE INDEX calls_number ON calls(number_id, started_at, id) WHERE number_id IS NOT NULL;
CREATE INDEX calls_pool ON calls(pool_id, started_at, id) WHERE pool_id IS NOT NULL;

-- The employees who took part: the caller, and everybody it rang at.
CREATE TABLE call_parties (
  call_id BIGINT NOT NULL REFERENCES calls(id),
  position BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  employee_id BIGINT NOT NULL,
  extension_id BIGINT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('OUT','IN')),
  disposition TEXT NOT NULL CHECK (disposition IN ('ANSWERED','UNANSWERED','BUSY','FAILED','RUNG_ELSEWHERE')),
  seconds BIGINT NOT NULL,
  local BOOLEAN NOT NULL,
  started_at BIGINT NOT NULL,
  PRIMARY KEY (call_id, position)
);
CREATE INDEX call_parties_employee ON call_parties(employee_id, started_at, call_id);

-- A row a run of an import: finished_at stays empty where it was cut off.
CREATE TABLE call_imports (
  id {pk},
  reseller_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL REFERENCES customers(id),
  actor TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('COMMAND_LINE','UPLOAD','GRAPHQL')),
  file TEXT,
  format TEXT NOT NULL,
  row_count BIGINT NOT NULL,
  bad_rows BIGINT NOT NULL,
  new_calls BIGINT NOT NULL,
  changed_calls BIGINT NOT NULL,
  unchanged_calls BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX call_imports_customer ON call_imports(customer_id, id);
-- Bad rows, kept as they came.
CREATE TABLE call_import_faults (
  import_id BIGINT NOT NULL REFERENCES call_imports(id),
  position BIGINT NOT NULL,
  line BIGINT NOT NULL,
  reason TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (import_id, position)
);

-- Who had an extension when a call started.
CREATE INDEX extension_assignments_history ON extension_assignments(extension_id, assigned_at);
