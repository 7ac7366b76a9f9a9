"""Verbs: one file a use case; each owns its transaction."""
