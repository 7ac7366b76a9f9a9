DROP FUNCTION portal.viewer_is(text), portal.viewer_units(text), portal.viewer_login(), portal.viewer_id();
DROP TABLE portal.api_token, portal.sign_in_failure, portal.session, portal.account_role, portal.account;
