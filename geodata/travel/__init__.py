"""Networks of each mode, how doors join them, and the times between stops."""
