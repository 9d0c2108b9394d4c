-- A dropped number that rests comes back or is kept; one that doesn't is its carrier's again. Numbers of +1 are
-- reported by their first three digits, which toll-free ones have and an area code they have not.
ALTER TABLE number_changes ADD COLUMN rests BIGINT NOT NULL DEFAULT 0;
ALTER TABLE number_changes ADD COLUMN npa TEXT;

-- The name says the form of the counters. A program of another form finds no row: it leaves them alone, and counts by
-- hand.
INSERT INTO settings (name, value)
  SELECT 'kpi_counters_2', CASE WHEN EXISTS (SELECT 1 FROM numbers) OR EXISTS (SELECT 1 FROM number_changes)
  THEN 'REBUILD' ELSE 'READY' END;
DELETE FROM settings WHERE name = 'kpi_counters';
