"""A gate closed to one mode but for permit holders: planned, printed, and opened again."""

import io
import re
import shutil
import unicodedata
from datetime import UTC, datetime, time
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pypdf
import pytest
from sqlalchemy import delete, select

from geodata.district import write_district
from geodata.generated import generate_district
from logistics.domain.setup import CourierSetup, PointSetup, Policy
from logistics.exchange.sheets import book_data
from logistics.exchange.texts import SHEET
from logistics.exchange.trip_maps import draw_trips
from logistics.exchange.trip_tracks import lay_book, tracks_of, write_tracks
from logistics.routing.problem import locations, profile
from logistics.routing.travel import matrices
from logistics.store import plans, tables
from logistics.store.session import open_database
from logistics.usecases.close_ground import Wish, close_gate, open_gate
from logistics.usecases.plan_run import plan_run
from logistics.usecases.print_sheets import print_sheets, read_sheets

AT = datetime(2026, 4, 13, 0, tzinfo=UTC)
FONTS = Path(__file__).parents[3] / "api/assets/node_modules/@expo-google-fonts/noto-sans-sc"
GATE, OTHER_GATE, COMPOUND = "SY-01-G1", "SY-01-G3", "SY-01"
"""The way from the point to every stairwell of the compound leads through the gate."""
PERMIT = "防疫通行证"
BAGS = 38
CARRIED_BY_THEM = 2 * (6 + 4)  # trips, and the bags of an e-bike and of a walker
TIME_S = 2.0
STOPPED, HOLDER, WALKER = ("E01", "E02"), "E03", "F01"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Stand in for the other tests' town, where each compound has one open gate."""
    folder = tmp_path_factory.mktemp("gated") / "small"
    district = generate_district("small", seed=20)
    write_district(district, folder)
    return SimpleNamespace(district=district, folder=folder)


def courier(code, mode="ebike", permits=()):
    return CourierSetup(
        code=code, mode=mode, capacity_g=80_000, capacity_ml=400_000,
        capacity_bags=6 if mode == "ebike" else 4, shift_start=time(9), shift_end=time(18),
        max_trips=2, zone_max=2, point_code="P-1", permits=permits,
    )  # fmt: skip


@pytest.fixture(scope="module")
def ground(town):
    """What is set up: a point on the street, and more bags than three of the four carry."""
    site = town.district.sites.set_index("code").loc["SP-1"].geometry
    return {
        "zones": (),
        "policy": Policy(face_weight=0),
        "points": (
            PointSetup(
                code="P-1", name_zh="第一点位", name_en="First point", lon=site.x, lat=site.y,
                depot=True, bays=2,
            ),
        ),
        "couriers": (
            *(courier(code) for code in STOPPED),
            courier(HOLDER, permits=(PERMIT,)),
            courier(WALKER, "foot"),
        ),
    }  # fmt: skip


