DROP INDEX extension_assignments_history;
DROP TABLE call_import_faults;
DROP TABLE call_imports;
DROP TABLE call_parties;
DROP TABLE calls;
