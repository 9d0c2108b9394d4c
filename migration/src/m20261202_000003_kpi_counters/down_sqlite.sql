DROP TRIGGER numbers_deleted;
DROP TRIGGER numbers_changed;
DROP TRIGGER numbers_added;
