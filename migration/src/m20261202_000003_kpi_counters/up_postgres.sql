-- Numbers arrive by the hundred: one statement, one insert. They change one by one, mostly in ways that no counter
-- sees, which the trigger's condition says without a call.
CREATE FUNCTION numbers_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id)
  SELECT 1, n.number_type, n.status, n.country, n.area_code, n.provider, n.reseller_id, n.customer_id,
  n.dealer_id, n.pool_id FROM added n; RETURN NULL; END $$;
CREATE TRIGGER numbers_added AFTER INSERT ON numbers REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION numbers_added();
CREATE FUNCTION numbers_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id)
  VALUES (-1, OLD.number_type, OLD.status, OLD.country, OLD.area_code, OLD.provider, OLD.reseller_id,
  OLD.customer_id, OLD.dealer_id, OLD.pool_id),
  (1, NEW.number_type, NEW.status, NEW.country, NEW.area_code, NEW.provider, NEW.reseller_id, NEW.customer_id,
  NEW.dealer_id, NEW.pool_id); RETURN NULL; END $$;
CREATE TRIGGER numbers_changed AFTER UPDATE ON numbers FOR EACH ROW
  WHEN ((OLD.number_type, OLD.status, OLD.country, OLD.area_code, OLD.provider, OLD.reseller_id,
  OLD.customer_id, OLD.dealer_id, OLD.pool_id) IS DISTINCT FROM (NEW.number_type, NEW.status, NEW.country,
  NEW.area_code, NEW.provider, NEW.reseller_id, NEW.customer_id, NEW.dealer_id, NEW.pool_id))
  EXECUTE FUNCTION numbers_changed();
CREATE FUNCTION numbers_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO number_changes (sign, number_type, status, country, area_code, provider, reseller_id, customer_id,
  dealer_id, pool_id)
  VALUES (-1, OLD.number_type, OLD.status, OLD.country, OLD.area_code, OLD.provider, OLD.reseller_id,
  OLD.customer_id, OLD.dealer_id, OLD.pool_id); RETURN NULL; END $$;
CREATE TRIGGER numbers_deleted AFTER DELETE ON numbers FOR EACH ROW EXECUTE FUNCTION numbers_deleted();
