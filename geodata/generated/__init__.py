"""Districts made up from a seed, for trying things out where no map may be used."""

from geodata.generated.canvas import PREFIX
from geodata.generated.city import MOST_SUBDISTRICTS, generate_city
from geodata.generated.making import SIZES, SYNTHETIC_ATTRIBUTION, generate_district

__all__ = [
    "MOST_SUBDISTRICTS",
    "PREFIX",
    "SIZES",
    "SYNTHETIC_ATTRIBUTION",
    "generate_city",
    "generate_district",
]
