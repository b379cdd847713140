import dataclasses
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import Point, Polygon

from geodata.coordinates import Datum, convert
from geodata.district import District, Finding
from geodata.exchange.finding_maps import findings_page
from geodata.exchange.validation import check_district
from geodata.findings import SEVERITIES, FindingText
from geodata.layers import layer_frame

WORDS = {
    "language": "en",
    "title": "Check",
    "intro": "all",
    "mend": "Mend",
    "no_map": "not drawn",
    "error": "Error",
    "warning": "Warning",
    "note": "Note",
}


def _speak(finding: Finding) -> FindingText:
    return FindingText(message=f"{finding.code} at {finding.place}", mend="mend it")


def _codes(district: District, *, severity: str = "") -> set[str]:
    return {r.code for r in check_district(district) if severity in ("", r.severity)}


def test_a_generated_district_has_no_errors_and_no_warnings(medium: District) -> None:
    assert not [r for r in check_district(medium) if r.severity != "note"]


def test_a_real_district_has_no_errors(helsinki: District) -> None:
    remarks = check_district(helsinki)
    assert not [r for r in remarks if r.severity == "error"]
    assert {"map.relation-broken", "ways.island"} <= {r.code for r in remarks}
    assert all(r.place for r in remarks)
    placed = {"stairwell.derived", "map.way-clipped", "map.outline-clipped", "compound.derived"}
    told = [r for r in remarks if r.code in placed]
    assert all(r.lon is not None and r.lat is not None for r in told)
    broken = [r for r in remarks if r.code == "map.relation-broken"]
    assert any(r.lon is not None for r in broken)  # near those of its ways that are there


def _twice_coded(d: District) -> dict[str, Any]:
    return {"gates": d.gates.assign(code="same")}


def _door_away(d: District) -> dict[str, Any]:
    wells = d.stairwells.copy()
    spot = wells.geometry[0]
    wells.loc[0, "geometry"] = Point(spot.x + 1e-3, spot.y)
    return {"stairwells": wells}


def _no_doors(d: District) -> dict[str, Any]:
    first = d.stairwells["building_id"].iloc[0]
    return {
        "stairwells": d.stairwells[d.stairwells["building_id"] != first].reset_index(drop=True)
    }


def _gate_away(d: District) -> dict[str, Any]:
    gates = d.gates.copy()
    gates.loc[0, "geometry"] = Point(gates.geometry[0].x + 3e-5, gates.geometry[0].y + 3e-5)
    return {"gates": gates}


def _all_closed(d: District) -> dict[str, Any]:
    return {"gates": d.gates.assign(open=False)}


def _no_gates(_d: District) -> dict[str, Any]:
    return {"gates": layer_frame("gates", [])}


def _odd_hours(d: District) -> dict[str, Any]:
    return {"gates": d.gates.assign(hours="when it rains")}


def _odd_way_hours(d: District) -> dict[str, Any]:
    return {"ways": d.ways.assign(hours="when it rains")}


def _no_ways(_d: District) -> dict[str, Any]:
    return {"ways": layer_frame("ways", [])}


def _crossed(d: District) -> dict[str, Any]:
    houses = d.buildings.copy()
    west, south, east, north = houses.geometry[0].bounds
    houses.loc[0, "geometry"] = Polygon(
        [(west, south), (east, north), (east, south), (west, north)]
    )
    return {"buildings": houses}


def _off_earth(_d: District) -> dict[str, Any]:
    sites = {"id": "s", "kind": "point", "code": "P", "name_zh": "", "name_en": ""}
    return {"sites": layer_frame("sites", [sites | {"geometry": Point(30, 120)}])}


def _drawn_twice(d: District) -> dict[str, Any]:
    rows = d.buildings[d.buildings["dwelling"]].to_dict("records")
    again = [*d.buildings.to_dict("records"), rows[0] | {"id": "again", "code": "again"}]
    return {"buildings": layer_frame("buildings", again)}


def _island(d: District) -> dict[str, Any]:
    rows = d.ways.to_dict("records")
    far = shapely.transform(rows[0]["geometry"], lambda xy: xy + 0.01)
    line = shapely.segmentize(far, far.length / 3)
    return {"ways": layer_frame("ways", [*rows, rows[0] | {"id": "far", "geometry": line}])}


