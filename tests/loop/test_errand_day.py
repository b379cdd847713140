"""A day that brings bags, a parcel and medicine together, over HTTP and on both databases."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from geodata.generated import generate_district
from tests.loop.test_service_day import desk  # noqa: F401  the fixture

pytestmark = pytest.mark.slow


def packed(office: Any, homes: list[str]) -> str:
    """Bring lists to packed bags; return the run's path."""
    now = datetime.now(UTC)
    opening = {
        "district": "试区",
        "day": str(now.date() + timedelta(days=1)),
        "cutoff_at": (now + timedelta(hours=1)).isoformat(),
    }
    at = f"/runs/{office.did('POST', '/runs', json=opening)['id']}"
    for home in homes:
        lines = [{"item": "土豆", "quantity": 2, "unit": "斤"}]
        office.did("POST", "/lists", json={"household": home, "lines": lines})
    for step in ("cutoff", "order"):
        office.did("POST", f"{at}/{step}")
    for order in office.did("GET", f"{at}/orders")["orders"]:
        counts = [
            {"item": line["name_zh"], "quantity_base": line["cases"] * line["case_base"],
             "provenance": "p-1"}
            for line in order["lines"]
        ]  # fmt: skip
        office.did("POST", f"/orders/{order['id']}/receipts", json={"counts": counts})
    for step in ("receive", "allocate", "pack"):
        office.did("POST", f"{at}/{step}")
    return at


def test_bags_a_parcel_and_medicine_share_a_day(desk: Any) -> None:  # noqa: F811
    sites = generate_district("small", 5, "试区").sites
    parcels = sites[sites["kind"] == "parcel"]["code"].iloc[0]
    health = set(sites[sites["kind"] == "health"]["code"])
    at = packed(desk, desk.homes[:8])
    parcel = desk.did(
        "POST", "/errands", "household",
        json={"household": desk.homes[0], "kind": "parcel", "said": "快递,取件码 5-1-2208",
              "place": parcels},
    )["id"]  # fmt: skip
    medicine = desk.did(
        "POST", "/errands",
        json={"household": desk.homes[9], "kind": "medicine", "said": "降压药一盒"},
    )["id"]  # fmt: skip
    lost = desk.did(
        "POST", "/errands",
        json={"household": desk.homes[10], "kind": "document", "said": "盖章的证明"},
    )["id"]  # fmt: skip

    planned = desk.did("POST", f"{at}/plan", json={"time_limit_s": 3})["result"]
    assert (planned["contacts"], planned["unserved"], planned["errands"]) == (0, 0, 2)
    of_run = desk.did("GET", f"{at}/errands")
    assert [(one["errand"], one["code"], one["next_action"]) for one in of_run["left"]] == [
        (lost, "errand-place-missing", "say-place")
    ]
    desk.did("POST", f"/errands/{lost}/place", json={"place": parcels})
    again = desk.did("POST", f"{at}/plan", json={"time_limit_s": 3})["result"]
    assert (again["errands"], again["errands_left"]) == (3, [])
    desk.did("POST", f"{at}/release")

    legs = desk.did("GET", f"{at}/errands")["legs"]
    trips = {leg["errand"]: (leg["trip"], leg["courier"]) for leg in legs}
    on_paper: dict[str, list[str]] = {}
    bags = 0
    for courier in sorted({courier for _, courier in trips.values()}):
        sheet = desk.did("GET", f"{at}/sheets/{courier}")
        for trip in sheet["trips"]:
            for stop in trip["stops"]:
                bags += len(stop["bags"])
                for errand in stop["errands"]:
                    on_paper.setdefault(errand["id"], []).append(errand["leg"])
                    if errand["id"] == medicine and errand["leg"] == "fetch":
                        assert stop["stairwell_code"] in health
    assert on_paper == {
        parcel: ["fetch", "bring"],
        medicine: ["collect", "fetch", "bring"],
        lost: ["fetch", "bring"],
    }
    assert bags > 0
    pages = PdfReader(io.BytesIO(desk.call("GET", f"{at}/sheets.pdf").content)).pages
    words = "".join("".join(page.extract_text() for page in pages).split())
    for said in ("取快递", "5-1-2208", "收医保卡和药盒", "凭卡取药", "取文件"):
        assert said in words
    assert "降压药" not in words  # what is fetched is nobody else's business

    def carried(errand: str, state: str, role: str = "planner") -> Any:
        path = f"{at}/trips/{trips[errand][0]}/errands/{errand}"
        return desk.call("POST", path, role, json={"state": state})

    for state in ("collected", "fetched", "delivered"):
        assert carried(medicine, state).json()["state"] == state
    mine = [errand for errand, (_, courier) in trips.items() if courier == "SY-C01"]
    others = [errand for errand in trips if errand not in mine]
    answers = [carried(errand, "fetched", "courier") for errand in mine]
    assert all(one.status_code != 403 for one in answers), [one.text for one in answers]
    assert all(carried(errand, "fetched", "courier").status_code == 403 for errand in others)
    assert carried(parcel, "fetched").status_code == 200
    told = desk.did("GET", f"/errands/{medicine}")
    assert [step["state"] for step in told["steps"]] == [
        "asked", "assigned", "collected", "fetched", "delivered",
    ]  # fmt: skip
    assert desk.did("GET", f"/errands/{parcel}", "household")["state"] == "fetched"
