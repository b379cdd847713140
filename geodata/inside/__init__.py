"""Inside the compound: gates, slots, stairs and the leader's list of doors."""
