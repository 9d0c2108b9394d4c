INSERT INTO settings (name, value)
  SELECT 'kpi_counters_2', CASE WHEN EXISTS (SELECT 1 FROM numbers) OR EXISTS (SELECT 1 FROM number_changes)
  THEN 'REBUILD' ELSE 'READY' END;
DELETE FROM settings WHERE name IN ('kpi_counters_3', 'kpi_days_from', 'kpi_days_until');
DROP TABLE kpi_days;
ALTER TABLE number_changes DROP COLUMN beside;
ALTER TABLE number_changes DROP COLUMN at;
