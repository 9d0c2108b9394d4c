DROP TABLE exports;
DROP TABLE alert_watch;
DROP TABLE alert_deliveries;
DROP TABLE alert_events;
DROP TABLE alerts;
DROP TABLE alert_rules;
DROP TABLE webhooks;
