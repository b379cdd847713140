"""Values that decide: the standard library alone."""
