-- An instant never lies before that of the number's previous change: a transaction may have begun before one that was
-- faster. A number that is deleted has no event, and goes at the time of the clock.
CREATE FUNCTION numbers_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id, rests, npa, at, beside)
  SELECT 1, n.number_type, n.status, n.country, n.area_code, n.provider, n.reseller_id, n.customer_id, n.dealer_id,
  n.pool_id, CASE WHEN n.quarantine_until IS NULL THEN 0 ELSE 1 END, CASE WHEN SUBSTR(n.e164, 1, 2) = '+1' THEN
  COALESCE(n.area_code, SUBSTR(n.e164, 3, 3)) END, n.updated_at, NULL FROM added n; RETURN NULL; END $$;
CREATE TRIGGER numbers_added AFTER INSERT ON numbers REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION numbers_added();
CREATE FUNCTION numbers_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id, rests, npa, at, beside)
  VALUES (-1, OLD.number_type, OLD.status, OLD.country, OLD.area_code, OLD.provider, OLD.reseller_id,
  OLD.customer_id, OLD.dealer_id, OLD.pool_id, CASE WHEN OLD.quarantine_until IS NULL THEN 0 ELSE 1 END, CASE WHEN
  SUBSTR(OLD.e164, 1, 2) = '+1' THEN COALESCE(OLD.area_code, SUBSTR(OLD.e164, 3, 3)) END, GREATEST(OLD.updated_at,
  NEW.updated_at), CASE WHEN NEW.status IN ('ACTIVE', 'SUSPENDED', 'PORTING_OUT') THEN NEW.number_type || '/' ||
  NEW.provider || '/' || COALESCE(NEW.country, '') || '/' || COALESCE(NEW.reseller_id, 0) || '/' ||
  COALESCE(NEW.dealer_id, 0) END),
  (1, NEW.number_type, NEW.status, NEW.country, NEW.area_code, NEW.provider, NEW.reseller_id, NEW.customer_id,
  NEW.dealer_id, NEW.pool_id, CASE WHEN NEW.quarantine_until IS NULL THEN 0 ELSE 1 END, CASE WHEN SUBSTR(NEW.e164,
  1, 2) = '+1' THEN COALESCE(NEW.area_code, SUBSTR(NEW.e164, 3, 3)) END, GREATEST(OLD.updated_at, NEW.updated_at),
  CASE WHEN OLD.status IN ('ACTIVE', 'SUSPENDED', 'PORTING_OUT') THEN OLD.number_type || '/' || OLD.provider || '/'
  || COALESCE(OLD.country, '') || '/' || COALESCE(OLD.reseller_id, 0) ||
  '/' || COALESCE(OLD.dealer_id, 0) END); RETURN NULL; END $$;
CREATE TRIGGER numbers_changed AFTER UPDATE ON numbers FOR EACH ROW
  WHEN ((OLD.number_type, OLD.status, OLD.country, OLD.area_code, OLD.provider, OLD.reseller_id, OLD.customer_id,
  OLD.dealer_id, OLD.pool_id, OLD.quarantine_until IS NULL) IS DISTINCT FROM (NEW.number_type, NEW.status,
  NEW.country, NEW.area_code, NEW.provider, NEW.reseller_id, NEW.customer_id, NEW.dealer_id, NEW.pool_id,
  NEW.quarantine_until IS NULL)) EXECUTE FUNCTION numbers_changed();
CREATE FUNCTION numbers_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id, rests, npa, at, beside)
  VALUES (-1, OLD.number_type, OLD.status, OLD.country, OLD.area_code, OLD.provider, OLD.reseller_id,
  OLD.customer_id, OLD.dealer_id, OLD.pool_id, CASE WHEN OLD.quarantine_until IS NULL THEN 0 ELSE 1 END, CASE WHEN
  SUBSTR(OLD.e164, 1, 2) = '+1' THEN COALESCE(OLD.area_code, SUBSTR(OLD.e164, 3, 3)) END, (extract(epoch from
  clock_timestamp()) * 1000)::bigint, NULL); RETURN NULL; END $$;
CREATE TRIGGER numbers_deleted AFTER DELETE ON numbers FOR EACH ROW EXECUTE FUNCTION numbers_deleted();
