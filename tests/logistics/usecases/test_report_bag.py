"""What households report of their bags: kept once, disputed, answered once."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DatabaseError

from geodata.district import MapPlace
from logistics.domain.bag_reports import (
    ReportAnswered,
    ReportBagUnknown,
    ReportKind,
    ReportLineUnknown,
    ReportNext,
    ReportNoteTooLong,
    ReportOfNothing,
    ReportTooMuch,
)
from logistics.domain.catalogue import UnitUnknownForItem
from logistics.domain.photos import PhotoUnknown
from logistics.domain.setup import (
    DistrictSetup,
    ItemSetup,
    MarketSetup,
    OfferSetup,
    PointSetup,
    Policy,
    Setup,
)
from logistics.store import bag_reports, photos, places
from logistics.store import tables as t
from logistics.store.session import Database
from logistics.usecases.create_run import create_run
from logistics.usecases.record_scans import BagsNotOut
from logistics.usecases.report_bag import Told, answer_report, report_bag
from logistics.usecases.set_up import set_up
from logistics.usecases.take_list import take_list

AT = datetime(2026, 4, 13, 6, tzinfo=UTC)
SPOT = {"lon": 120.2, "lat": 30.3, "name_zh": "处", "name_en": "spot"}
MINE, OTHER = "KX-01-01-1-101", "KX-01-01-1-102"


class Day:
    """A released run in which two households have a bag each."""

    def __init__(self, database: Database) -> None:
        self.database = database
        ground = [
            MapPlace(id="c1", kind="compound", parent_id=None, code="KX-01", **SPOT),
            MapPlace(id="b1", kind="building", parent_id="c1", code="KX-01-01", levels=2, **SPOT),
            MapPlace(id="s1", kind="stairwell", parent_id="b1", code="KX-01-01-1", **SPOT),
        ]
        potato = ItemSetup(
            name_zh="土豆", name_en="potato", base="g", default_unit="斤", units={},
            weight_mg=1000, volume_ul=1500, category="vegetable", cold=False,
            household_limit=10_000,
        )  # fmt: skip
        setup = Setup(
            policy=Policy(),
            points=(PointSetup(code="P1", depot=True, **SPOT),),
            markets=(MarketSetup(code="M1", opens=time(5), closes=time(18), **SPOT),),
            items=(potato,),
            offers=(OfferSetup(market_code="M1", item="土豆", case_base=5000, price_fen=1800),),
        )
        head = DistrictSetup(name="Kaixuan", folder="/nowhere", synthetic=True)
        with database.transaction() as session:
            set_up(session, head, setup, ground, actor="test", at=AT)
            run = create_run(
                session, "Kaixuan", AT.date(), 1, cutoff_at=AT + timedelta(hours=1),
                actor="test", at=AT,
            )  # fmt: skip
            self.run, self.lines = run.code, {}
            point = places.by_code(session, run.district_id, "P1")
            for number, code in enumerate((MINE, OTHER), start=1):
                taken = take_list(
                    session, run.id, code, [], text="土豆2斤", channel="link", actor="test", at=AT
                )
                self.lines[code] = taken.lines[0].id
                home = places.household_by_code(session, code)
                session.execute(insert(t.bag).values(
                    id=f"bag_{number}", run_id=run.id, household_id=home.id, point_id=point.id,
                    code=f"00{number}-X", no=number, compartment="ambient", weight_g=1000,
                    volume_ml=1500, state="staged", custodian="point:P1",
                ))  # fmt: skip
            session.execute(update(t.run).values(state="released"))

    def report(self, household: str = MINE, *, at: datetime = AT, **told: object):
        said = Told(**({"kind": ReportKind.MISSING} | told))
        return self.database.run(
            lambda s: report_bag(s, self.run, household, said, channel="link", actor="test", at=at)
        )

    def count(self) -> int:
        with self.database.read() as session:
            return len(session.execute(select(t.bag_report.c.id)).all())

    def photo(self, household: str) -> str:
        def keep(session):
            home = places.household_by_code(session, household)
            return photos.add(
                session, b"jpeg", width=1, height=1, district_id=home.district_id,
                household_id=home.id, actor="test", at=AT,
            ).id  # fmt: skip

        return self.database.run(keep)


@pytest.fixture
def day(database: Database) -> Day:
    return Day(database)


@pytest.mark.parametrize(
    ("kind", "follows"),
    [
        (ReportKind.MISSING, ReportNext.LOOK),
        (ReportKind.DAMAGED, ReportNext.REFUND),
        (ReportKind.WRONG, ReportNext.EXCHANGE),
    ],
)
def test_a_report_has_its_next_action_and_disputes_the_bag(day: Day, kind, follows) -> None:
    made = day.report(kind=kind, bag="001-X")
    assert (made.state, made.now, made.bag_code) == ("open", follows, "001-X")
    with day.database.read() as session:
        states = dict(session.execute(select(t.bag.c.code, t.bag.c.state)).all())
    assert states == {"001-X": "disputed", "002-X": "staged"}


def test_how_much_of_a_line_is_kept_in_base_units(day: Day) -> None:
    made = day.report(line=day.lines[MINE], quantity="半", unit="斤", note="  发芽了 ")
    assert (made.item_zh, made.quantity, made.base, made.note) == ("土豆", 250, "g", "发芽了")


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({}, ReportOfNothing),
        ({"bag": "002-X"}, ReportBagUnknown),  # the neighbour's
        ({"bag": "999-X"}, ReportBagUnknown),
        ({"line": "ln_none"}, ReportLineUnknown),
        ({"line": "mine", "quantity": "3"}, ReportTooMuch),  # two were asked for
        ({"line": "mine", "quantity": "1", "unit": "箱"}, UnitUnknownForItem),
        ({"bag": "001-X", "note": "长" * 501}, ReportNoteTooLong),
        ({"bag": "001-X", "photo": "ph_none"}, PhotoUnknown),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(day: Day, told, refusal) -> None:
    said = told | ({"line": day.lines[MINE]} if told.get("line") == "mine" else {})
    with pytest.raises(refusal):
        day.report(**said)
    assert day.count() == 0


def test_a_neighbours_line_and_photo_are_not_ones_own(day: Day) -> None:
    with pytest.raises(ReportLineUnknown):
        day.report(line=day.lines[OTHER])
    with pytest.raises(PhotoUnknown):
        day.report(bag="001-X", photo=day.photo(OTHER))
    assert day.report(bag="001-X", photo=day.photo(MINE)).photo_id == day.photo(MINE)


def test_nothing_is_reported_of_a_run_that_is_not_out(day: Day) -> None:
    with day.database.transaction() as session:
        session.execute(update(t.run).values(state="packed"))
    with pytest.raises(BagsNotOut):
        day.report(bag="001-X")
    assert day.count() == 0


def test_an_answer_is_said_once_and_again_without_effect(day: Day) -> None:
    made = day.report(bag="001-X")

    def answer(then: ReportNext, note: str = ""):
        return day.database.run(
            lambda s: answer_report(s, made.id, then, note=note, actor="test", at=AT)
        )

    said = answer(ReportNext.BRING, "下午补送")
    assert (said.state, said.now, said.answer.note) == ("answered", ReportNext.BRING, "下午补送")
    assert answer(ReportNext.BRING, " 下午补送 ") == said
    with pytest.raises(ReportAnswered):
        answer(ReportNext.REFUND)


def test_reports_are_read_by_place_and_state(day: Day) -> None:
    first = day.report(bag="001-X")
    second = day.report(OTHER, bag="002-X", at=AT + timedelta(seconds=1))
    day.database.run(lambda s: answer_report(s, first.id, ReportNext.REFUND, actor="test", at=AT))
    with day.database.read() as session:
        area = places.district_by_name(session, "Kaixuan")
        stairwell = places.by_code(session, area.id, "KX-01-01-1")

        def ids(**more: object) -> list[str]:
            return [one.id for one in bag_reports.page(session, area.id, **more)]

        assert ids() == [first.id, second.id]
        assert ids(answered=False) == [second.id]
        assert ids(answered=True, places={stairwell.id}) == [first.id]
        assert ids(places={"elsewhere"}) == []
        assert ids(after=first.id) == [second.id]
        assert ids(limit=1) == [first.id]


def test_the_database_lets_nobody_change_a_report(day: Day) -> None:
    day.report(bag="001-X")
    with pytest.raises(DatabaseError, match="append-only"), day.database.transaction() as session:
        session.execute(update(t.bag_report).values(note="never mind"))
