"""Maps: what is where, how far, by which way. Knows no household."""
