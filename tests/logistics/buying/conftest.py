"""A run that is cut off, with buildings that ask for goods and suppliers that offer them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from logistics.domain.runs import Run
from logistics.store import tables
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off

AT = datetime(2022, 4, 12, 13, 0, tzinfo=UTC)  # 21:00 in the district, the evening before
WHO: dict[str, Any] = {"actor": "cli", "at": AT}


def id_of(name: str) -> str:
    """The id that the catalogue makes of an item's Chinese name."""
    return "it_" + hashlib.sha256(f"{name}货".encode()).hexdigest()[:20]


GOODS = {"cabbage": ("g", False), "eggs": ("piece", False), "milk": ("ml", True)}


def place(id_: str, kind: str, lon: float, lat: float, **more: object) -> dict[str, object]:
    row = {
        "id": id_, "district_id": "d", "parent_id": None, "kind": kind, "code": id_,
        "name_zh": f"{id_}号", "name_en": id_, "lon": lon, "lat": lat, "levels": 6, "open": True,
        "note": "", "depot": False, "point_id": None, "bays": None, "opens_s": None,
        "closes_s": None,
    }  # fmt: skip
    return row | more


@dataclass(slots=True)
class Shops:
    """Builds rows; a run asks, is cut off, and may be ordered."""

    session: Session
    run: Run | None = None
    lists: int = 0

    def area(self, offers: Sequence[tuple[Any, ...]], *, policy: dict[str, Any]) -> None:
        """Offers are supplier, item, base units of a case, fen, cases in stock."""
        s = self.session
        s.execute(insert(tables.district).values(
            id="d", name="test", folder="d", attribution="", synthetic=True, source_digest="",
            zone_name="Asia/Shanghai", policy=policy, created_at=AT))  # fmt: skip
        s.execute(insert(tables.place), [
            place("P1", "point", 120.10, 30.30, depot=True),
            place("P2", "point", 120.12, 30.30),
            place("M1", "market", 120.11, 30.31, opens_s=5 * 3600, closes_s=18 * 3600),
            place("M2", "market", 120.09, 30.29, opens_s=6 * 3600, closes_s=22 * 3600),
            place("B1", "building", 120.10, 30.30), place("B2", "building", 120.12, 30.30),
        ])  # fmt: skip
        s.execute(insert(tables.place), [
            place("B1-1", "stairwell", 120.10, 30.30, parent_id="B1", point_id="P1"),
            place("B2-1", "stairwell", 120.12, 30.30, parent_id="B2", point_id="P2")])  # fmt: skip
        s.execute(insert(tables.household), [
            {"id": f"B{b}-1-{n}01", "district_id": "d", "stairwell_id": f"B{b}-1",
             "code": f"B{b}-1-{n}01", "room": f"{n}01", "persons": 3, "need_tier": 2}
            for b in (1, 2) for n in (1, 2, 3)])  # fmt: skip
        s.execute(insert(tables.item), [
            {"id": id_of(id_), "name_zh": f"{id_}货", "name_en": f"{id_} en", "base": base,
             "default_unit": {"g": "g", "ml": "ml", "piece": "个"}[base],
             "weight_mg": 55_000 if base == "piece" else 1000, "volume_ul": 2000,
             "category": "dairy", "cold": cold, "household_limit": 10**6,
             "substitute_class": None}
            for id_, (base, cold) in GOODS.items()])  # fmt: skip
        s.execute(insert(tables.item_unit), [
            {"item_id": id_of("eggs"), "unit": unit, "base_count": count}
            for unit, count in (("个", 1), ("板", 30))])  # fmt: skip
        s.execute(insert(tables.offer), [
            {"market_id": m, "item_id": id_of(i), "case_base": c, "price_fen": p, "stock_cases": n}
            for m, i, c, p, n in offers])  # fmt: skip
        self.run = create_run(s, "test", date(2022, 4, 13), 1, cutoff_at=AT, **WHO)

    def ask(self, household: str, *lines: tuple[str, int]) -> None:
        assert self.run is not None
        self.lists += 1
        list_id = f"l{self.lists:03}"
        self.session.execute(insert(tables.household_list).values(
            id=list_id, run_id=self.run.id, household_id=household, client_ref=None,
            channel="cli", state="accepted", note="", said="", version=1, created_at=AT,
            updated_at=AT))  # fmt: skip
        self.session.execute(insert(tables.order_line), [
            {"id": f"{list_id}-{n}", "list_id": list_id, "no": n, "item_id": id_of(item),
             "quantity": quantity, "unit": "g", "said": "", "substitution": "none", "version": 1}
            for n, (item, quantity) in enumerate(lines, start=1)])  # fmt: skip

    @property
    def id(self) -> str:
        assert self.run is not None
        return self.run.id

    def cut(self) -> None:
        cut_off(self.session, self.id, **WHO)


OFFERS = [
    ("M1", "cabbage", 5000, 1000, None), ("M2", "cabbage", 5000, 1200, None),
    ("M1", "eggs", 30, 2000, 2), ("M2", "milk", 1000, 900, None),
]  # fmt: skip


@pytest.fixture
def shops(session: Session) -> Shops:
    made = Shops(session)
    made.area(OFFERS, policy={"wave_start": "09:30:00", "wave_end": "17:30:00"})
    return made
