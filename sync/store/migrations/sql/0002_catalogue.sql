-- register: what rules across records look up for the few records of a wave, never scanning everybody.
CREATE INDEX person_by_birth_and_name ON register.person (ngay_sinh, ho_va_ten);
CREATE INDEX person_born_on_new_year ON register.person (record_id)
    WHERE date_part('month', ngay_sinh) = 1 AND date_part('day', ngay_sinh) = 1;
