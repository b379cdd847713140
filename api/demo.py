"""The whole loop on the demo district, from the map to the route sheets: ``supplyloop demo``."""

import shutil
import time as clock
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from rich.console import Console
from sqlalchemy.orm import Session

from api.demo_day import live_through
from api.demo_now import go_on
from api.demo_outputs import write_outputs
from api.demo_sources import (
    EXAMPLES,
    SEED,
    DemoIncomplete,
    demo_extract,
    example,
    generator,
    make_up_receipts,
    spoken,
)
from api.demo_ways import in_words, make_ways, write_private
from api.frontier_files import write_choices
from api.i18n import texts
from api.receiving import take_in
from logistics.domain.setup import DistrictSetup
from logistics.exchange.setup_files import read_setup
from logistics.exchange.tabular import read_entries
from logistics.store import places
from logistics.store.session import Database, open_database
from logistics.usecases.close_run import close_run
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.import_lists import import_lists
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.place_orders import place_orders
from logistics.usecases.plan_run import plan_run
from logistics.usecases.release_run import release_run
from logistics.usecases.set_up import set_up
from logistics.usecases.share_out import share_out
from logistics.usecases.verify_ledger import LedgerBroken, verify_ledger
from logistics.usecases.weigh_plans import weigh_plans

if TYPE_CHECKING:
    from geodata.district import District

ACTOR = "demo"
LISTS = 2_000
FRONTIER_S = 12.0  # at most, and this share of the seconds for planning
FRONTIER_SHARE = 0.3
FRONTIER_POINTS = 4
BEFORE = timedelta(days=2)
"""The lists came so long ago: the day that is told whole was yesterday."""
WAYS = "ways-in.txt"


@dataclass(slots=True)
class Demo:
    """What the steps of the demo hand to one another."""

    out: Path
    language: Literal["zh", "en"]
    database: Database
    at: datetime
    console: Console
    run: str = ""
    started: float = field(default_factory=clock.perf_counter)

    def text(self, key: str, **facts: Any) -> str:
        """Return a text of the demo in its language."""
        found: str = texts(self.language)["demo"][key]
        return found.format(**facts)

    @contextmanager
    def step(self, key: str) -> Iterator[Callable[..., None]]:
        """Show a step while it works; its block says with which figures it ended."""
        said: dict[str, Any] = {}
        begun = clock.perf_counter()
        with self.console.status(self.text(f"{key}.doing")):
            yield said.update
        seconds = clock.perf_counter() - begun
        self.console.print(
            f"[green]✓[/] {self.text(f'{key}.done', **said)}  [dim]{seconds:.1f} s[/]"
        )

    def write(self, work: Callable[[Session], Any]) -> Any:
        """Do one step in one transaction."""
        return self.database.run(work)


SYNTHETIC = "medium"
"""The size of a generated district that the example's setup fits."""


def run_demo(
    out: Path,
    *,
    synthetic: str | None = None,
    language: Literal["zh", "en"] = "zh",
    lists: int = LISTS,
    time_limit_s: float = 40.0,
) -> None:
    """Run one day end to end and write everything that people would use into a folder.

    Parameters
    ----------
    synthetic
        Size of a generated district, :data:`SYNTHETIC`; without it the real demo map is read.
    lists
        How many lists the generator writes.
    time_limit_s
        Seconds that the solver may search.

    Raises
    ------
    DemoIncomplete
        If the examples or the demo's map are not installed, or the example's setup fits no
        district of this size.
    """
    if synthetic not in {None, SYNTHETIC}:
        mend = (
            f"use --synthetic {SYNTHETIC}: the example's points, zones and couriers fit this size"
        )
        raise DemoIncomplete(field="synthetic", value=str(synthetic), mend=mend)
    _clear(out)
    now = datetime.now(UTC)
    demo = Demo(
        out=out,
        language=language,
        database=open_database(f"sqlite:///{out / 'supplyloop.db'}"),
        at=now - BEFORE,
        console=Console(),
    )
    try:
        demo.database.migrate()
        _ground(demo, synthetic)
        _intake(demo, lists)
        _supply(demo)
        _dispatch(demo, time_limit_s)
        ways = _go_on(demo, now, time_limit_s)
        _verify(demo)
    finally:
        demo.database.close()
    demo.console.print(demo.text("done", seconds=f"{clock.perf_counter() - demo.started:.0f}"))
    for key, path in (
        ("open.report", "report.html"),
        ("open.sheets", "sheets/all.pdf"),
        ("open.orders", "orders/"),
        ("open.allocation", "allocation.csv"),
        ("open.plan", "plan.json"),
        ("open.map", "map.svg"),
        ("open.frontier", "frontier.svg"),
    ):
        demo.console.print(f"  {out / path}  [dim]{demo.text(key)}[/]", highlight=False)
    demo.console.print(demo.text("next", database=f"sqlite:///{out / 'supplyloop.db'}"))
    demo.console.print(f"\n{ways}", highlight=False, markup=False, soft_wrap=True)
    demo.console.print(demo.text("ways", path=out / WAYS))


