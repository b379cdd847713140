"""What stands between the homes of a generated district: parks, schools, offices and sheds."""

import math
import random
from collections.abc import Callable

import shapely
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Point, Polygon, box

from geodata.generated.canvas import Canvas, Way, on_grid
from geodata.generated.ground import bowed
from geodata.generated.names import COUNTED

Lay = Callable[[Canvas, random.Random, Polygon, shapely.STRtree, int], None]


def fill(
    canvas: Canvas,
    dice: random.Random,
    kind: str,
    plot: Polygon,
    streets: shapely.STRtree,
    *,
    count: int,
) -> None:
    """Draw a plot that nobody lives on; ``count`` numbers those of one kind from 0."""
    _KINDS[kind](canvas, dice, plot, streets, count)


def park(
    canvas: Canvas, dice: random.Random, plot: Polygon, streets: shapely.STRtree, count: int
) -> None:
    """Lay out a park with a pond, a walk round it, ways in and a pavilion."""
    zh, en = (("荷塘公园", "Lotus Pond Park"), ("滨河公园", "Riverside Park"),
              ("银杏公园", "Ginkgo Park"), ("运动公园", "Sports Park"))[count % 4]  # fmt: skip
    pond = _blob(dice, plot, 0.42)
    if not plot.buffer(-22).contains(pond):
        pond = _blob(dice, plot, 0.22)
    canvas.add("areas", plot.difference(pond), kind="park", name_zh=zh, name_en=en)
    canvas.add("areas", pond, kind="water", name_zh="", name_en="")
    walk = plot.buffer(-9, quad_segs=3).simplify(1.0)
    if walk.geom_type != "Polygon":
        return
    ring = LineString([on_grid(spot) for spot in walk.exterior.coords])
    canvas.ways.append(_path(ring))
    for share in (0.05, 0.3, 0.55, 0.8):
        _join(canvas, ring, ring.interpolate(share, normalized=True), streets)
    west, south, _, _ = walk.bounds
    _stand(canvas, plot.buffer(-11).difference(pond.buffer(6)),
           [box(west + n * 14, south + 14, west + n * 14 + 9, south + 22) for n in range(12)],
           ("亭", "Pavilion"), most=1)  # fmt: skip


def school(
    canvas: Canvas, dice: random.Random, plot: Polygon, _: shapely.STRtree, count: int
) -> None:
    """Build a school: classrooms round a court, and a running track."""
    zh, en = (("小学", "Primary School"), ("中学", "Middle School"))[count % 2]
    names = f"第{COUNTED[count // 2 % 10]}{zh}", f"No. {count // 2 + 1} {en}"
    canvas.add("areas", plot, kind="other", name_zh=names[0], name_en=names[1])
    inner = plot.buffer(-9)
    x, y = inner.centroid.x, inner.centroid.y
    track = LineString([(x - 24, y), (x + 24, y)]).buffer(20, quad_segs=6)
    for away in (0.24, 0.18, 0.1):
        west, south, east, north = inner.bounds
        moved = translate(track, (east - west) * away, -(north - south) * away * 0.8)
        if inner.contains(moved):
            canvas.add("areas", moved, kind="field", name_zh="操场", name_en="Sports ground")
            inner = inner.difference(moved.buffer(8))
            break
    _stand(canvas, inner, _grid(inner, 52, 13, 15, 14), names, most=dice.randint(3, 4))


def office(
    canvas: Canvas, dice: random.Random, plot: Polygon, _: shapely.STRtree, count: int
) -> None:
    """Build offices or shops: a broad house, and towers beside it."""
    zh, en = (("商业中心", "Shopping Centre"), ("科创园", "Science Park"), ("商务楼", "Offices"),
              ("文化中心", "Culture Centre"), ("机关楼", "Administration"))[count % 5]  # fmt: skip
    inner = plot.buffer(-8)
    if count % 3 == 0:
        x, y = inner.centroid.x, inner.centroid.y
        square = box(x - 22, y - 14, x + 22, y + 14)
        if inner.contains(square):
            canvas.add("areas", square, kind="square", name_zh="广场", name_en="Square")
            inner = inner.difference(square.buffer(7))
    wide, deep = dice.choice(((46, 30), (34, 34), (60, 24), (28, 26)))
    _stand(canvas, inner, _grid(inner, wide, deep, 18, 18), (zh, en), most=dice.randint(3, 7))


def sheds(
    canvas: Canvas, dice: random.Random, plot: Polygon, _: shapely.STRtree, count: int
) -> None:
    """Stand long sheds side by side: works or a depot."""
    zh, en = (("丝绸厂", "Silk Works"), ("机械厂", "Machine Works"))[count % 2]
    inner = plot.buffer(-10)
    _stand(canvas, inner, _grid(inner, 64, 22, 16, 14), (zh, en), most=dice.randint(5, 9))


def depot(
    canvas: Canvas, dice: random.Random, plot: Polygon, _: shapely.STRtree, count: int
) -> None:
    """Build the wholesale market with its store-houses."""
    del count
    canvas.add("areas", plot, kind="market", name_zh="农副产品批发市场",
               name_en="Wholesale market")  # fmt: skip
    inner = plot.buffer(-10)
    _stand(canvas, inner, _grid(inner, 50, 20, 14, 13), ("批发市场", "Wholesale hall"),
           most=dice.randint(5, 8))  # fmt: skip


