-- An instant never lies before that of the number's previous change: a transaction may have begun before one that was
-- faster. A number that is deleted has no event, and goes at the time of the clock.
CREATE TRIGGER numbers_added AFTER INSERT ON numbers BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id, rests, npa, at, beside)
  VALUES (1, NEW.number_type, NEW.status, NEW.country, NEW.area_code, NEW.provider, NEW.reseller_id,
  NEW.customer_id, NEW.dealer_id, NEW.pool_id, CASE WHEN NEW.quarantine_until IS NULL THEN 0 ELSE 1 END, CASE WHEN
  SUBSTR(NEW.e164, 1, 2) = '+1' THEN COALESCE(NEW.area_code, SUBSTR(NEW.e164, 3, 3)) END, NEW.updated_at, NULL); END;
CREATE TRIGGER numbers_changed AFTER UPDATE ON numbers
  WHEN OLD.number_type IS NOT NEW.number_type OR OLD.status IS NOT NEW.status OR OLD.country IS NOT NEW.country OR
  OLD.area_code IS NOT NEW.area_code OR OLD.provider IS NOT NEW.provider OR OLD.reseller_id IS NOT NEW.reseller_id
  OR OLD.customer_id IS NOT NEW.customer_id OR OLD.dealer_id IS NOT NEW.dealer_id OR OLD.pool_id IS NOT NEW.pool_id
  OR (OLD.quarantine_until IS NULL) <> (NEW.quarantine_until IS NULL) BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id, rests, npa, at, beside)
  VALUES (-1, OLD.number_type, OLD.status, OLD.country, OLD.area_code, OLD.provider, OLD.reseller_id,
  OLD.customer_id, OLD.dealer_id, OLD.pool_id, CASE WHEN OLD.quarantine_until IS NULL THEN 0 ELSE 1 END, CASE WHEN
  SUBSTR(OLD.e164, 1, 2) = '+1' THEN COALESCE(OLD.area_code, SUBSTR(OLD.e164, 3, 3)) END, MAX(OLD.updated_at,
  NEW.updated_at), CASE WHEN NEW.status IN ('ACTIVE', 'SUSPENDED', 'PORTING_OUT') THEN NEW.number_type || '/' ||
  NEW.provider || '/' || COALESCE(NEW.country, '') || '/' || COALESCE(NEW.reseller_id, 0) || '/' ||
  COALESCE(NEW.dealer_id, 0) END),
  (1, NEW.number_type, NEW.status, NEW.country, NEW.area_code, NEW.provider, NEW.reseller_id, NEW.customer_id,
  NEW.dealer_id, NEW.pool_id, CASE WHEN NEW.quarantine_until IS NULL THEN 0 ELSE 1 END, CASE WHEN SUBSTR(NEW.e164,
  1, 2) = '+1' THEN COALESCE(NEW.area_code, SUBSTR(NEW.e164, 3, 3)) END, MAX(OLD.updated_at, NEW.updated_at), CASE
  WHEN OLD.status IN ('ACTIVE', 'SUSPENDED', 'PORTING_OUT') THEN OLD.number_type || '/' || OLD.provider || '/' ||
  COALESCE(OLD.country, '') || '/' || COALESCE(OLD.reseller_id, 0) || '/' || COALESCE(OLD.dealer_id, 0) END); END;
CREATE TRIGGER numbers_deleted AFTER DELETE ON numbers BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id, rests, npa, at, beside)
  VALUES (-1, OLD.number_type, OLD.status, OLD.country, OLD.area_code, OLD.provider, OLD.reseller_id,
  OLD.customer_id, OLD.dealer_id, OLD.pool_id, CASE WHEN OLD.quarantine_until IS NULL THEN 0 ELSE 1 END, CASE WHEN
  SUBSTR(OLD.e164, 1, 2) = '+1' THEN COALESCE(OLD.area_code, SUBSTR(OLD.e164, 3, 3)) END, CAST(unixepoch('subsec') *
  1000 AS INTEGER), NULL); END;