def _clear(out: Path) -> None:
    """Remove what an earlier demo left, and nothing else."""
    if out.exists() and any(out.iterdir()) and not (out / "supplyloop.db").exists():
        raise DemoIncomplete(
            field="--out", value=str(out), mend="name an empty folder or one of an earlier demo"
        )
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)


def _ground(demo: Demo, synthetic: str | None) -> None:
    from geodata.district import write_district  # noqa: PLC0415  takes seconds to load

    with demo.step("district") as said:
        ground = _district(synthetic)
        folder = demo.out / "district"
        write_district(ground, folder)
        said(
            name=ground.name,
            compounds=len(ground.compounds),
            buildings=len(ground.buildings),
            stairwells=len(ground.stairwells),
            gates=len(ground.gates),
        )
    with demo.step("setup") as said:
        settings = read_setup(example("synthetic" if synthetic else "helsinki"))
        head = DistrictSetup(
            name=ground.name,
            folder=str(folder.resolve()),
            attribution=ground.attribution,
            synthetic=ground.synthetic,
            source_digest=ground.digest,
        )
        report = demo.write(
            lambda s: set_up(s, head, settings, ground.places(), actor=ACTOR, at=demo.at)
        )
        said(households=report.households, couriers=len(settings.couriers))
    if report.faults:
        fault = report.faults[0]
        raise DemoIncomplete(field=fault.field, value=fault.value, mend=fault.mend)


def _district(synthetic: str | None) -> "District":
    if synthetic:
        from geodata.generated import generate_district  # noqa: PLC0415

        return generate_district(synthetic, 1, "合成街道")
    from geodata.extracts.osm import import_osm  # noqa: PLC0415

    return import_osm(demo_extract(), "Helsinki")


def _intake(demo: Demo, asked: int) -> None:
    with demo.database.read() as session:
        area = places.districts(session)[0]
        homes = places.households(session, area.id)
    day = demo.at.astimezone(ZoneInfo(area.zone_name)).date() + timedelta(days=1)
    run = demo.write(
        lambda s: create_run(
            s,
            area.name,
            day,
            1,
            cutoff_at=demo.at + timedelta(hours=1),
            separation_s=area.policy.separation_s,
            actor=ACTOR,
            at=demo.at,
        )
    )
    demo.run = run.code
    with demo.step("lists") as said:
        made = generator("make_lists").make_lists(
            [(home.code, spoken(home.code), home.persons) for home in homes],
            EXAMPLES / "catalogue.csv",
            seed=SEED,
            count=asked,
            out_dir=demo.out / "lists",
        )
        lists = lines = triaged = 0
        files: list[Path] = made["files"]
        for file in files:
            entries = list(read_entries(file))
            with demo.database.transaction() as session:
                report = import_lists(
                    session, run.id, entries, source=file.name, actor=ACTOR, at=demo.at
                )
            lists += report.accepted_lists
            lines += report.accepted_lines
            triaged += report.triaged
        said(files=len(files), lists=lists, lines=lines, triaged=triaged)


