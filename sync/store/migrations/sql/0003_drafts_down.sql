DROP TABLE register.upload_cell, register.upload_draft;
