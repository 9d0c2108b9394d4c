INSERT INTO settings (name, value)
  SELECT 'kpi_counters', CASE WHEN EXISTS (SELECT 1 FROM numbers) OR EXISTS (SELECT 1 FROM number_changes)
  THEN 'REBUILD' ELSE 'READY' END;
DELETE FROM settings WHERE name = 'kpi_counters_2';
DELETE FROM kpi_cells WHERE axis = 'STOCK';
ALTER TABLE number_changes DROP COLUMN npa;
ALTER TABLE number_changes DROP COLUMN rests;
