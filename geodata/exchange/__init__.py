"""Layers from and for other programs, checked, set right, and told."""
