"""The national record: groups, fields, code lists, units. Pure data, packaged."""
