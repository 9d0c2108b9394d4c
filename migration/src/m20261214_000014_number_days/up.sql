-- When a change was: what its event says, since statements that write an event write `updated_at` of the same instant.
-- beside: what the number was before, or became, as far as it had an owner then.
ALTER TABLE number_changes ADD COLUMN at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE number_changes ADD COLUMN beside TEXT;

-- How much more or less of a cell of kpi_cells there was at the end of a day than at its beginning, and how many of its
-- numbers got an owner or lost it. Days are counted from the epoch, by UTC.
CREATE TABLE kpi_days (
  reseller_id BIGINT NOT NULL,
  axis TEXT NOT NULL,
  kind TEXT NOT NULL,
  dealer_id BIGINT NOT NULL,
  word {ascii} NOT NULL,
  day BIGINT NOT NULL,
  live BIGINT NOT NULL,
  dropped BIGINT NOT NULL,
  customers BIGINT NOT NULL,
  assigned BIGINT NOT NULL,
  released BIGINT NOT NULL,
  PRIMARY KEY (reseller_id, axis, kind, dealer_id, word, day)
);

-- Whoever has no numbers has figures from long ago; else they begin when the counters are built.
INSERT INTO settings (name, value) SELECT 'kpi_days_from', '-1000000'
  WHERE NOT EXISTS (SELECT 1 FROM numbers) AND NOT EXISTS (SELECT 1 FROM number_changes);
INSERT INTO settings (name, value)
  SELECT 'kpi_counters_3', CASE WHEN EXISTS (SELECT 1 FROM numbers) OR EXISTS (SELECT 1 FROM number_changes)
  THEN 'REBUILD' ELSE 'READY' END;
DELETE FROM settings WHERE name = 'kpi_counters_2';
