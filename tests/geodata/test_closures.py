from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from shapely.geometry import Polygon, box

from geodata.closures import OPEN, Closure, ClosureRefused, Closures, Shut, Spell
from geodata.district import District
from geodata.hours import hours_findings

NINE = datetime(2022, 4, 13, 1, tzinfo=UTC)  # 09:00 in Hangzhou
HOUR = timedelta(hours=1)
SQUARE = box(120.2, 30.3, 120.201, 30.301)


def gate(name: str = "c", **more: Any) -> Closure:
    return Closure(id=name, target="gate:gates1", **more)


def test_a_closure_holds_from_its_beginning_until_before_its_end() -> None:
    closures = Closures((gate(since=NINE, until=NINE + HOUR),))
    shut = Shut(gates=frozenset(["gates1"]))
    said = [closures.at(NINE + n * HOUR / 2, "foot") for n in (-1, 0, 1, 2)]
    assert said == [OPEN, shut, shut, OPEN]


@pytest.mark.parametrize(
    ("mode", "permits", "closed"),
    [
        ("van", frozenset(), True),
        ("foot", frozenset(), False),  # another mode
        ("van", frozenset(["medical"]), False),  # holds a permit
        ("van", frozenset(["other"]), True),
    ],
)
def test_a_closure_stops_its_modes_but_not_holders_of_its_permits(
    mode: str, permits: frozenset[str], closed: object
) -> None:
    closures = Closures((gate(modes=frozenset(["van"]), permits=frozenset(["medical"])),))
    assert bool(closures.at(NINE, mode, permits)) == closed


def test_the_same_instant_counts_in_whatever_zone_it_is_said() -> None:
    closures = Closures((gate(since=NINE.astimezone(ZoneInfo("Asia/Shanghai"))),))
    assert closures.at(NINE, "foot").gates
    assert not closures.at(NINE - timedelta(seconds=1), "foot").gates


def test_history_joins_what_meets_and_names_the_closures() -> None:
    day = (NINE, NINE + 6 * HOUR)
    closures = Closures(
        (
            gate("a", since=NINE + HOUR, until=NINE + 3 * HOUR),
            gate("b", since=NINE + 2 * HOUR, until=NINE + 4 * HOUR),
            Closure(id="w", target="way:ways1", since=NINE + 5 * HOUR),
        )
    )
    assert closures.history("gate:gates1", *day) == (
        Spell(since=NINE, until=NINE + HOUR),
        Spell(since=NINE + HOUR, until=NINE + 2 * HOUR, closures=("a",)),
        Spell(since=NINE + 2 * HOUR, until=NINE + 3 * HOUR, closures=("a", "b")),
        Spell(since=NINE + 3 * HOUR, until=NINE + 4 * HOUR, closures=("b",)),
        Spell(since=NINE + 4 * HOUR, until=NINE + 6 * HOUR),
    )
    assert closures.changes(*day) == tuple(NINE + n * HOUR for n in (1, 2, 3, 4, 5))
    assert [s.closed for s in closures.history("way:ways1", *day)] == [False, True]
    assert not closures.history("gate:gates9", *day)[0].closed


def test_a_gate_is_shut_outside_its_hours_by_its_own_clock(sketch: Any) -> None:
    district = sketch(
        ways=[([(0, 0), (100, 0)], {})],
        gates=[((50, 0), {"hours": "06:00-22:00"}), ((60, 0), {"hours": "now and then!"})],
    )
    closures = Closures().within(district)
    assert closures.at(NINE, "foot") == OPEN
    night = NINE + 14 * HOUR
    assert closures.at(night, "foot").gates == {"gates1"}
    spells = closures.history("gate:gates1", NINE, NINE + 24 * HOUR)
    assert [(s.since, s.hours) for s in spells] == [
        (NINE, False),
        (NINE + 13 * HOUR, True),
        (NINE + 21 * HOUR, False),
    ]
    assert [(f.code, f.place) for f in hours_findings(district)] == [
        ("gate.hours-unreadable", "gates2")
    ]


