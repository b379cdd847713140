"""Every page and what it loads, on a subdistrict of 27,000 households: each within a second?

    python -m benchmarks.pages [--database FILE] [--only AREA] [--results FOLDER]

The district and its day are built by the product's own steps (some minutes; ``--database`` keeps
them until the day is over). The service runs as a process of its own; people come in as they do,
by sign-in and by personal links. A second pass asks the same again within this process and looks
at how SQLite answers: no request may read a large table whole.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import httpx
from fastapi.routing import APIRoute

from api.app import create_app
from api.settings import Settings
from benchmarks import report
from benchmarks.page_queries import Listener, Planner, Scan
from benchmarks.pages_list import AREAS, LEFT_OUT, PAGES, Page
from benchmarks.pages_people import People, facts_of, let_in
from benchmarks.pages_town import town
from benchmarks.serving import Service, ServiceLost, serving
from logistics.store.session import open_database

LIMIT_S: Final = 1.0
AGAIN: Final = 2
"""Fetches after the first; the best of them counts, since others use the machine, too."""
PATIENCE_S: Final = 120.0
"""How long a page is waited for; what takes longer than half of it is asked but once."""
_GOOD: Final = {httpx.codes.OK, httpx.codes.NO_CONTENT, httpx.codes.SEE_OTHER}
_SAY: Final = partial(print, flush=True)
_LIMITS: Final = httpx.Limits(keepalive_expiry=1.0)
"""Connections are left well before the service leaves them, which would look like its end."""
_FROM_HERE: Final = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "zh"}


class Browser(Protocol):
    """What a visitor asks with: over the network or within the process."""

    def get(self, url: str) -> Any:
        """Fetch a page."""

    def post(self, url: str, *, data: Mapping[str, str] | None = None) -> Any:
        """Send a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a page took: seconds by the clock, and of the service's processor."""

    area: str
    role: str
    path: str
    status: int
    kilobytes: float
    first_s: float
    warm_s: float
    processor_s: float  # of the warm fetch that counts
    ratio: float  # limit to warm

    @property
    def holds(self) -> bool:
        """Say whether it answered, in time."""
        return self.status in _GOOD and self.ratio >= 1


class Cookies:
    """Browsers of all visitors, each with a session of its own."""

    def __init__(self, people: People, open_one: Callable[[], Any]) -> None:
        self._people, self._open = people, open_one
        self._inside: dict[str, Any] = {}

    def of(self, role: str) -> Any:
        """Return the browser of a role; at first it comes in."""
        if role not in self._inside:
            browser = self._open()
            if role in self._people.logins:
                form = {"login": self._people.logins[role], "password": self._people.password}
                answer = browser.post("/sign-in", data=form)
            else:
                answer = browser.post(self._people.links[role])
            if answer.status_code != httpx.codes.SEE_OTHER:
                msg = f"{role} did not come in: {answer.status_code} {answer.text}"
                raise RuntimeError(msg)
            self._inside[role] = browser
        return self._inside[role]


def measure(
    file: Path, people: People, pages: Sequence[tuple[Page, str]], say: Callable[[str], None]
) -> list[Seen]:
    """Fetch each page once and again from the service as a process of its own.

    Raises
    ------
    ServiceLost
        If the service ends meanwhile; the page that was asked is told, and the end of its log.
    """
    seen = []
    with serving(f"sqlite:///{file}", file.with_suffix(".log")) as service:
        cookies = Cookies(
            people,
            lambda: httpx.Client(
                base_url=service.address, headers=_FROM_HERE, timeout=PATIENCE_S, limits=_LIMITS
            ),
        )
        for page, path in pages:
            try:
                one = _fetch(cookies.of(page.role), page, path, service)
            except httpx.TransportError as fault:
                when = f"while {page.role} asked {path} ({fault})"
                raise service.lost(when) from fault
            say(_line(one))
            seen.append(one)
        say(f"the service held {service.peak_mb():,} MB at most")
    return seen


