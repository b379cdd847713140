"""Read OpenStreetMap extracts and derive what they do not draw."""
