"""What would be if: told from a copy, and nothing is written."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from logistics.domain.planning import next_action
from logistics.domain.what_if import CouriersUnclear, NothingSupposed, away_count, spread
from logistics.exchange.closed_ground import ClosedTo
from logistics.exchange.trip_tracks import lay_book
from logistics.store import places, plans, runs, sheets, tables, zones
from logistics.store.session import open_database
from logistics.usecases.close_ground import Wish as CloseWish
from logistics.usecases.close_ground import close_gate, close_ways, open_gate
from logistics.usecases.plan_run import NoCouriers, PlanStale, plan_run
from logistics.usecases.release_run import release_run
from logistics.usecases.set_zone import set_zone
from logistics.usecases.what_if import NothingPacked, Wish, what_if

AT = datetime(2026, 4, 13, 0, tzinfo=UTC)


def everything(database):
    """All rows of all tables, as they stand."""
    with database.read() as session:
        return {
            table.name: session.execute(select(table).order_by(*table.primary_key)).all()
            for table in tables.metadata.sorted_tables
        }


def compound_of(database, run, *, sealed):
    """A compound with bags and one or more open gates; its gates' codes beside it."""
    with database.read() as session:
        inputs = plans.inputs_of(session, run)
        parents = {p.id: p for p in places.places(session, run.district_id)}
        for slot in inputs.slots:
            compound = parents[parents[slot.id].parent_id].parent_id
            gates = [
                p.code
                for p in parents.values()
                if p.kind == "gate" and p.parent_id == compound and p.open
            ]
            if gates and (slot.zone == 2) is sealed:
                return parents[compound].code, gates
    pytest.fail("the generated district has no such compound")


@pytest.fixture(scope="module")
def planned_once():
    """Where the planned run is kept, once the first test has made it."""
    return {}


@pytest.fixture
def planned(planned_once, packed_run, migrated_file, tmp_path, tmp_path_factory):
    """A database of its own for each test, with one planned run: planned once, then copied."""
    if not planned_once:
        file = tmp_path_factory.mktemp("planned") / "planned.db"
        shutil.copy(migrated_file, file)
        database = open_database(str(file))
        run = packed_run(database, bags=40)
        plan_run(database, run.id, time_limit_s=0.5, actor="test", at=AT)
        database.close()
        planned_once.update(file=file, run=run)
    shutil.copy(planned_once["file"], tmp_path / "own.db")
    database = open_database(str(tmp_path / "own.db"))
    yield database, planned_once["run"]
    database.close()


def test_closing_all_gates_of_a_compound_cuts_it_off_and_writes_nothing(planned):
    database, run = planned
    before = everything(database)
    code, gates = compound_of(database, run, sealed=False)
    found = what_if(database, run.id, Wish(gates=tuple(gates)), plan_again=True, time_limit_s=0.5)
    assert everything(database) == before
    lost = [drop for drop in found.effects.drops if "unreachable" in drop.causes]
    assert lost
    assert all(drop.stairwell.startswith(code) for drop in lost)
    assert {trip for drop in lost for trip in drop.trips} <= {t.trip for t in found.effects.trips}
    bags = sum(drop.bags for drop in lost)
    assert sum(point.unreachable_bags for point in found.effects.points) == bags
    assert found.after.left_out >= bags
    assert found.before.bags + found.before.left_out == 40
    assert found.after.bags + found.after.left_out == 40
    gone = {drop.stairwell for drop in found.moved if not drop.after}
    assert {drop.stairwell for drop in lost if drop.trips} <= gone


def test_a_gate_closed_for_real_brings_what_the_what_if_foretold(planned):
    database, run = planned
    _, gates = compound_of(database, run, sealed=False)
    foretold = what_if(database, run.id, Wish(gates=tuple(gates)))
    lost = sum(point.unreachable_bags for point in foretold.effects.points)
    with database.transaction() as session:
        for gate in gates:
            close_gate(session, run.district_id, gate, CloseWish(since=AT), actor="test", at=AT)
    report = plan_run(database, run.id, time_limit_s=0.5, actor="test", at=AT)
    with database.read() as session:
        left = plans.unserved_of(session, report.plan.id)
    cut_off = [bag for bag in left if bag.code == "unreachable"]
    assert len(cut_off) == lost > 0
    assert {bag.next_action for bag in cut_off} == {next_action("unreachable")}
    with database.transaction() as session:
        for gate in gates:
            open_gate(session, run.district_id, gate, CloseWish(since=AT), actor="test", at=AT)
    report = plan_run(database, run.id, time_limit_s=0.5, actor="test", at=AT)
    with database.read() as session:
        assert not [
            b for b in plans.unserved_of(session, report.plan.id) if b.code == "unreachable"
        ]


