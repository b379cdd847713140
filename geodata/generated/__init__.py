"""Districts made up from a seed, for trying things out where no map may be used."""

from geodata.generated.making import SIZES, SYNTHETIC_ATTRIBUTION, generate_district

__all__ = ["SIZES", "SYNTHETIC_ATTRIBUTION", "generate_district"]
