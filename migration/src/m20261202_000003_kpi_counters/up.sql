-- What changed about numbers and is not in the counters yet: a number left the one cell and entered the other.
-- Triggers write it, in the transaction of the change; so does one of the program's previous version.
CREATE TABLE number_changes (
  id {pk},
  sign BIGINT NOT NULL,
  number_type TEXT NOT NULL,
  status TEXT NOT NULL,
  country TEXT,
  area_code TEXT,
  provider TEXT NOT NULL,
  reseller_id BIGINT,
  customer_id BIGINT,
  dealer_id BIGINT,
  pool_id BIGINT
);

-- Counts of numbers. reseller_id 0: of the whole platform. kind: a type, a category of several types, or empty for
-- any. dealer_id -1: any, 0: none. word: what the axis is divided by. A dropped number counts no customer.
CREATE TABLE kpi_cells (
  reseller_id BIGINT NOT NULL,
  axis TEXT NOT NULL,
  kind TEXT NOT NULL,
  dealer_id BIGINT NOT NULL,
  word {ascii} NOT NULL,
  live BIGINT NOT NULL,
  dropped BIGINT NOT NULL,
  customers BIGINT NOT NULL,
  PRIMARY KEY (reseller_id, axis, kind, dealer_id, word)
);
CREATE INDEX kpi_cells_empty ON kpi_cells(live) WHERE live = 0 AND dropped = 0 AND customers = 0;

-- How many numbers of a cell a customer has: the cell's customers are those with one or more.
CREATE TABLE kpi_customers (
  customer_id BIGINT NOT NULL,
  axis TEXT NOT NULL,
  kind TEXT NOT NULL,
  dealer_id BIGINT NOT NULL,
  word {ascii} NOT NULL,
  numbers BIGINT NOT NULL,
  PRIMARY KEY (customer_id, axis, kind, dealer_id, word)
);
CREATE INDEX kpi_customers_empty ON kpi_customers(numbers) WHERE numbers = 0;

CREATE INDEX assignments_assigned ON assignments(assigned_at, number_id);

-- Counting what is there already can take long: the program does it, and counts by hand until then.
INSERT INTO settings (name, value)
  SELECT 'kpi_counters', CASE WHEN EXISTS (SELECT 1 FROM numbers) THEN 'REBUILD' ELSE 'READY' END;