def market(
    canvas: Canvas, dice: random.Random, plot: Polygon, _: shapely.STRtree, count: int
) -> None:
    """Build a market hall on a corner."""
    del dice
    canvas.add("areas", plot, kind="market", name_zh=f"第{COUNTED[count % 10]}农贸市场",
               name_en=f"Market {count + 1}")  # fmt: skip
    hall = plot.buffer(-5, join_style="mitre").simplify(0.5)
    for part in shapely.get_parts(hall):
        _house(canvas, part, f"第{COUNTED[count % 10]}农贸市场", f"Market {count + 1}")


def hospital(
    canvas: Canvas, dice: random.Random, plot: Polygon, _: shapely.STRtree, count: int
) -> None:
    """Build the health centre."""
    del count, dice
    inner = plot.buffer(-9)
    x, y = inner.centroid.x, inner.centroid.y
    wings = [box(x - 32, y + 10, x + 32, y + 25), box(x - 32, y - 25, x + 32, y - 10)]
    joined = shapely.union_all([*wings, box(x - 7, y - 12, x + 7, y + 12)])
    shapes = [joined] if inner.contains(joined) else _grid(inner, 38, 14, 14, 14)
    _stand(canvas, inner, shapes, ("社区卫生服务中心", "Health centre"), most=2)


def field(
    canvas: Canvas, dice: random.Random, plot: Polygon, streets: shapely.STRtree, count: int
) -> None:
    """Leave vegetable plots between the houses, with a path through them and a shed."""
    del count
    canvas.add("areas", plot, kind="field", name_zh="菜地", name_en="Vegetable plots")
    west, south, east, north = plot.bounds
    y = (south + north) / 2
    path = bowed((west + 8, y + dice.uniform(-9, 9)), (east - 8, y), dice.uniform(-9, 9))
    inside = shapely.get_parts(path.intersection(plot.buffer(-3)))
    if len(inside) and (line := max(inside, key=lambda part: part.length)).length > 20:  # noqa: PLR2004
        canvas.ways.append(_path(line))
        for end in (0.0, 1.0):
            _join(canvas, line, line.interpolate(end, normalized=True), streets)
        clear = plot.buffer(-5).difference(line.buffer(5))
        _stand(canvas, clear, _grid(clear, 14, 8, 30, 20), ("农舍", "Farm shed"), most=3)


_KINDS: dict[str, Lay] = {
    "park": park,
    "school": school,
    "office": office,
    "works": sheds,
    "depot": depot,
    "hospital": hospital,
    "field": field,
    "market": market,
}


def _path(line: LineString) -> Way:
    return Way(line=line, highway="footway", van=False)


def _join(canvas: Canvas, line: LineString, spot: Point, streets: shapely.STRtree) -> None:
    """Lead a path from a spot of a line to the nearest street."""
    street = streets.geometries[streets.nearest(spot)]
    out = shapely.shortest_line(spot, street)
    if 1 < out.length < 45 and out.intersection(line).length < 1:  # noqa: PLR2004
        canvas.ways.append(_path(LineString([on_grid(s) for s in out.coords])))


def _blob(dice: random.Random, plot: Polygon, size: float) -> Polygon:
    middle = plot.centroid
    radius = math.sqrt(plot.area) * size * 0.6
    spots = []
    for number in range(18):
        turn = number * math.tau / 18
        far = radius * (1 + 0.22 * math.sin(2 * turn + dice.uniform(-0.2, 0.2)))
        spots.append(
            on_grid((middle.x + far * 1.25 * math.cos(turn), middle.y + far * math.sin(turn)))
        )
    return Polygon(spots)


def _grid(inner: Polygon, wide: float, deep: float, gap: float, alley: float) -> list[Polygon]:
    """Give places for houses in rows, turned along the plot's longer side."""
    if inner.is_empty:
        return []
    around = shapely.oriented_envelope(inner)
    a, b, c = list(around.exterior.coords)[:3]
    longer = (a, b) if math.dist(a, b) >= math.dist(b, c) else (b, c)
    turn = math.degrees(math.atan2(longer[1][1] - longer[0][1], longer[1][0] - longer[0][0]))
    middle = inner.centroid
    level = rotate(inner, -turn, origin=middle)
    west, south, east, north = level.bounds
    places = []
    y = south + 1
    while y + deep < north:
        x = west + 1
        while x + wide < east:
            places.append(rotate(box(x, y, x + wide, y + deep), turn, origin=middle))
            x += wide + gap
        y += deep + alley
    return places


def _stand(
    canvas: Canvas, inner: Polygon, shapes: list[Polygon], names: tuple[str, str], *, most: int
) -> None:
    stood = 0
    shapely.prepare(inner)
    for shape in shapes:
        if stood < most and inner.contains(shape):
            zh, en = names if stood == 0 else ("", "")
            _house(canvas, shape, zh, en)
            stood += 1


def _house(canvas: Canvas, shape: Polygon, zh: str, en: str) -> None:
    rounded = Polygon([on_grid(spot) for spot in shape.exterior.coords])
    number = sum(not row["dwelling"] for row in canvas.rows["buildings"]) + 1
    canvas.add("buildings", rounded, id=canvas.mark(f"h{number:03d}"), compound_id="", code="",
               name_zh=zh, name_en=en, levels=4, note="", dwelling=False)  # fmt: skip
