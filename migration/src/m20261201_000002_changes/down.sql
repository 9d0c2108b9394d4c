DROP INDEX operations_pool_open;
DROP INDEX operations_number_open;
ALTER TABLE pools DROP COLUMN sms_route;
ALTER TABLE pools DROP COLUMN external_name;
ALTER TABLE numbers DROP COLUMN sms_route;
ALTER TABLE numbers DROP COLUMN external_name;