def test_a_gate_that_opens_within_the_wave_is_closed_for_all_of_it_and_it_is_told(planned):
    database, run = planned
    _, gates = compound_of(database, run, sealed=False)
    with database.read() as session:
        since, until = plans.inputs_of(session, run).wave
    middle = since + (until - since) / 2
    with database.transaction() as session:
        for gate in gates:
            wish = CloseWish(since=since - timedelta(days=1), until=middle)
            close_gate(session, run.district_id, gate, wish, actor="test", at=AT)
    report = plan_run(database, run.id, time_limit_s=0.5, actor="test", at=AT)
    assert [notice.code for notice in report.notices] == ["plan.closures-change"]
    assert middle.isoformat() in report.notices[0].facts["times"]
    with database.read() as session:
        assert any(b.code == "unreachable" for b in plans.unserved_of(session, report.plan.id))


def test_a_closure_outside_the_wave_changes_nothing_and_makes_no_plan_stale(planned):
    database, run = planned
    _, gates = compound_of(database, run, sealed=False)
    with database.read() as session:
        before = plans.inputs_of(session, run)
    with database.transaction() as session:
        wish = CloseWish(since=before.wave[1], until=None)
        close_gate(session, run.district_id, gates[0], wish, actor="test", at=AT)
    with database.read() as session:
        assert plans.inputs_of(session, run).digest() == before.digest()


def test_a_zone_that_changes_within_the_wave_counts_at_its_strictest(planned):
    database, run = planned
    code, _ = compound_of(database, run, sealed=False)
    with database.read() as session:
        since, until = plans.inputs_of(session, run).wave
    middle = since + (until - since) / 2
    with database.transaction() as session:
        set_zone(session, run.district_id, code, "sealed", since=middle, actor="test", at=AT)
    with database.read() as session:
        inputs = plans.inputs_of(session, run)
    assert inputs.zone_changes == (middle,)
    assert {s.zone for s in inputs.slots if s.code.startswith(f"{code}-")} == {2}


def test_a_supposed_zone_touches_the_drops_in_it_and_no_statement(planned):
    database, run = planned
    before = everything(database)
    code, _ = compound_of(database, run, sealed=False)
    found = what_if(database, run.id, Wish(zones=((code, "sealed"),)))
    assert everything(database) == before
    assert found.effects.drops
    assert all(drop.stairwell.startswith(code) for drop in found.effects.drops)
    assert {(d.zone_before, d.zone_after) for d in found.effects.drops} == {(0, 2)}
    assert {cause for d in found.effects.drops for cause in d.causes} == {"zone"}
    with database.read() as session:
        assert len(zones.book(session, run.district_id).statements) == 1  # of the setup


def test_couriers_that_stay_away_take_their_trips_with_them(planned):
    database, run = planned
    found = what_if(database, run.id, Wish(couriers="-50%"), plan_again=True, time_limit_s=0.5)
    assert len(found.away) == 2
    assert {t.courier for t in found.effects.trips} <= set(found.away)
    assert all(trip.causes == ("courier-away",) for trip in found.effects.trips)
    assert found.after.couriers <= 2
    with pytest.raises(NoCouriers):
        what_if(database, run.id, Wish(couriers="-100%"), plan_again=True)


def test_trips_that_are_over_when_it_begins_are_not_touched(planned):
    database, run = planned
    _, gates = compound_of(database, run, sealed=False)
    with database.read() as session:
        _, until = plans.inputs_of(session, run).wave
    late = what_if(database, run.id, Wish(gates=tuple(gates), since=until + timedelta(hours=9)))
    assert late.effects.trips == ()
    assert [notice.code for notice in late.notices] == ["what-if.outside-the-wave"]


def test_without_a_plan_the_ways_alone_are_compared(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=20)
    _, gates = compound_of(sqlite_database, run, sealed=False)
    found = what_if(sqlite_database, run.id, Wish(gates=tuple(gates)))
    assert (found.plan_id, found.before, found.effects.trips) == (None, None, ())
    assert found.effects.drops