def _shifted_doors(d: District) -> dict[str, Any]:
    def move(spots: Any) -> Any:
        return np.column_stack(convert(spots[:, 0], spots[:, 1], Datum.WGS84, Datum.GCJ02))

    moved = shapely.transform(d.stairwells.geometry.to_numpy(), move)
    return {"stairwells": d.stairwells.assign(geometry=moved)}


@pytest.mark.parametrize(
    ("spoil", "code", "severity"),
    [
        (_twice_coded, "code.repeated", "error"),  # a code on paper has to mean one gate
        (_door_away, "stairwell.apart", "warning"),  # a door in the street
        (_no_doors, "building.without-stairwell", "warning"),  # nowhere to bring lists
        (_gate_away, "gate.apart", "warning"),  # nobody passes it
        (_all_closed, "compound.closed", "warning"),  # nobody gets in
        (_no_gates, "compound.without-gate", "warning"),  # walls all around
        (_odd_hours, "gate.hours-unreadable", "error"),  # nobody knows when
        (_odd_way_hours, "way.hours-unreadable", "error"),
        (_no_ways, "ways.none", "error"),  # no way at all
        (_crossed, "geometry.invalid", "error"),  # crosses itself
        (_off_earth, "geometry.out-of-range", "error"),  # exchanged, with nothing to compare
        (_drawn_twice, "building.twice", "warning"),  # two houses in one place
        (_island, "ways.island", "warning"),  # joins nothing
        (_shifted_doors, "layers.datum-mixed", "error"),  # GCJ-02 among WGS 84
    ],
)
def test_what_does_not_fit_is_found_with_its_place(
    small: District, spoil: Callable[[District], dict[str, Any]], code: str, severity: str
) -> None:
    assert code not in _codes(small)
    spoilt = dataclasses.replace(small, **spoil(small))
    (remark, *_) = [r for r in check_district(spoilt) if r.code == code]
    assert remark.severity == severity
    assert remark.place
    if code not in ("ways.none", "geometry.out-of-range"):
        west, south, east, north = spoilt.ways.total_bounds
        assert remark.lon is not None
        assert remark.lat is not None
        assert west - 0.02 <= remark.lon <= east + 0.02
        assert south - 0.02 <= remark.lat <= north + 0.02


def test_errors_come_first(small: District) -> None:
    spoilt = dataclasses.replace(small, **_twice_coded(small))
    order = [SEVERITIES.index(r.severity) for r in check_district(spoilt)]
    assert order == sorted(order)
    assert order[0] == 0


def test_a_page_draws_each_finding_and_names_the_source(helsinki: District) -> None:
    remarks = check_district(helsinki)
    page = findings_page(helsinki, remarks, words=WORDS, speak=_speak)
    assert page.count("<article") == len(remarks)
    drawings = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(drawings) > 20
    for drawing in drawings:
        root = ET.fromstring(drawing)  # noqa: S314  our own drawing
        assert root.findall(".//path[@fill='#c9c4bc']") or root.findall(".//path[@fill='none']")
    assert "OpenStreetMap" in page
    assert "not drawn" in page  # there are hundreds of derived doors


def test_a_page_escapes_what_a_map_says(small: District) -> None:
    spot = small.bounds()
    finding = Finding(
        code="map.id-repeated",
        place='"><script>alert(1)</script>',
        lon=spot[0],
        lat=spot[1],
    )
    text = FindingText(message="<i>alert</i>", mend="<u>&")
    page = findings_page(small, [finding], words=WORDS, speak=lambda _: text)
    assert not {"<script>", "<i>", "<u>", '"">'} & set(re.findall(r'<\w+>|"">', page))
    assert "&lt;u&gt;&amp;" in page


def test_findings_of_the_import_are_placed_where_their_place_is(small: District) -> None:
    mark = str(small.gates["id"].iloc[0])
    told = (Finding(code="map.id-repeated", place=mark),)
    spoilt = dataclasses.replace(small, findings=told)
    (remark,) = [r for r in check_district(spoilt) if r.code == "map.id-repeated"]
    spot = small.gates.geometry.iloc[0]
    assert (remark.lon, remark.lat) == pytest.approx((spot.x, spot.y))
