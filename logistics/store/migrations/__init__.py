"""Steps of the tables from one version of the programme to the next."""
