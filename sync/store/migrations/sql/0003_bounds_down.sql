DROP TRIGGER allowed_step ON registry.code_mapping;
DROP TRIGGER words_stay ON registry.code_mapping;
DROP TRIGGER allowed_step ON quality.waiver;
DROP TRIGGER words_stay ON quality.waiver;
DROP TRIGGER allowed_step ON register.correction;
DROP TRIGGER words_stay ON register.correction;
DROP FUNCTION quality.keep_steps(), quality.keep_words();