def packed(database, packed_run, ground):
    """Pack a run with bags for the compound alone."""
    run = packed_run(database, bags=1_000_000, **ground)
    with database.transaction() as session:
        inside = session.scalars(
            select(tables.bag.c.id)
            .join(tables.household, tables.household.c.id == tables.bag.c.household_id)
            .join(tables.place, tables.place.c.id == tables.household.c.stairwell_id)
            .where(tables.place.c.code.startswith(f"{COMPOUND}-"))
            .order_by(tables.bag.c.code)
        ).all()
        kept = inside[:: len(inside) // BAGS][:BAGS]
        session.execute(delete(tables.bag).where(tables.bag.c.id.not_in(kept)))
    return run


def inputs_of(database, run):
    with database.read() as session:
        return plans.inputs_of(session, run)


def close(database, run, *gates):
    wish = Wish(since=AT, modes=("ebike",), permits=(PERMIT,))
    with database.transaction() as session:
        for gate in gates:
            close_gate(session, run.district_id, gate, wish, actor="test", at=AT)


def open_again(database, run, gate):
    with database.transaction() as session:
        open_gate(session, run.district_id, gate, Wish(since=AT), actor="test", at=AT)


def gate_id(town, code):
    return town.district.gates.set_index("code").loc[code, "id"]


@pytest.fixture(scope="module")
def planned_once():
    """Where the planned run is kept, once the first test has made it."""
    return {}


@pytest.fixture
def closed(planned_once, packed_run, migrated_file, tmp_path_factory, ground):
    """A run planned while the gate was closed to e-bikes without the permit: planned once."""
    if not planned_once:
        file = tmp_path_factory.mktemp("closed") / "planned.db"
        shutil.copy(migrated_file, file)
        database = open_database(str(file))
        run = packed(database, packed_run, ground)
        close(database, run, GATE)
        report = plan_run(database, run.id, time_limit_s=TIME_S, actor="test", at=AT)
        assert (report.bags, report.unserved) == (BAGS, 0)
        with database.read() as session:
            book = read_sheets(session, run.id)
        planned_once.update(run=run, book=book, inputs=inputs_of(database, run), file=file)
        database.close()
    return SimpleNamespace(**planned_once)


def hops_of(trip, inputs, travel):
    """Read the durations and distances of a trip's hops out of its courier's matrix."""
    carrier = next(c for c in inputs.carriers if c.code == trip.courier_code)
    matrix = travel[profile(inputs, carrier)]
    codes = {slot.id: slot.code for slot in inputs.slots} | {p.id: p.code for p in inputs.points}
    rows = {codes[spot.place_id]: row for row, spot in enumerate(locations(inputs))}
    visits = [trip.point_code, *(stop.stairwell_code for stop in trip.stops), trip.point_code]
    ways = [(rows[a], rows[b]) for a, b in pairwise(visits)]
    return [(int(matrix.duration_s[way]), int(matrix.distance_m[way])) for way in ways]


def squeezed(text):
    """Forget about line breaks and about forms of characters that fonts alone know."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def test_only_who_may_passes_the_gate_and_all_directions_add_up(closed, town):
    gate = gate_id(town, GATE)
    travel = matrices(closed.inputs, town.district)
    assert set(travel) == {"ebike", f"ebike+{PERMIT}", "foot"}
    assert set(closed.book.couriers()) == {*STOPPED, HOLDER, WALKER}
    ways = lay_book(closed.book, town.district, with_steps=True)
    for trip, track in zip(closed.book.trips, tracks_of(closed.book, ways), strict=True):
        hops = hops_of(trip, closed.inputs, travel)
        assert [(leg.duration_s, leg.distance_m) for leg in track.legs] == hops
        for leg in track.legs:
            assert sum(step.duration_s for step in leg.steps) == leg.duration_s
            assert sum(step.distance_m for step in leg.steps) == leg.distance_m
            assert [step.gate for step in leg.steps if step.gate] == list(leg.gates)
        passed = {gate for leg in track.legs for gate in leg.gates}
        assert (gate in passed) == (trip.courier_code not in STOPPED), trip.code
        assert gate_id(town, OTHER_GATE) in passed or trip.courier_code not in STOPPED


def test_the_clock_of_a_sheet_leaves_time_for_each_hop(closed, town):
    travel = matrices(closed.inputs, town.district)
    for trip in closed.book.trips:
        first, *between, last = (seconds for seconds, _ in hops_of(trip, closed.inputs, travel))
        assert trip.stops[0].arrival_s - trip.departs_s == first
        assert trip.returns_s - trip.stops[-1].leave_s == last
        for (a, b), seconds in zip(pairwise(trip.stops), between, strict=True):
            assert b.arrival_s - a.leave_s >= seconds


def spoken(town, language):
    """Names of the gates without their compound's, as directions say them on the way out."""
    gates = town.district.gates
    short = gates[f"name_{language}"].str.removeprefix("和平里").str.removeprefix("Heping Li, ")
    return {mark: squeezed(name) for mark, name in zip(gates["id"], short, strict=True)}


@pytest.mark.parametrize(
    ("language", "metres", "passing"),
    [("zh", "{}米", "[进出](和平里)?"), ("en", "{}m", "(in|out)by(the|HepingLi,)")],
    ids=["zh", "en"],
)
def test_paper_names_the_gates_on_the_way_and_warns_of_the_closed(
    closed, town, language, metres, passing
):
    sheets = print_sheets(
        closed.book, font_paths=[FONTS / "400Regular", FONTS / "700Bold"], language=language
    )
    paper = {
        code: squeezed("".join(page.extract_text() for page in pypdf.PdfReader(file).pages))
        for code, file in ((code, io.BytesIO(pdf)) for code, pdf in sheets.by_courier.items())
    }
    drawings = draw_trips(closed.book, town.district, language=language)
    pages = book_data(closed.book, drawings, language=language, separation_s=600)["trips"]
    ways = lay_book(closed.book, town.district, with_steps=True)
    tracks = tracks_of(closed.book, ways)
    travel = matrices(closed.inputs, town.district)
    names = spoken(town, language)
    told, warned = dict.fromkeys(paper, 0), dict.fromkeys(paper, 0)
    for trip, page, track in zip(closed.book.trips, pages, tracks, strict=True):
        said = [squeezed(way) for way in (*(s["way"] for s in page["stops"]), page["home"])]
        hops = hops_of(trip, closed.inputs, travel)
        for way, leg, (_, distance_m) in zip(said, track.legs, hops, strict=True):
            assert way.startswith(metres.format(distance_m))
            assert way in paper[trip.courier_code]
            assert [mark for mark, name in names.items() if name in way] == sorted(leg.gates)
            told[trip.courier_code] += way.count(names[gate_id(town, GATE)])
        warned[trip.courier_code] += squeezed(page["closed"]).count(names[gate_id(town, GATE)])
    for code, text in paper.items():
        assert bool(warned[code]) == (code in STOPPED)
        assert bool(told[code]) == (code not in STOPPED)
        assert len(re.findall(passing + names[gate_id(town, GATE)], text)) == told[code]


def test_paper_printed_after_a_further_closure_sends_nobody_to_a_closed_gate(
    closed, planned_once, town, tmp_path
):
    shutil.copy(planned_once["file"], tmp_path / "further.db")
    database = open_database(str(tmp_path / "further.db"))
    close(database, closed.run, OTHER_GATE)
    with database.read() as session:
        book = read_sheets(session, closed.run.id)
    database.close()
    for language in ("zh", "en"):
        none = SHEET[language]["no_way"]
        drawings = draw_trips(book, town.district, language=language)
        for trip in book.trips:
            drawn = drawings[trip.code]
            assert all(drawn.ways)
            assert (drawn.ways[0] == drawn.home == none) == (trip.courier_code in STOPPED)
    for kind in ("geojson", "gpx", "kml"):
        text = write_tracks(book, lay_book(book, town.district), kind, language="zh")
        assert all(trip.code in text for trip in book.trips)


def test_after_opening_again_all_is_as_it_was(sqlite_database, packed_run, town, ground):
    run = packed(sqlite_database, packed_run, ground)
    before = inputs_of(sqlite_database, run)
    close(sqlite_database, run, GATE)
    shut = inputs_of(sqlite_database, run)
    open_again(sqlite_database, run, GATE)
    after = inputs_of(sqlite_database, run)
    assert before.digest() == after.digest() != shut.digest()
    was, round_about, becomes = (matrices(one, town.district) for one in (before, shut, after))
    assert set(was) == set(becomes) == {"ebike", "foot"}
    for kind, matrix in was.items():
        np.testing.assert_array_equal(matrix.duration_s, becomes[kind].duration_s)
        np.testing.assert_array_equal(matrix.distance_m, becomes[kind].distance_m)
    np.testing.assert_array_equal(
        round_about[f"ebike+{PERMIT}"].duration_s, was["ebike"].duration_s
    )
    np.testing.assert_array_equal(round_about["foot"].duration_s, was["foot"].duration_s)
    assert (round_about["ebike"].duration_s[0, 1:] > was["ebike"].duration_s[0, 1:]).all()


def test_with_every_gate_closed_to_them_the_others_bring_what_they_can(
    sqlite_database, packed_run, town, ground
):
    run = packed(sqlite_database, packed_run, ground)
    close(sqlite_database, run, GATE, OTHER_GATE)
    report = plan_run(sqlite_database, run.id, time_limit_s=TIME_S, actor="test", at=AT)
    with sqlite_database.read() as session:
        book = read_sheets(session, run.id)
        left = plans.unserved_of(session, report.plan.id)
    assert set(book.couriers()) == {HOLDER, WALKER}
    ways = lay_book(book, town.district)
    assert all(leg.duration_s >= 0 for way in ways.values() for leg in way)
    assert report.bags + report.unserved == BAGS
    assert report.bags <= CARRIED_BY_THEM
    assert "unreachable" not in {bag.code for bag in left}
    assert all(bag.next_action for bag in left)
