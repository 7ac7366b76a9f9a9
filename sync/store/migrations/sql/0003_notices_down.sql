DROP TABLE registry.notice_mail;
DROP FUNCTION registry.keep_final_mail();
DROP TABLE registry.notice;
DROP TABLE registry.notice_mute;
DROP TABLE registry.notice_address;
