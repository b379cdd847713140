"""The tables as the first revision made them; what came later stands in later revisions."""