def test_a_way_is_shut_outside_its_hours(sketch: Any) -> None:
    district = sketch(
        ways=[([(0, 0), (100, 0)], {"hours": "06:00-22:00"}), ([(0, 0), (0, 9)], {"hours": "?"})]
    )
    closures = Closures().within(district)
    assert closures.at(NINE, "foot") == OPEN
    assert closures.at(NINE + 14 * HOUR, "foot") == Shut(ways=frozenset(["ways1"]))
    spells = closures.history("way:ways1", NINE, NINE + 24 * HOUR)
    assert [(s.since, s.hours) for s in spells] == [
        (NINE, False),
        (NINE + 13 * HOUR, True),
        (NINE + 21 * HOUR, False),
    ]
    (finding,) = hours_findings(district)
    assert (finding.code, finding.place) == ("way.hours-unreadable", "ways2")
    assert finding.facts == {"hours": "?", "position": 1}


def test_an_area_named_by_id_takes_the_shape_of_the_compound(small: District) -> None:
    compound = small.compounds.iloc[0]
    closures = Closures((Closure(id="z", target=f"area:{compound['id']}"),)).within(small)
    assert closures.at(NINE, "foot").areas == (compound.geometry,)


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ({"since": NINE, "until": NINE - HOUR}, "map.closure-ends-early"),
        ({"since": NINE, "until": NINE}, "map.closure-ends-early"),  # no time at all
        ({"since": datetime(2022, 4, 13, 9)}, "map.time-naive"),  # noqa: DTZ001
        ({"modes": frozenset(["camel"])}, "map.closure-mode-unknown"),
        ({"target": "river:1"}, "map.closure-target"),
        ({"target": "gate:"}, "map.closure-target"),
        ({"target": "area"}, "map.area-shapeless"),
        ({"target": "gate:g", "shape": SQUARE}, "map.shape-unwanted"),
        ({"target": "area", "shape": box(30.3, 120.2, 30.4, 120.3)}, "map.area-off-the-earth"),
        (
            {"target": "area", "shape": Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])},
            "map.area-crosses-itself",
        ),
        ({"target": "area", "shape": Polygon()}, "map.area-no-polygon"),
    ],
)
def test_a_closure_that_cannot_be_is_refused_with_a_mend(made: dict[str, Any], code: str) -> None:
    with pytest.raises(ClosureRefused) as refused:
        Closure(**{"id": "c", "target": "gate:g"} | made)
    assert refused.value.code == code
    assert refused.value.facts["closure"] == "c"
    assert refused.value.facts["mend"]


@pytest.mark.parametrize("target", ["gate:nowhere", "way:nowhere", "area:nowhere"])
def test_a_closure_of_an_unknown_place_is_refused(small: District, target: str) -> None:
    with pytest.raises(ClosureRefused, match="unknown"):
        Closures((Closure(id="c", target=target),)).within(small)


def test_two_closures_of_one_id_are_refused() -> None:
    with pytest.raises(ClosureRefused, match="repeated"):
        Closures((gate(), gate()))


def test_spans_that_end_early_and_naive_instants_are_refused() -> None:
    with pytest.raises(ClosureRefused, match="span-ends-early"):
        Closures().changes(NINE, NINE - HOUR)
    with pytest.raises(ClosureRefused, match="time-naive"):
        Closures().at(datetime(2022, 4, 13), "foot")  # noqa: DTZ001


def test_what_is_closed_has_one_digest_whatever_the_order() -> None:
    other = box(120.3, 30.3, 120.301, 30.301)
    a = Shut(gates=frozenset("ab"), areas=(SQUARE, other))
    b = Shut(gates=frozenset("ba"), areas=(other, SQUARE))
    assert a.digest == b.digest != OPEN.digest
    assert (a | OPEN) == a
    assert not OPEN
