"""Draw what is lived in: compounds behind walls and villages, with doors, gates and ways."""

import random
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely.geometry import LineString, Point, Polygon

from geodata.generated.canvas import Canvas, Spot, Way
from geodata.generated.gates import SIDES, GateSpot, set_gates, wall_through
from geodata.generated.names import Name, Namer
from geodata.generated.slabs import Estate, Slab, inner_lines, outline
from geodata.generated.village import Village

_LIFT_ADDED = 0.12  # of old houses: lifts are put into them one stairwell at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A compound as later steps need it: its number and name, and where one enters it."""

    number: int
    name: Name
    plot: Polygon
    entrance: Spot  # beside the street, in front of the main gate


def draw_estate(
    canvas: Canvas,
    dice: random.Random,
    namer: Namer,
    *,
    number: int,
    estate: Estate,
    streets: shapely.STRtree,
) -> Home:
    """Draw a walled compound."""
    name = namer.estate(estate.style.name)
    code = f"{canvas.prefix}-{number:02d}"
    compound = canvas.mark(f"c{number:02d}")
    canvas.add("compounds", estate.plot, id=compound, code=code, name_zh=name[0],
               name_en=name[1], walled=True)  # fmt: skip
    prefer = estate.spine.coords[0][0] if estate.spine is not None else None
    gates = set_gates(dice, estate.plot, estate.ring, streets, prefer)
    ring = _with_links(estate.ring, gates)
    for line, highway in [(ring, "service"), *inner_lines(estate)[1:]]:
        canvas.ways.append(Way(line=line, highway=highway, van=highway == "service"))
    wall = wall_through(estate.plot, gates)
    canvas.add("walls", wall, id=canvas.mark(f"wall{number:02d}"), barrier="wall")
    for count, gate in enumerate(gates, start=1):
        _draw_gate(
            canvas,
            gate,
            compound=compound,
            code=f"{code}-G{count}",
            name=name,
            mark=f"g{number:02d}-{count}",
        )
    ordered = sorted(estate.slabs, key=lambda slab: (slab.row, slab.west))
    for count, slab in enumerate(ordered, start=1):
        _draw_slab(canvas, dice, estate, slab=slab, number=number, count=count, name=name)
    return Home(number=number, name=name, plot=estate.plot, entrance=_before(gates))


def draw_village(
    canvas: Canvas, namer: Namer, number: int, plot: Polygon, village: Village
) -> Home:
    """Draw a village: each house has its number, one door and rooms to let."""
    name = namer.village()
    code = f"{canvas.prefix}-{number:02d}"
    compound = canvas.mark(f"c{number:02d}")
    canvas.add("compounds", plot, id=compound, code=code, name_zh=name[0], name_en=name[1],
               walled=False)  # fmt: skip
    for count, lane in enumerate(village.lanes, start=1):
        zh, en = namer.lane(name, count)
        canvas.ways.append(
            Way(line=lane, highway="living_street", name_zh=zh, name_en=en, van=count % 2 == 1)
        )
    for count, house in enumerate(village.houses, start=1):
        building = canvas.mark(f"b{number:02d}-{count:02d}")
        said: dict[str, str | int] = {
            "code": f"{code}-{count:02d}",
            "name_zh": f"{name[0]}{count}号",
            "name_en": f"{name[1]}, No. {count}",
            "levels": house.levels,
        }
        canvas.add("buildings", house.outline, id=building, compound_id=compound, note="",
                   dwelling=True, **said)  # fmt: skip
        canvas.add("stairwells", Point(house.door), id=f"{building}-1", building_id=building,
                   derived=False, lift="no", levels_set=True,
                   **(said | {"code": f"{said['code']}-1"}))  # fmt: skip
    end = village.lanes[0].interpolate(9.0)
    return Home(number=number, name=name, plot=plot, entrance=(end.x, end.y))


def _draw_slab(
    canvas: Canvas,
    dice: random.Random,
    estate: Estate,
    *,
    slab: Slab,
    number: int,
    count: int,
    name: Name,
) -> None:
    style = estate.style
    shape, doors = outline(slab, style)
    levels = dice.choice(style.levels)
    building = canvas.mark(f"b{number:02d}-{count:02d}")
    code = f"{canvas.prefix}-{number:02d}-{count:02d}"
    zh, en = f"{name[0]}{count}幢", f"{name[1]}, Building {count}"
    canvas.add("buildings", shape, id=building, compound_id=canvas.mark(f"c{number:02d}"),
               code=code, name_zh=zh, name_en=en, levels=levels, note="",
               dwelling=True)  # fmt: skip
    for unit, door in enumerate(doors, start=1):
        added = style.lift == "no" and dice.random() < _LIFT_ADDED
        canvas.add("stairwells", Point(door), id=f"{building}-{unit}", building_id=building,
                   code=f"{code}-{unit}", name_zh=f"{zh}{unit}单元",
                   name_en=f"{en}, Stairwell {unit}", levels=levels, levels_set=True,
                   derived=False, lift="yes" if added else style.lift)  # fmt: skip


def _draw_gate(
    canvas: Canvas, gate: GateSpot, *, compound: str, code: str, name: Name, mark: str
) -> None:
    zh, en = SIDES[gate.side]
    note = f"登记进出 register here, {gate.hours}" if gate.open else "封闭 closed"
    canvas.add("gates", Point(gate.spot), id=canvas.mark(mark), compound_id=compound, code=code,
               name_zh=f"{name[0]}{zh}", name_en=f"{name[1]}, {en}", open=gate.open, note=note,
               barrier="lift_gate" if gate.van else "gate", foot=True, bike=gate.bike,
               van=gate.van, hours=gate.hours,
               rule="open" if gate.open else "closed")  # fmt: skip
    canvas.ways.append(
        Way(
            line=gate.link,
            highway="service" if gate.van else "footway",
            bike=gate.bike,
            van=gate.van,
        )
    )


def _with_links(ring: Polygon, gates: list[GateSpot]) -> LineString:
    """Bend the ring road to each gate's way by less than the grid, so that they meet."""
    spots = list(ring.exterior.coords)
    for gate in gates:
        joint = gate.link.coords[0]
        if joint in spots:
            continue
        sides = [LineString(pair).distance(Point(joint)) for pair in pairwise(spots)]
        spots.insert(sides.index(min(sides)) + 1, joint)
    return LineString(spots)


def _before(gates: list[GateSpot]) -> Spot:
    """Give a spot between wall and street, some steps beside the main gate's way."""
    gate = next(gate for gate in gates if gate.main)
    (x1, y1), (x2, y2) = gate.link.coords[1], gate.link.coords[-1]
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1e-6)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    return (x1 + dx * length * 0.45 - dy * 9.0, y1 + dy * length * 0.45 + dx * 9.0)
