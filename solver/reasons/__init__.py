"""Why something is left out of a plan, proven or measured, and what would help."""
