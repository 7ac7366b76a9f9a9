DROP TABLE portal.vouched, portal.link_code;
