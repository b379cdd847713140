"""The edges: HTTP, pages, command line, settings, languages."""
