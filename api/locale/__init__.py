"""Texts that people read, by language and key."""