def _fetch(browser: Any, page: Page, path: str, service: Service) -> Seen:
    turns, status, size = [], int(httpx.codes.REQUEST_TIMEOUT), 0
    for _ in range(1 + AGAIN):
        spent, began = service.processor_s(), time.perf_counter()
        try:
            answer = browser.get(path)
            status, size = _status(answer), len(answer.content)
        except httpx.TimeoutException:
            if not service.running:
                raise
            status = int(httpx.codes.REQUEST_TIMEOUT)
        wall = time.perf_counter() - began
        turns.append((wall, service.processor_s() - spent))
        if wall > PATIENCE_S / 2:
            break  # late for certain
    warm, processor = min(turns[1:] or turns)
    return Seen(
        area=page.area, role=page.role, path=path, status=status,
        kilobytes=round(size / 1000, 1), first_s=round(turns[0][0], 3),
        warm_s=round(warm, 3), processor_s=round(processor, 2),
        ratio=round(LIMIT_S / warm, 1),
    )  # fmt: skip


def _status(answer: Any) -> int:
    """Say how a page was answered; who is sent away to sign in was refused."""
    away = answer.headers.get("location", "").startswith("/sign-in")
    return int(httpx.codes.UNAUTHORIZED if away else answer.status_code)


def _line(one: Seen) -> str:
    return (
        f"{one.ratio:6.1f}  {one.warm_s:6.3f} s  CPU {one.processor_s:5.2f}  first "
        f"{one.first_s:6.3f}  {one.kilobytes:7.1f} kB  {one.status}  {one.area:9} "
        f"{one.role:10} {one.path}"
    )


def look_into(
    file: Path, people: People, pages: Sequence[tuple[Page, str]], say: Callable[[str], None]
) -> list[tuple[Page, str, int, list[Scan], str]]:
    """Ask for each page within this process; tell steps, whole reads and the dearest line."""
    say("each page again, to look at how SQLite answers")
    from fastapi.testclient import TestClient  # noqa: PLC0415  it warns when it is loaded

    listener, planner = Listener(), Planner(file)
    listener.install()
    app = create_app(Settings(database=f"sqlite:///{file}", jobs=0))
    found = []
    quiet: dict[str, Any] = {"follow_redirects": False, "raise_server_exceptions": False}
    with TestClient(app, headers=_FROM_HERE, **quiet) as client:
        cookies = Cookies(people, lambda: _Jar(client))
        for page, path in pages:
            browser = cookies.of(page.role)
            browser.get(path)  # caches
            with listener.request() as asked:
                browser.get(path)
            top = asked.steps.most_common(1)
            dearest = f"{top[0][1]} at {top[0][0]}" if top else ""
            found.append((page, path, asked.thousands(), planner.scans(asked), dearest))
    return found


class _Jar:
    """A visitor within the process: the one client, with cookies of this visitor."""

    def __init__(self, client: Any) -> None:
        self._client, self._cookies = client, httpx.Cookies()

    def get(self, url: str) -> Any:
        return self._ask("GET", url)

    def post(self, url: str, *, data: Mapping[str, str] | None = None) -> Any:
        return self._ask("POST", url, data=data)

    def _ask(self, method: str, url: str, **more: Any) -> Any:
        self._client.cookies = self._cookies
        answer = self._client.request(method, url, **more)
        self._cookies = httpx.Cookies(self._client.cookies)
        return answer


def unlisted(file: Path) -> set[str]:
    """Name readable addresses of the service that are neither measured nor left out."""
    app = create_app(Settings(database=f"sqlite:///{file}", jobs=0))
    there = {
        one.path
        for one in _flat(app.routes)
        if isinstance(one, APIRoute) and "GET" in (one.methods or ())
    }
    app.state.database.close()
    return there - {page.route for page in PAGES} - set(LEFT_OUT)


def _flat(found: Any) -> Iterator[object]:
    for route in found:
        inner = getattr(route, "original_router", None)
        yield from _flat(inner.routes) if inner is not None else [route]


