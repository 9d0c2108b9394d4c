-- Conventions: instants are BIGINT milliseconds since the Unix epoch, UTC (the same arithmetic and order on
-- both databases); enumerations are upper-case words; JSON is TEXT that only the program reads.

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- Tenants: reseller > customer > group. Rows below carry the ids of all the levels above them, so that a
-- scope is always one comparison.
CREATE TABLE resellers (
  id {pk},
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE dealers (
  id {pk},
  reseller_id BIGINT NOT NULL REFERENCES resellers(id),
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX dealers_reseller ON dealers(reseller_id, id);
CREATE TABLE customers (
  id {pk},
  reseller_id BIGINT NOT NULL REFERENCES resellers(id),
  dealer_id BIGINT REFERENCES dealers(id),
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX customers_reseller ON customers(reseller_id, id);
CREATE INDEX customers_dealer ON customers(dealer_id, id);
CREATE TABLE groups (
  id {pk},
  reseller_id BIGINT NOT NULL REFERENCES resellers(id),
  customer_id BIGINT NOT NULL REFERENCES customers(id),
  name TEXT NOT NULL,
  external_id TEXT,
  created_at BIGINT NOT NULL,
  UNIQUE (customer_id, name)
);
CREATE INDEX groups_reseller ON groups(reseller_id, id);
CREATE TABLE employees (
  id {pk},
  reseller_id BIGINT NOT NULL REFERENCES resellers(id),
  customer_id BIGINT NOT NULL REFERENCES customers(id),
  group_id BIGINT REFERENCES groups(id),
  name TEXT NOT NULL,
  email TEXT,
  created_at BIGINT NOT NULL
);
CREATE INDEX employees_customer ON employees(customer_id, id);
CREATE INDEX employees_reseller ON employees(reseller_id, id);
CREATE INDEX employees_group ON employees(group_id, id);
CREATE TABLE extensions (
  id {pk},
  customer_id BIGINT NOT NULL REFERENCES customers(id),
  number TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (customer_id, number)
);
CREATE TABLE extension_assignments (
  id {pk},
  extension_id BIGINT NOT NULL REFERENCES extensions(id),
  employee_id BIGINT NOT NULL REFERENCES employees(id),
  assigned_at BIGINT NOT NULL,
  released_at BIGINT
);
CREATE UNIQUE INDEX extension_assignments_active ON extension_assignments(extension_id) WHERE released_at IS NULL;
CREATE INDEX extension_assignments_employee ON extension_assignments(employee_id);

CREATE TABLE api_keys (
  id {pk},
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  level TEXT NOT NULL CHECK (level IN ('VIEWER','MANAGE','OWNER','RESELLER','ADMIN','KPI')),
  reseller_id BIGINT REFERENCES resellers(id),
  customer_id BIGINT REFERENCES customers(id),
  group_id BIGINT REFERENCES groups(id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT
);

-- Localities that numbers are in; name_key is the folded name that searches compare.
CREATE TABLE places (
  id {pk},
  country TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  UNIQUE (country, region, name_key)
);
CREATE INDEX places_key ON places(country, name_key);

CREATE TABLE operations (
  id {pk},
  tenant TEXT NOT NULL,
  client_reference TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  input_hash TEXT NOT NULL,
  input TEXT NOT NULL,
  provider TEXT,
  token TEXT NOT NULL UNIQUE,
  reseller_id BIGINT NOT NULL REFERENCES resellers(id),
  customer_id BIGINT NOT NULL REFERENCES customers(id),
  group_id BIGINT NOT NULL REFERENCES groups(id),
  number_id BIGINT,
  pool_id BIGINT,
  upstream_ref TEXT,
  attempts BIGINT NOT NULL,
  sightings BIGINT NOT NULL,
  problem TEXT,
  actor TEXT NOT NULL,
  request_id TEXT,
  lease_owner TEXT,
  lease_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  finished_at BIGINT,
  UNIQUE (tenant, client_reference)
);
CREATE INDEX operations_open ON operations(lease_until, id) WHERE finished_at IS NULL;
CREATE INDEX operations_customer ON operations(customer_id, id);
CREATE INDEX operations_reseller ON operations(reseller_id, id);
CREATE INDEX operations_group ON operations(group_id, id);
CREATE TABLE operation_attempts (
  id {pk},
  operation_id BIGINT NOT NULL REFERENCES operations(id),
  attempt BIGINT NOT NULL,
  provider TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  outcome TEXT,
  detail TEXT,
  UNIQUE (operation_id, attempt)
);

CREATE TABLE pools (
  id {pk},
  reseller_id BIGINT NOT NULL REFERENCES resellers(id),
  customer_id BIGINT NOT NULL REFERENCES customers(id),
  group_id BIGINT NOT NULL REFERENCES groups(id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('ACTIVE','RETIRED')),
  provider TEXT NOT NULL,
  external_id TEXT,
  matching TEXT NOT NULL,
  match_period_minutes BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  replace_all_numbers BOOLEAN NOT NULL,
  termination_number TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  retired_at BIGINT
);
CREATE UNIQUE INDEX pools_name ON pools(group_id, name_key) WHERE status <> 'RETIRED';
CREATE UNIQUE INDEX pools_external ON pools(provider, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX pools_customer ON pools(customer_id, id);
CREATE INDEX pools_reseller ON pools(reseller_id, id);
CREATE INDEX pools_group ON pools(group_id, id);
CREATE TABLE pool_replaced_numbers (
  pool_id BIGINT NOT NULL REFERENCES pools(id),
  position BIGINT NOT NULL,
  text TEXT NOT NULL,
  digits TEXT NOT NULL,
  PRIMARY KEY (pool_id, position)
);
CREATE TABLE pool_tracking_sources (
  pool_id BIGINT NOT NULL REFERENCES pools(id),
  position BIGINT NOT NULL,
  referrer_domain TEXT NOT NULL,
  track_organic BOOLEAN NOT NULL,
  PRIMARY KEY (pool_id, position)
);
CREATE TABLE pool_url_triggers (
  pool_id BIGINT NOT NULL,
  source_position BIGINT NOT NULL,
  position BIGINT NOT NULL,
  parameter TEXT NOT NULL,
  value TEXT,
  PRIMARY KEY (pool_id, source_position, position),
  FOREIGN KEY (pool_id, source_position) REFERENCES pool_tracking_sources(pool_id, position)
);

CREATE TABLE numbers (
  id {pk},
  e164 {ascii} NOT NULL UNIQUE,
  country TEXT,
  number_type TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN
    ('AVAILABLE','HELD','PENDING','ACTIVE','SUSPENDED','DROPPED','PORTING_IN','PORTING_OUT')),
  area_code TEXT,
  exchange TEXT,
  region TEXT,
  place_id BIGINT REFERENCES places(id),
  rate_center TEXT,
  provider TEXT NOT NULL,
  external_id TEXT,
  name TEXT,
  name_key TEXT,
  reseller_id BIGINT REFERENCES resellers(id),
  dealer_id BIGINT REFERENCES dealers(id),
  customer_id BIGINT REFERENCES customers(id),
  group_id BIGINT REFERENCES groups(id),
  pool_id BIGINT REFERENCES pools(id),
  termination_number TEXT,
  monthly_cost_minor BIGINT,
  monthly_cost_currency TEXT,
  order_token TEXT,
  hold_until BIGINT,
  quarantine_until BIGINT,
  assigned_at BIGINT,
  suspended_at BIGINT,
  dropped_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- Stock is found by prefix, by place or by region: one partial index each, lowest number first.
CREATE INDEX numbers_stock_prefix ON numbers(number_type, e164) WHERE status = 'AVAILABLE';
CREATE INDEX numbers_stock_place ON numbers(place_id, number_type, e164) WHERE status = 'AVAILABLE';
CREATE INDEX numbers_stock_region ON numbers(country, region, number_type, e164) WHERE status = 'AVAILABLE';
CREATE INDEX numbers_order_token ON numbers(order_token) WHERE order_token IS NOT NULL;
CREATE INDEX numbers_hold_until ON numbers(hold_until) WHERE status = 'HELD';
CREATE INDEX numbers_quarantine_until ON numbers(quarantine_until) WHERE status = 'DROPPED';
CREATE UNIQUE INDEX numbers_name ON numbers(group_id, name_key)
  WHERE group_id IS NOT NULL AND name_key IS NOT NULL AND pool_id IS NULL AND status <> 'DROPPED';
CREATE UNIQUE INDEX numbers_external ON numbers(provider, external_id) WHERE external_id IS NOT NULL;
-- Pages are keyset pages: each filter that a page may start from, then the order.
CREATE INDEX numbers_status ON numbers(status, id);
CREATE INDEX numbers_type_status ON numbers(number_type, status, id);
CREATE INDEX numbers_reseller ON numbers(reseller_id, id);
CREATE INDEX numbers_customer ON numbers(customer_id, id);
CREATE INDEX numbers_group ON numbers(group_id, id);
CREATE INDEX numbers_pool ON numbers(pool_id, id);
CREATE INDEX numbers_dealer ON numbers(dealer_id, id);
CREATE INDEX numbers_updated ON numbers(updated_at, id);
CREATE INDEX numbers_type ON numbers(number_type, id);
CREATE INDEX numbers_area ON numbers(area_code, id);
CREATE INDEX numbers_region ON numbers(region, id);
CREATE INDEX numbers_provider ON numbers(provider, id);

CREATE TABLE number_tags (
  number_id BIGINT NOT NULL REFERENCES numbers(id),
  tag TEXT NOT NULL,
  PRIMARY KEY (number_id, tag)
);
CREATE INDEX number_tags_tag ON number_tags(tag, number_id);

-- Who had a number, from when until when. At most one owner at a time is this index's word, not the program's.
CREATE TABLE assignments (
  id {pk},
  number_id BIGINT NOT NULL REFERENCES numbers(id),
  reseller_id BIGINT NOT NULL REFERENCES resellers(id),
  customer_id BIGINT NOT NULL REFERENCES customers(id),
  group_id BIGINT NOT NULL REFERENCES groups(id),
  pool_id BIGINT REFERENCES pools(id),
  operation_id BIGINT REFERENCES operations(id),
  name TEXT NOT NULL,
  assigned_at BIGINT NOT NULL,
  released_at BIGINT
);
CREATE UNIQUE INDEX assignments_active ON assignments(number_id) WHERE released_at IS NULL;
CREATE INDEX assignments_number ON assignments(number_id, assigned_at);

CREATE TABLE pool_members (
  id {pk},
  pool_id BIGINT NOT NULL REFERENCES pools(id),
  number_id BIGINT NOT NULL REFERENCES numbers(id),
  added_at BIGINT NOT NULL,
  removed_at BIGINT
);
CREATE UNIQUE INDEX pool_members_active ON pool_members(number_id) WHERE removed_at IS NULL;
CREATE INDEX pool_members_pool ON pool_members(pool_id, id);

CREATE TABLE holds (
  id {pk},
  number_id BIGINT NOT NULL REFERENCES numbers(id),
  reseller_id BIGINT NOT NULL REFERENCES resellers(id),
  customer_id BIGINT NOT NULL REFERENCES customers(id),
  group_id BIGINT NOT NULL REFERENCES groups(id),
  tenant TEXT NOT NULL,
  client_reference TEXT NOT NULL,
  actor TEXT NOT NULL,
  held_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT,
  end_reason TEXT,
  UNIQUE (tenant, client_reference)
);
CREATE UNIQUE INDEX holds_active ON holds(number_id) WHERE ended_at IS NULL;

-- Append-only: the program has no statement that changes or deletes an event.
CREATE TABLE number_events (
  id {pk},
  number_id BIGINT NOT NULL REFERENCES numbers(id),
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  cause TEXT,
  operation_id BIGINT REFERENCES operations(id),
  reseller_id BIGINT,
  customer_id BIGINT,
  group_id BIGINT,
  before TEXT NOT NULL,
  after TEXT NOT NULL
);
CREATE INDEX number_events_number ON number_events(number_id, id);

-- Customers and dealers that belong to no other reseller hang here.
INSERT INTO resellers (code, name, created_at) VALUES ('DIRECT', 'Direct', 0);