def test_a_what_if_on_postgresql_reads_in_a_transaction_that_cannot_write(
    postgresql_database, packed_run
):
    run = packed_run(postgresql_database, bags=10)
    before = everything(postgresql_database)
    _, gates = compound_of(postgresql_database, run, sealed=False)
    assert what_if(postgresql_database, run.id, Wish(gates=tuple(gates))).effects.drops
    assert everything(postgresql_database) == before


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish(), "what-if.nothing-supposed"),
        (Wish(gates=("G-99",)), "place.unknown"),
        (Wish(ways=("w-none",)), "way.unknown"),
        (Wish(zones=(("C-99", "sealed"),)), "place.unknown"),
        (Wish(couriers="some"), "what-if.couriers"),
        (Wish(couriers="-0"), "what-if.nothing-supposed"),
        (Wish(couriers="-1", modes=("rocket",), gates=()), None),  # no closure, no mode
    ],
)
def test_what_cannot_be_supposed_is_refused(planned, wish, code):
    database, run = planned
    if code is None:
        assert what_if(database, run.id, wish).away
        return
    with pytest.raises(Exception, match=code) as refused:
        what_if(database, run.id, wish)
    assert refused.value.code == code


def test_a_run_without_bags_has_nothing_to_be_touched(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=1)
    with sqlite_database.transaction() as session:
        session.execute(text("DELETE FROM bag"))
        assert runs.get(session, run.id).code == run.code
    with pytest.raises(NothingPacked):
        what_if(sqlite_database, run.id, Wish(couriers="-1"))


@pytest.mark.parametrize(
    ("said", "couriers", "count"),
    [("-20%", 10, 2), ("-20%", 4, 1), ("-1%", 10, 1), ("20%", 7, 1), ("-3", 10, 3), ("-0%", 9, 0)],
)
def test_shares_of_couriers_are_rounded_and_touch_at_least_one(said, couriers, count):
    assert away_count(said, couriers) == count


@pytest.mark.parametrize("said", ["", "+2", "-11", "-120%", "many", "1.5"])
def test_a_share_that_cannot_be_is_refused(said):
    with pytest.raises(CouriersUnclear):
        away_count(said, 10)


def test_the_same_couriers_stay_away_each_time_and_no_point_is_emptied_first(planned):
    database, run = planned
    with database.read() as session:
        carriers = plans.inputs_of(session, run).carriers
    assert [c.code for c in spread(carriers, 2)] == ["E02", "E04"]
    assert spread(carriers[::-1], 2) == spread(carriers, 2)
    assert NothingSupposed().code == "what-if.nothing-supposed"


def test_the_sheets_lead_around_what_is_closed_to_their_courier(sqlite_database, packed_run, town):
    run = packed_run(sqlite_database, bags=30)
    with sqlite_database.transaction() as session:
        wish = CloseWish(since=AT, modes=("ebike",))
        _, gates = compound_of(sqlite_database, run, sealed=False)
        for gate in gates[:1]:
            close_gate(session, run.district_id, gate, wish, actor="test", at=AT)
        way = str(town.district.ways["id"].iloc[0])
        close_ways(session, run.district_id, way, wish, actor="test", at=AT)
    report = plan_run(sqlite_database, run.id, time_limit_s=0.5, actor="test", at=AT)
    with sqlite_database.read() as session:
        book = sheets.book_of(session, report.plan.id, plans.inputs_of(session, run))
    closed_to = ClosedTo(book, town.district)
    shut = {closed_to.shut(trip) for trip in book.trips}
    assert len(shut) == 1
    (closed,) = shut
    code = town.district.gates.set_index("id")["code"]
    assert gates[0] in {code[gate] for gate in closed.gates}
    assert closed.ways == {way}
    for way in lay_book(book, town.district).values():
        assert way
        passed = {gate for leg in way for gate in leg.gates}
        assert not passed & closed.gates


def test_a_released_plan_is_compared_and_stays_released(planned):
    database, run = planned
    with database.transaction() as session:
        release_run(session, run.id, actor="test", at=AT)
    before = everything(database)
    found = what_if(database, run.id, Wish(couriers="-1"), plan_again=True, time_limit_s=0.5)
    assert everything(database) == before
    assert found.before.bags + found.before.left_out == 40
    assert found.after.couriers <= 3


def test_a_gate_closed_after_planning_makes_the_plan_stale(planned):
    database, run = planned
    _, gates = compound_of(database, run, sealed=False)
    with database.transaction() as session:
        close_gate(session, run.district_id, gates[0], CloseWish(since=AT), actor="test", at=AT)
    with pytest.raises(PlanStale), database.transaction() as session:
        release_run(session, run.id, actor="test", at=AT)
