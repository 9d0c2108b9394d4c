DROP TRIGGER numbers_deleted ON numbers;
DROP TRIGGER numbers_changed ON numbers;
DROP TRIGGER numbers_added ON numbers;
DROP FUNCTION numbers_deleted();
DROP FUNCTION numbers_changed();
DROP FUNCTION numbers_added();
