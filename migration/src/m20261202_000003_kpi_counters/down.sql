DELETE FROM settings WHERE name = 'kpi_counters';
DROP INDEX assignments_assigned;
DROP TABLE kpi_customers;
DROP TABLE kpi_cells;
DROP TABLE number_changes;
