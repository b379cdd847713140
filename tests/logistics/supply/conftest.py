"""A small district with markets, goods and households, written straight into the tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from logistics.domain.procurement import Received
from logistics.domain.runs import Run
from logistics.store import orders, tables
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.finish_receiving import finish_receiving
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.place_orders import place_orders
from logistics.usecases.receive_goods import receive_goods
from logistics.usecases.share_out import share_out

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
WHO = {"actor": "cli", "at": AT}
# id: base, weight of a base unit in mg, volume in µl, category, cold, class, units
GOODS = {
    "cabbage": ("g", 1000, 2500, "vegetable", False, "leaf", {}),
    "spinach": ("g", 1000, 4000, "vegetable", False, "leaf", {}),
    "eggs": ("piece", 55_000, 90_000, "egg", False, None, {"个": 1, "板": 30}),
    "rice": ("g", 1000, 1200, "staple", False, None, {"袋": 10_000}),
    "milk": ("ml", 1030, 1000, "dairy", True, None, {"盒": 1000}),
    "bleach": ("ml", 1050, 1000, "cleaning", False, None, {"瓶": 500}),
    "formula": ("g", 1000, 2000, "infant", False, "formula", {"罐": 800}),
    "formula2": ("g", 1000, 2000, "infant", False, "formula", {"罐": 800}),
    "caviar": ("g", 1000, 1000, "seafood", True, None, {}),
}
UNITS = {"g": "g", "ml": "ml", "piece": "个"}


@dataclass(slots=True)
class Supplies:
    """Builds rows and walks a run."""

    session: Session
    lists: int = 0
    keys: int = 0
    run: Run | None = None
    codes: list[str] = field(default_factory=list)

    def area(
        self, households: int = 4, offers: Sequence[tuple[str, str, int, int, int | None]] = ()
    ) -> None:
        s = self.session
        s.execute(insert(tables.district).values(
            id="d", name="test", folder="d", attribution="", synthetic=True, source_digest="",
            zone_name="Asia/Shanghai", policy={}, created_at=AT))  # fmt: skip

        def place(id_: str, kind: str, **more: object) -> dict[str, object]:
            row = {"id": id_, "district_id": "d", "parent_id": None, "kind": kind, "code": id_,
                   "name_zh": id_, "name_en": id_, "lon": 0.0, "lat": 0.0, "levels": 6,
                   "open": True, "note": "", "depot": False, "point_id": None}  # fmt: skip
            return row | more

        s.execute(insert(tables.place), [
            place("P1", "point", depot=True), place("P2", "point"), place("M1", "market"),
            place("M2", "market")])  # fmt: skip
        s.execute(insert(tables.place), [
            place("KX-01-1", "stairwell", point_id="P1"),
            place("KX-02-1", "stairwell", point_id="P2")])  # fmt: skip
        self.codes = [f"KX-0{n % 2 + 1}-1-{n:04d}" for n in range(households)]
        s.execute(insert(tables.household), [
            {"id": code, "district_id": "d", "stairwell_id": code[:7], "code": code,
             "room": code[-3:], "persons": 3, "need_tier": 0 if n == 0 else 2}
            for n, code in enumerate(self.codes)])  # fmt: skip
        s.execute(insert(tables.item), [
            {"id": id_, "name_zh": f"{id_}货", "name_en": f"{id_} en", "base": base,
             "default_unit": UNITS[base], "weight_mg": mg, "volume_ul": ul, "category": category,
             "cold": cold, "household_limit": 10**9, "substitute_class": kind}
            for id_, (base, mg, ul, category, cold, kind, _) in GOODS.items()])  # fmt: skip
        s.execute(insert(tables.item_unit), [
            {"item_id": id_, "unit": unit, "base_count": count}
            for id_, good in GOODS.items() for unit, count in good[6].items()])  # fmt: skip
        s.execute(insert(tables.offer), [
            {"market_id": m, "item_id": i, "case_base": c, "price_fen": p, "stock_cases": n}
            for m, i, c, p, n in offers or [
                ("M1", id_, 500 if good[0] != "piece" else 30, 400, None)
                for id_, good in GOODS.items() if id_ != "caviar"]])  # fmt: skip
        self.run = create_run(s, "test", date(2022, 4, 13), 1, cutoff_at=AT, **WHO)

    def ask(
        self,
        household: int,
        *lines: tuple[str, int] | tuple[str, int, str],
        substitution: str = "class",
        state: str = "accepted",
    ) -> list[str]:
        """Write a list; lines are item, base units, and unit if not the base."""
        assert self.run is not None
        self.lists += 1
        list_id = f"l{self.lists:05d}"
        self.session.execute(insert(tables.household_list).values(
            id=list_id, run_id=self.run.id, household_id=self.codes[household], client_ref=None,
            channel="cli", state=state, note="", said="", version=1, created_at=AT,
            updated_at=AT))  # fmt: skip
        rows = [
            {"id": f"{list_id}-{n}", "list_id": list_id, "no": n, "item_id": line[0],
             "quantity": line[1], "unit": line[2] if len(line) > 2 else UNITS[GOODS[line[0]][0]],
             "said": "", "substitution": substitution, "version": 1}
            for n, line in enumerate(lines, start=1)]  # fmt: skip
        if rows:
            self.session.execute(insert(tables.order_line), rows)
        return [str(row["id"]) for row in rows]

    def question(
        self, code: str | None, reason: str = "item.unknown", state: str = "open"
    ) -> None:
        assert self.run is not None
        self.lists += 1
        self.session.execute(insert(tables.triage).values(
            id=f"t{self.lists}", run_id=self.run.id, source="f.csv", line_no=self.lists,
            list_id=None, household_code=code, said="?", code=reason, facts={}, state=state,
            digest=f"{self.lists}", at=AT, settled_at=None, settled_by=None))  # fmt: skip

    @property
    def id(self) -> str:
        assert self.run is not None
        return self.run.id

    def order(self) -> None:
        cut_off(self.session, self.id, **WHO)
        place_orders(self.session, self.id, **WHO)

    def receive(self, change: Callable[[str, int], list[Received] | None] | None = None) -> None:
        """Receive every order as ordered, unless ``change`` says what came of an item."""
        for order in orders.of_run(self.session, self.id):
            counts: list[Received] = []
            for line in order.lines:
                changed = change(line.item_id, line.quantity) if change else None
                counts += changed if changed is not None else [
                    Received(item=line.item_id, quantity_base=line.quantity, provenance="farm")
                ]  # fmt: skip
            self.keys += 1
            receive_goods(self.session, order.id, counts, key=f"k{self.keys}", **WHO)
        finish_receiving(self.session, self.id, **WHO)

    def share(self) -> None:
        share_out(self.session, self.id, **WHO)

    def pack(self) -> None:
        pack_bags(self.session, self.id, **WHO)


@pytest.fixture
def supplies(session: Session) -> Supplies:
    return Supplies(session)


@pytest.fixture
def supplies_of() -> type[Supplies]:
    """Make supplies in a session of the test's own."""
    return Supplies
