-- What a carrier calls what it gave, where that is not our own name, and where it sends messages.
ALTER TABLE numbers ADD COLUMN external_name TEXT;
ALTER TABLE numbers ADD COLUMN sms_route TEXT;
ALTER TABLE pools ADD COLUMN external_name TEXT;
ALTER TABLE pools ADD COLUMN sms_route TEXT;
-- One change of a number at a time: this index says so, not the program. Before this migration a number stood
-- in an operation only once that had ended, so that no row is in the way.
CREATE UNIQUE INDEX operations_number_open ON operations(number_id) WHERE finished_at IS NULL;
CREATE INDEX operations_pool_open ON operations(pool_id) WHERE finished_at IS NULL;
