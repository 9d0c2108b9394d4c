CREATE TRIGGER numbers_added AFTER INSERT ON numbers BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id)
  VALUES (1, NEW.number_type, NEW.status, NEW.country, NEW.area_code, NEW.provider, NEW.reseller_id,
  NEW.customer_id, NEW.dealer_id, NEW.pool_id); END;
CREATE TRIGGER numbers_changed AFTER UPDATE ON numbers
  WHEN OLD.number_type IS NOT NEW.number_type OR OLD.status IS NOT NEW.status OR OLD.country IS NOT NEW.country
  OR OLD.area_code IS NOT NEW.area_code OR OLD.provider IS NOT NEW.provider OR OLD.reseller_id IS NOT
  NEW.reseller_id OR OLD.customer_id IS NOT NEW.customer_id OR OLD.dealer_id IS NOT NEW.dealer_id OR OLD.pool_id
  IS NOT NEW.pool_id BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id)
  VALUES (-1, OLD.number_type, OLD.status, OLD.country, OLD.area_code, OLD.provider, OLD.reseller_id,
  OLD.customer_id, OLD.dealer_id, OLD.pool_id),
  (1, NEW.number_type, NEW.status, NEW.country, NEW.area_code, NEW.provider, NEW.reseller_id, NEW.customer_id,
  NEW.dealer_id, NEW.pool_id); END;
CREATE TRIGGER numbers_deleted AFTER DELETE ON numbers BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id)
  VALUES (-1, OLD.number_type, OLD.status, OLD.country, OLD.area_code, OLD.provider, OLD.reseller_id,
  OLD.customer_id, OLD.dealer_id, OLD.pool_id); END;
