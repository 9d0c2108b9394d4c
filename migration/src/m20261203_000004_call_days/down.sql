DROP TABLE call_versions;
DROP TABLE call_days;
