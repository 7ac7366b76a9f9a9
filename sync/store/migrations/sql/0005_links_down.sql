REVOKE SELECT (unit_code) ON registry.unit FROM portal_keeper;
REVOKE USAGE ON SCHEMA registry FROM portal_keeper;
DROP TABLE portal.vouched, portal.link_code;
