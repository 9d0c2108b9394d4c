DROP TABLE call_import_faults;
DROP TABLE call_imports;
DROP TABLE call_parties;
DROP TABLE calls;
