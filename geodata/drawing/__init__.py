"""Maps and tracks: for sheets, pages and phones."""
