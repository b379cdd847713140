import shutil
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from api import tokens
from api.app import create_app
from api.settings import Settings
from benchmarks.page_queries import Watch
from geodata.district import MapPlace
from logistics.domain.setup import (
    CourierSetup,
    DistrictSetup,
    ItemSetup,
    MarketSetup,
    OfferSetup,
    PointSetup,
    Policy,
    Setup,
)  # fmt: skip
from logistics.store.schema.columns import metadata
from logistics.store.session import open_database
from logistics.usecases.create_run import create_run
from logistics.usecases.set_up import set_up

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have httpx's successor
    from fastapi.testclient import TestClient

SPOT = {"lon": 120.2, "lat": 30.3, "name_zh": "处", "name_en": "spot"}
MAP = (
    MapPlace(id="c1", kind="compound", parent_id=None, code="KX-01", **SPOT),
    MapPlace(id="b1", kind="building", parent_id="c1", code="KX-01-01", levels=3, **SPOT),
    MapPlace(id="s1", kind="stairwell", parent_id="b1", code="KX-01-01-1", **SPOT),
)
SETUP = Setup(
    policy=Policy(),
    points=(PointSetup(code="P1", depot=True, **SPOT),),
    markets=(MarketSetup(code="M1", opens=time(5), closes=time(18), **SPOT),),
    couriers=(
        CourierSetup(
            code="K1", mode="ebike", capacity_g=80_000, capacity_ml=200_000, capacity_bags=6,
            shift_start=time(8), shift_end=time(17), max_trips=9, zone_max=2, point_code="P1",
        ),
    ),
    items=(
        ItemSetup(
            name_zh="土豆", name_en="potato", base="g", default_unit="斤", units={},
            weight_mg=1000, volume_ul=1500, category="vegetable", cold=False,
            household_limit=10_000,
        ),
    ),
    offers=(OfferSetup(market_code="M1", item="土豆", case_base=5000, price_fen=1800),),
)  # fmt: skip
ROLES = ("planner", "clerk", "auditor", "administrator", "courier", "household", "point-team",
         "leader", "buyer", "steward", "duty-officer")  # fmt: skip
PLACES = {"point-team": "P1", "leader": "KX-01-01"}
MINE, OTHER = "KX-01-01-1-101", "KX-01-01-1-102"


STANDING = {
    "access_token", "ambiguous_word", "announcement", "announcement_end", "buying_choice",
    "catalogue_edition", "closure", "closure_lift", "courier", "district", "doctor_contact",
    "errand_place", "inspection", "item", "item_alias", "item_misspelling", "item_unit",
    "item_version", "ledger_seal", "map_piece", "money_policy", "money_terms", "need_tier_table",
    "offer", "offer_terms", "package", "package_version", "place", "place_statement", "run",
    "run_shift", "sale_price", "staff_account", "staff_grant", "supplier", "supplier_slot",
    "token_scope", "van", "webhook", "zone_statement",
}  # fmt: skip
"""Tables that a district fills once, or by a few rows a day: reading one whole is no harm."""
NOT_ASKED = {
    "ledger_checks.py": "the books are proven from end to end, by intent",
    "codes_taken_elsewhere": "a district is set up, or its register read, as a whole",
    "purge": "done once in a while, not for who asks",
}
"""Modules and functions whose statements read a growing table whole, with the reason."""


@pytest.fixture(scope="session")
def watch() -> Iterator[Watch]:
    made = Watch(set(metadata.tables) - STANDING)
    made.install()
    yield made
    made.remove()


@pytest.fixture(autouse=True)
def _no_request_reads_a_table_whole(
    watch: Watch, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Let a test fail in which a statement would read all rows of a table that grows by days.

    Commands are no requests: a backup, or a check of the database, reads all there is.
    """
    watch.found.clear()
    yield
    if "cli" in request.path.parts:
        return
    told = {at: tables for at, tables in watch.found.items() if not _excused(at)}
    assert not told, f"read whole: {told}"


def _excused(at: str) -> bool:
    """Say whether a line may ask so: of a test, or with a reason; ``at`` is FILE:LINE FUNCTION."""
    file, _, line = at.partition(":")
    names = {file.rpartition("/")[2], line.rpartition(" ")[2]}
    return at == "elsewhere" or at.startswith("tests/") or not names.isdisjoint(NOT_ASKED)


class Service:
    """The service on a fresh database with one open run, and a token of each role."""

    def __init__(self, client: TestClient, tokens_by_role: dict[str, str], run: str) -> None:
        self.client, self.tokens, self.run = client, tokens_by_role, run
        self._number = 0

    def call(self, method, path, *, role="planner", key=None, **more):
        headers = {"Accept-Language": "en"} | more.pop("headers", {})
        if role:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        if key is None:
            self._number += 1
            key = f"key-{self._number}"
        headers["Idempotency-Key"] = key
        return self.client.request(method, path, headers=headers, **more)

    def post_list(self, household=MINE, quantity=2, **more):
        lines = [{"item": "土豆", "quantity": quantity, "unit": "斤"}]
        body = {"household": household, "lines": lines} | more.pop("body", {})
        return self.call("POST", "/api/v1/lists", json=body, **more)


@pytest.fixture(scope="session")
def founded(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, str], str]:
    """A database with one open run: its file, a token of each role, the run's code."""
    file = tmp_path_factory.mktemp("founded") / "service.db"
    shutil.copy(migrated_file, file)
    database = open_database(f"sqlite:///{file}")
    at = datetime.now(UTC)
    made = {}
    with database.transaction() as session:
        district = DistrictSetup(name="Kaixuan", folder="/nowhere", synthetic=True)
        set_up(session, district, SETUP, MAP, actor="test", at=at)
        day, cutoff = at.date() + timedelta(days=1), at + timedelta(hours=2)
        run = create_run(session, "Kaixuan", day, 1, cutoff_at=cutoff, actor="test", at=at)
        for role in ROLES:
            made[role] = tokens.create(
                session, role=role, label=role, actor="test", at=at,
                household_code=MINE if role == "household" else None,
                courier_code="K1" if role == "courier" else None,
                place_code=PLACES.get(role),
            )  # fmt: skip
    database.close()
    return file, made, run.code


@pytest.fixture
def service(founded: tuple[Path, dict[str, str], str], tmp_path: Path) -> Iterator[Service]:
    file, made, run = founded
    url = f"sqlite:///{shutil.copy(file, tmp_path / 'service.db')}"
    with TestClient(create_app(Settings(database=url)), raise_server_exceptions=False) as client:
        yield Service(client, dict(made), run)
