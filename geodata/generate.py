"""Where a district is generated; what it is made of is in :mod:`geodata.generated`."""

from geodata.generated import SIZES, SYNTHETIC_ATTRIBUTION, generate_district

__all__ = ["SIZES", "SYNTHETIC_ATTRIBUTION", "generate_district"]
