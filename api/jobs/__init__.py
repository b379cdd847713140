"""Workers of the service, and what they tell while they work."""
