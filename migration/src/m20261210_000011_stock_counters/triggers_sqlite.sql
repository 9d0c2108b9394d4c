-- Numbers change mostly in ways that no counter sees, which the condition says before anything is written.
CREATE TRIGGER numbers_added AFTER INSERT ON numbers BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id, rests, npa)
  VALUES (1, NEW.number_type, NEW.status, NEW.country, NEW.area_code, NEW.provider, NEW.reseller_id,
  NEW.customer_id, NEW.dealer_id, NEW.pool_id, CASE WHEN NEW.quarantine_until IS NULL THEN 0 ELSE 1 END, CASE WHEN
  SUBSTR(NEW.e164, 1, 2) = '+1' THEN COALESCE(NEW.area_code, SUBSTR(NEW.e164, 3, 3)) END); END;
CREATE TRIGGER numbers_changed AFTER UPDATE ON numbers
  WHEN OLD.number_type IS NOT NEW.number_type OR OLD.status IS NOT NEW.status OR OLD.country IS NOT NEW.country OR
  OLD.area_code IS NOT NEW.area_code OR OLD.provider IS NOT NEW.provider OR OLD.reseller_id IS NOT NEW.reseller_id
  OR OLD.customer_id IS NOT NEW.customer_id OR OLD.dealer_id IS NOT NEW.dealer_id OR OLD.pool_id IS NOT NEW.pool_id
  OR (OLD.quarantine_until IS NULL) <> (NEW.quarantine_until IS NULL) BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id, rests, npa)
  VALUES (-1, OLD.number_type, OLD.status, OLD.country, OLD.area_code, OLD.provider, OLD.reseller_id,
  OLD.customer_id, OLD.dealer_id, OLD.pool_id, CASE WHEN OLD.quarantine_until IS NULL THEN 0 ELSE 1 END, CASE WHEN
  SUBSTR(OLD.e164, 1, 2) = '+1' THEN COALESCE(OLD.area_code, SUBSTR(OLD.e164, 3, 3)) END),
  (1, NEW.number_type, NEW.status, NEW.country, NEW.area_code, NEW.provider, NEW.reseller_id, NEW.customer_id,
  NEW.dealer_id, NEW.pool_id, CASE WHEN NEW.quarantine_until IS NULL THEN 0 ELSE 1 END, CASE WHEN SUBSTR(NEW.e164,
  1, 2) = '+1' THEN COALESCE(NEW.area_code, SUBSTR(NEW.e164, 3, 3)) END); END;
CREATE TRIGGER numbers_deleted AFTER DELETE ON numbers BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id, rests, npa)
  VALUES (-1, OLD.number_type, OLD.status, OLD.country, OLD.area_code, OLD.provider, OLD.reseller_id,
  OLD.customer_id, OLD.dealer_id, OLD.pool_id, CASE WHEN OLD.quarantine_until IS NULL THEN 0 ELSE 1 END, CASE WHEN
  SUBSTR(OLD.e164, 1, 2) = '+1' THEN COALESCE(OLD.area_code, SUBSTR(OLD.e164, 3, 3)) END); END;
