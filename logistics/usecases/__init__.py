"""One verb per module; each takes a session and leaves the commit to its caller."""
