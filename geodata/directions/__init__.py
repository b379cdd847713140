"""Legs between stops, told turn by turn."""
