"""Connectors, profiles, paging and credentials: everything that talks to a source."""
