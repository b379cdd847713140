"""Who goes where when: arrays in, plan out. Knows no database and no map."""
