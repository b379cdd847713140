"""Where to buy what: arrays in, whole cases and a proof out. Knows no shop and no household."""