def _text(seen: Sequence[Seen], looked: Any, facts: Mapping[str, Any]) -> str:
    by_path = {(page.role, path): rest for page, path, *rest in looked}
    rows = []
    for one in sorted(seen, key=lambda one: one.ratio):
        steps, scans, _ = by_path[one.role, one.path]
        whole = ", ".join(sorted({scan.table for scan in scans})) or None
        rows.append([one.area, one.role, one.path, one.status, one.kilobytes, one.first_s,
                     one.warm_s, one.processor_s, one.ratio, steps, whole])  # fmt: skip
    heads = ["area", "role", "page", "answer", "kB", "first, s", "warm, s", "CPU, s",
             "limit to warm", "1,000 steps", "read whole"]  # fmt: skip
    told = sorted(
        {(page.area, scan.asked_at, scan.table, scan.index or "—", scan.rows)
         for page, _, _, scans, _ in looked for scan in scans}
    )  # fmt: skip
    offenders = report.table(["area", "asked at", "table", "index", "rows"], told)
    return (
        "# Pages\n\nEvery page and what it loads (`python -m benchmarks.pages`): "
        f"{facts['households']:,} households, {facts['bags']:,} bags on their way today, "
        f"{facts['lists']:,} lists for tomorrow, {facts['waiting']:,} entries in the queue. Each "
        f"is to answer within {LIMIT_S:.0f} s. *Warm* is the better of two fetches after the "
        "first, on a machine that others used, too; *CPU* what the service's process used of it. "
        "*Steps* are instructions of SQLite's machine; *read whole* names tables of more than "
        "2,000 rows.\n\n"
        f"{report.table(heads, rows)}\n\n## Read whole\n\n{offenders if told else 'Nothing.'}\n"
    )


def main(arguments: list[str] | None = None, say: Callable[[str], None] = _SAY) -> int:
    """Measure and print; 1 where a page fails, is late, or reads a large table whole.

    2 where the service is lost on the way: its end is told, and nothing is written.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", type=Path, help="file to build, or that was built before")
    parser.add_argument("--only", choices=AREAS, help="pages of one area")
    parser.add_argument("--path", default="", help="pages whose address holds this text")
    parser.add_argument("--results", type=Path, help="folder for pages.md and pages.json")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        kept = chosen.database or Path(folder) / "town.db"
        town(kept, say)
        copies = [Path(folder) / f"{name}.db" for name in ("measured", "looked-into")]
        results: list[Any] = []
        for copy, work in zip(copies, (measure, look_into), strict=True):
            shutil.copy(kept, copy)
            with open_database(f"sqlite:///{copy}").read() as session:
                facts = facts_of(session)
            people = let_in(copy, facts)
            pages = [(page, page.path(facts.values)) for page in PAGES
                     if chosen.only in {None, page.area}]  # fmt: skip
            pages = [one for one in pages if chosen.path in one[1]]
            try:
                results.append(work(copy, people, pages, say))
            except ServiceLost as lost:
                say(str(lost))
                return 2
        missing = unlisted(copies[0])
    seen, looked = results
    late = [one for one in seen if not one.holds]
    for one in sorted(late, key=lambda one: one.ratio):
        say(f"late or failed: {_line(one)}")
    for page, path, steps, scans, dearest in sorted(looked, key=lambda one: -one[2]):
        if scans or steps > HEAVY:
            say(f"{page.area} {page.role} {path}: {steps}k steps, most {dearest}")
            for scan in scans:
                say(f"    reads {scan.table} ({scan.rows:,}) by {scan.index}: {scan.asked_at}")
    for path in sorted(missing):
        say(f"neither measured nor left out: {path}")
    if chosen.results:
        runs = {"seen": seen, "looked": [
            {"role": page.role, "path": path, "steps": steps, "scans": scans, "dearest": dearest}
            for page, path, steps, scans, dearest in looked
        ]}  # fmt: skip
        text = _text(seen, looked, facts.counts)
        report.write("pages", chosen.results, facts={"counts": facts.counts}, runs=runs, text=text)
    say(json.dumps({"pages": len(seen), "late or failed": len(late), "limit_s": LIMIT_S,
                    "worst_ratio": min((one.ratio for one in seen), default=None),
                    "whole_reads": sum(bool(one[3]) for one in looked)}))  # fmt: skip
    return int(bool(late or missing or any(one[3] for one in looked)))


HEAVY: Final = 1_000
"""Thousand steps from which a request is told: about a tenth of a second."""

if __name__ == "__main__":
    sys.exit(main())
