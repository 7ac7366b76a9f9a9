"""Nouns, states and errors. Standard library only."""
