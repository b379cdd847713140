"""Households send their lists at once: how many a second does the service take, and is each one?

    python -m benchmarks.service [--seconds 20] [--clients 16] [--database URL]

The service runs as a process of its own on a district of 27,000 households with the starting
catalogue; clients speak HTTP with it over loopback and share its cores. Every tenth list is sent
again under its key. Afterwards the database is asked: no list lost, none there twice.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, insert, select

from api import tokens
from benchmarks.serving import serving
from benchmarks.supply_scale import _homes
from logistics.exchange.catalogue_book import starting_book
from logistics.store import tables
from logistics.store.session import Database, open_database
from logistics.usecases.create_run import create_run
from logistics.usecases.import_catalogue import import_catalogue

HOUSEHOLDS = 27_000
LIMITS = {"sqlite": 25.0, "postgresql": 100.0}
"""Lists a second that must be taken on 2 cores, clients included."""
RESENT = 10
WARM = 50
WORDS = (
    "青菜2斤", "鸡蛋30个", "土豆3斤", "西红柿2斤", "五花肉1斤", "大米5公斤",
    "牛奶2盒", "豆腐2块", "黄瓜1斤半", "香蕉2斤", "苹果3斤", "白菜1棵",
)  # fmt: skip


@dataclass
class Tally:
    """What clients saw."""

    sent: int = 0
    again: int = 0
    refused: int = 0
    slow_s: list[float] | None = None


def prepare(database: Database) -> tuple[str, list[str]]:
    """Make the district, its catalogue and an open run; return a token and the households."""
    database.migrate()
    at = datetime.now(UTC)
    with database.transaction() as session:
        session.execute(
            insert(tables.district).values(
                id="d", name="bench", folder="", attribution="", synthetic=True,
                source_digest="", zone_name="Asia/Shanghai", policy={}, created_at=at,
            )
        )  # fmt: skip
        session.execute(
            insert(tables.place).values(
                id="P1", district_id="d", kind="point", code="P1", name_zh="P1", name_en="P1",
                lon=120.0, lat=30.0, levels=0, open=True, note="", depot=True,
            )
        )  # fmt: skip
        _homes(session, HOUSEHOLDS)
        book = starting_book()
        import_catalogue(session, book.items, book.packages, ambiguous=book.ambiguous,
                         said=book.said, actor="bench", at=at)  # fmt: skip
        create_run(session, "bench", at.date() + timedelta(days=1), 1,
                   cutoff_at=at + timedelta(hours=12), actor="bench", at=at)  # fmt: skip
        token = tokens.create(session, role="clerk", label="bench", actor="bench", at=at)
    with database.read() as session:
        codes = list(session.scalars(select(tables.household.c.code)))
    return token, codes


async def load(address: str, token: str, homes: list[str], clients: int, seconds: float) -> Tally:
    """Let clients send lists, each household once, for as long as it takes."""
    tally, dice = Tally(slow_s=[]), random.Random(1)
    dice.shuffle(homes)
    waiting, end = iter(enumerate(homes)), time.perf_counter() + seconds
    keys = f"{homes[0]}-"

    async def client() -> None:
        for number, home in waiting:
            if time.perf_counter() > end:
                return
            body = {"household": home, "text": " ".join(dice.sample(WORDS, 6)), "client_ref": "1"}
            for turn in range(2 if number % RESENT == 0 else 1):
                began = time.perf_counter()
                status = await post(address, token, body, f"{keys}{number}")
                tally.slow_s.append(time.perf_counter() - began)
                if status != httpx.codes.CREATED:
                    tally.refused += 1
                elif turn:
                    tally.again += 1
                else:
                    tally.sent += 1

    await asyncio.gather(*(client() for _ in range(clients)))
    return tally


async def post(address: str, token: str, body: object, key: str) -> int:
    """Send a list over a connection of its own, as a phone does, and return the status.

    It is done as cheaply as may be, since clients share the service's cores.
    """
    host = address.removeprefix("http://")
    name, _, port = host.partition(":")
    content = json.dumps(body, ensure_ascii=False).encode()
    head = (f"POST /api/v1/lists HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
            f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n")  # fmt: skip
    reads, writes = await asyncio.open_connection(name, int(port))
    writes.write(head.encode() + content)
    answer = await reads.read()  # until the service closes
    writes.close()
    return int(answer.split(b" ", 2)[1])


def measure(url: str, clients: int, seconds: float, processes: int) -> dict[str, Any]:
    """Measure one database; the service is warm before the clock starts."""
    database = open_database(url)
    token, homes = prepare(database)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(url, Path(folder) / "log", processes=processes) as service,
    ):
        where = service.address
        asyncio.run(load(where, token, homes[:WARM], clients, 60))  # caches, connections
        used, began = service.processor_s(), time.perf_counter()
        tally = asyncio.run(load(where, token, homes[WARM:], clients, seconds))
        spent, used = time.perf_counter() - began, service.processor_s() - used
    with database.read() as session:
        lists = tables.household_list
        kept = session.scalar(select(func.count()).select_from(lists))
        households = session.scalar(select(func.count(func.distinct(lists.c.household_id))))
    database.close()
    times = sorted(tally.slow_s or [0.0])
    kind = database.dialect
    return {
        "database": kind,
        "lists_per_s": round(tally.sent / spent, 1),
        "limit_per_s": LIMITS[kind],
        "ratio": round(tally.sent / spent / LIMITS[kind], 2),
        "service_ms_per_list": round(1000 * used / max(tally.sent, 1), 1),
        "p50_ms": round(1000 * times[len(times) // 2]),
        "p99_ms": round(1000 * times[int(len(times) * 0.99)]),
        "sent": tally.sent,
        "resent": tally.again,
        "refused": tally.refused,
        "lost": tally.sent + WARM - int(kept or 0),
        "twice": int(kept or 0) - int(households or 0),
    }


def main(arguments: list[str] | None = None, say: Callable[[str], None] = print) -> int:
    """Measure and print; 1 where a limit is missed or a list was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--processes", type=int, default=1, help="of the service")
    parser.add_argument("--database", help="an empty database; without it a SQLite file")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{Path(folder) / 'service.db'}"
        result = measure(url, chosen.clients, chosen.seconds, chosen.processes)
    say(json.dumps(result))
    return int(result["ratio"] < 1 or bool(result["lost"] or result["twice"] or result["refused"]))


if __name__ == "__main__":
    sys.exit(main())
