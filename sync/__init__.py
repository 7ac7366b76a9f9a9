"""National synchronisation of cadre, civil-servant and public-employee records."""
