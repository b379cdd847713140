"""Coming in: who somebody is, how far that reaches, passwords, links, sessions and limits."""
