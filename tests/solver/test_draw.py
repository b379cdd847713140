"""Drawings of plans: well-formed, complete, readable without colour, the same every time."""

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from solver.draw import draw_routes
from solver.gantt import draw_shifts
from solver.model import Model
from solver.plan import Unassigned
from solver.positions import fitted, positions_of
from solver.result import Result
from solver.svg import Drawing, clock, shortened, steps_between, style_of

SVG = "{http://www.w3.org/2000/svg}"


def read(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  our own


def texts(svg: str) -> list[str]:
    return [text.text or "" for text in read(svg).iter(f"{SVG}text")]


@pytest.fixture(scope="module")
def result() -> Result:
    model = Model(separation=300)
    depot = model.add_depot(x=0, y=0)
    model.add_vehicle_type(
        num_available=2, capacity=4, reload_depots=[depot], max_reloads=3, reload_duration=60,
        name="<b> & bike",
    )  # fmt: skip
    slot = model.add_place("slot <1>", closed=[(4000, 4600)])
    for n in range(6):
        model.add_client(
            x=100 * n, y=300, delivery=2, service_duration=120, place=slot if n < 3 else None
        )
    return model.solve(steps=40, display=False)


def test_every_trip_has_its_number_and_every_stop_its_id(result: Result) -> None:
    shown = texts(result.draw())
    for tour in result.routes():
        for trip in range(len(tour.trips)):
            label = f"{tour.vehicle}·{trip + 1}" if len(tour.trips) > 1 else str(tour.vehicle)
            assert label in shown
        for visit in tour.visits():
            assert str(visit) in shown


def test_names_cannot_break_out_of_a_drawing(result: Result) -> None:
    for svg in (result.draw(), result.draw_shifts()):
        assert "<b>" not in svg
        assert "slot <1>" not in svg
    assert any("<b> & bike" in words for words in texts(result.draw()))


def test_routes_differ_without_colour() -> None:
    styles = [style_of(n) for n in range(35)]
    assert len(set(styles)) == 35
    assert len({dash for _, dash in styles[:5]}) == 5


def test_what_is_left_out_is_crossed_and_counted(result: Result) -> None:
    plan = replace(
        result.plan,
        routes=(),
        unassigned=(
            Unassigned(id=4, type="job", location=4, code="no-time-left", facts={}, proven=False),
        ),
    )
    shown = texts(draw_routes(result.problem, plan))
    assert "left out (1)" in shown
    assert "4" in shown
    assert "未排入 (1)" in texts(draw_routes(result.problem, plan, language="zh"))


def test_coordinates_are_kept_to_scale_and_north_is_up() -> None:
    at = fitted([(0.0, 0.0), (200.0, 0.0), (0.0, 100.0)], 10, 10, 400, 400)
    (x0, y0), (x1, y1), (x2, y2) = at
    assert x1 - x0 == pytest.approx(2 * (y0 - y2))
    assert (y0, x0) == (y1, x2)
    assert fitted([], 0, 0, 1, 1) == ()
    assert fitted([(5.0, 5.0)] * 2, 0, 0, 10, 10)[0] == (5.0, 5.0)  # all at one spot: the middle


def test_positions_are_guessed_as_far_apart_as_travel(good: Any, result: Result) -> None:
    at = np.array(positions_of(result.problem))
    apart = np.hypot(*(at[:, None] - at[None, :]).transpose(2, 0, 1))
    assert apart == pytest.approx(result.problem.matrices["car"].distance_m, abs=2.0)
    street = np.array(positions_of(good.problem))
    assert np.ptp(street[:, 1]) == pytest.approx(0, abs=1e-6)  # a street is a line
    assert positions_of(good.problem) == positions_of(good.problem)


def test_a_rich_plan_is_drawn_with_breaks_and_errands(good: Any) -> None:
    shifts = draw_shifts(good.problem, good.plan)
    assert "url(#hatch-break)" in shifts
    assert "url(#hatch-load)" in shifts
    assert {"loading", "travel", "service", "waiting", "break"} <= set(texts(shifts))
    shown = texts(shifts)
    assert "slot-1" in shown
    assert "8:00" in shown
    assert "9:00" in shown
    read(draw_routes(good.problem, good.plan, language="zh"))


def test_bars_lie_where_the_steps_are(good: Any) -> None:
    bars = [
        (bar.find(f"{SVG}title"), float(bar.attrib["x"]), float(bar.attrib["width"]))
        for bar in read(draw_shifts(good.problem, good.plan)).findall(f"{SVG}rect")
        if "x" in bar.attrib
    ]
    begun = {hint.text: x for hint, x, _ in bars if hint is not None}
    assert begun["job 12 8:15"] < begun["job 13 8:26"] < begun["break 1 10:00"]
    assert all(width >= 0 for _, _, width in bars)


def test_closed_times_of_a_slot_are_hatched(result: Result) -> None:
    svg = result.draw_shifts()
    assert "Drop slots: who is there when" in texts(svg)
    slot = replace(result.problem.places[0], closed=())
    open_all_day = replace(result.problem, places=(slot,))
    one_courier = draw_shifts(open_all_day, replace(result.plan, routes=result.plan.routes[:1]))
    assert "Drop slots: who is there when" not in texts(one_courier)


def test_many_routes_and_slots_are_counted_where_they_do_not_fit(result: Result) -> None:
    route = result.plan.routes[0]
    many = tuple(replace(route, vehicle=n % 2 + 1) for n in range(80))
    plan = replace(result.plan, routes=many)
    assert "… and 20 more" in texts(draw_shifts(result.problem, plan))
    assert "… and 54 more" in texts(draw_routes(result.problem, plan))


def test_an_empty_plan_is_a_picture_too(result: Result) -> None:
    nothing = replace(result.plan, routes=(), unassigned=())
    for draw in (draw_routes, draw_shifts):
        assert read(draw(result.problem, nothing)).tag == f"{SVG}svg"


def test_a_picture_asks_nobody_for_anything(result: Result) -> None:
    for svg in (result.draw(), result.draw_shifts()):
        assert "href" not in svg
        assert "<script" not in svg
        assert svg == svg.strip() + "\n"
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_the_same_plan_gives_the_same_picture(result: Result) -> None:
    assert result.draw() == result.draw()
    assert result.draw_shifts() == result.draw_shifts()
    assert result._repr_svg_() == result.draw()


@pytest.mark.parametrize(
    ("least", "most", "ticks"),
    [
        (3, 9, [3, 4, 5, 6, 7, 8, 9, 10]),
        (0, 100, [0, 20, 40, 60, 80, 100, 120]),
        (95, 95, [95, 96]),  # one point still has an axis
        (0, 1000, [0, 200, 400, 600, 800, 1000, 1200]),
        (12, 47, [10, 15, 20, 25, 30, 35, 40, 45, 50]),
    ],
)
def test_axes_have_round_numbers(least: int, most: int, ticks: list[int]) -> None:
    assert steps_between(least, most, 8) == ticks


def test_words_are_cut_to_their_column() -> None:
    assert shortened("short", 100, 12) == "short"
    assert shortened("a very long name of a courier", 60, 12).endswith("…")
    assert shortened("配送员配送员配送员", 40, 12) == "配送员…"
    assert clock(9 * 3600 + 5 * 60) == "9:05"


def test_a_drawing_says_what_it_shows() -> None:
    drawing = Drawing(10, 10, "a <title>")
    assert read(drawing.svg()).findtext(f"{SVG}title") == "a <title>"