def _supply(demo: Demo) -> None:
    with demo.step("order") as said:
        demo.write(lambda s: cut_off(s, demo.run, actor=ACTOR, at=demo.at))
        ordered = demo.write(lambda s: place_orders(s, demo.run, actor=ACTOR, at=demo.at))
        total = sum(one.total_fen for one in ordered.orders)
        said(orders=len(ordered.orders), lines=ordered.lines, yuan=f"{total / 100:,.0f}")
    with demo.step("receive") as said:
        counts = demo.out / "receipts.csv"
        make_up_receipts(demo.database, demo.run, counts)
        taken = demo.write(
            lambda s: take_in(
                s, demo.run, counts, as_ordered=False, finish=True, actor=ACTOR, at=demo.at
            )
        )
        said(receipts=taken.receipts)
    with demo.step("allocate") as said:
        shared = demo.write(lambda s: share_out(s, demo.run, actor=ACTOR, at=demo.at))
        counted = {kind.value: count for kind, count in shared.report.lines.items()}
        said(
            short=len(shared.report.short_items),
            **{kind: counted.get(kind, 0) for kind in ("full", "part", "substituted", "none")},
        )
    with demo.step("pack") as said:
        packed = demo.write(lambda s: pack_bags(s, demo.run, actor=ACTOR, at=demo.at))
        said(bags=packed.bags, households=packed.households, tonnes=f"{packed.weight_g / 1e6:.1f}")


def _dispatch(demo: Demo, time_limit_s: float) -> None:
    with demo.step("plan") as said:
        done = plan_run(
            demo.database, demo.run, time_limit_s=time_limit_s, seed=1, actor=ACTOR, at=demo.at
        )
        said(
            trips=done.trips,
            stops=done.stops,
            bags=done.bags,
            unserved=done.unserved,
            contacts=done.contacts,
            excess=done.excess_faces,
        )
    with demo.step("frontier") as said:
        weighed = weigh_plans(
            demo.database,
            demo.run,
            time_limit_s=min(FRONTIER_S, time_limit_s * FRONTIER_SHARE),
            points=FRONTIER_POINTS,
            seed=1,
        )
        first, last = weighed.choices.rows[0], weighed.choices.rows[-1]
        said(
            plans=len(weighed.choices.rows),
            most=first.further_faces,
            fewest=last.further_faces,
            minutes=round((last.travel_s - first.travel_s) / 60),
        )
    with demo.step("release") as said:
        book = demo.write(lambda s: release_run(s, demo.run, actor=ACTOR, at=demo.at))
        said(couriers=len(book.couriers()))
    with demo.step("print") as said:
        sheets = write_outputs(demo.database, demo.run, demo.out, language=demo.language)
        said(sheets=sheets)
    with demo.step("deliver") as said:
        day = demo.write(lambda s: live_through(s, demo.run, seed=SEED, actor=ACTOR))
        counts = Counter(day.states)
        said(
            confirmed=counts["confirmed"],
            taken=counts["taken"] + counts["disputed"],
            shelf=counts["on-shelf"],
            back=counts["returned"],
            lost=counts["lost"] + counts["damaged"],
        )
    with demo.step("close") as said:
        closed = demo.write(lambda s: close_run(s, demo.run, actor=ACTOR, at=day.evening))
        write_choices(demo.database, demo.run, demo.out, weighed, language=demo.language)
        said(households=sum(closed.outcomes.values()))


def _go_on(demo: Demo, now: datetime, time_limit_s: float) -> str:
    """Go on until now, and let people look at it; return the ways in, as a text."""
    with demo.step("now") as said:
        found = go_on(demo.database, time_limit_s=time_limit_s, actor=ACTOR, at=now)
        said(
            today=found.today.code,
            tomorrow=found.tomorrow.code,
            back=len(found.back),
            away=len(found.away),
            waiting=len(found.waiting),
            lists=found.lists,
            triaged=found.triaged,
        )
    with demo.step("ways") as said:
        ways = demo.write(lambda s: make_ways(s, found, actor=ACTOR, at=now))
        said(accounts=len(ways.accounts), links=len(ways.links))
    words = texts(demo.language)
    page = in_words(ways, words["demo"], words["pages"]["access"]["role_names"])
    write_private(demo.out / WAYS, page)
    return page


def _verify(demo: Demo) -> None:
    with demo.step("verify") as said:
        with demo.database.read() as session:
            proof = verify_ledger(session)
        if not proof.holds:
            raise LedgerBroken(fault=proof.faults[0].subject, check=proof.faults[0].check.value)
        said(movements=proof.movements, passings=proof.passings, checks=len(proof.seconds))
