"""Generate a district: seeded, and labelled synthetic wherever it appears."""

import hashlib
import random
from dataclasses import dataclass, replace

import shapely
from shapely.geometry import Polygon, box

from geodata.district import District, DistrictUnreadable, Finding, layer_frame, metric_crs_for
from geodata.generated import homes, surroundings
from geodata.generated.canvas import ORIGIN, PREFIX, Canvas, Spot, Unfit, Way, placer
from geodata.generated.ground import Ground, lay_ground
from geodata.generated.names import Namer
from geodata.generated.parcels import Parcel, Want, share_out
from geodata.generated.sites import mark_sites
from geodata.generated.slabs import STYLES, Estate, build, thin
from geodata.generated.village import GROUND_M2, Village, settle

SYNTHETIC_ATTRIBUTION = "合成数据,并非真实地图 Synthetic data, not a real map"
SIZES = {"small": (50, 3), "medium": (300, 14), "subdistrict": (1000, 45)}
"""Stairwells and compounds of each size, as the reference sizes of the field have them."""
_VERSION = 2
_ATTEMPTS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What a district of one size consists of."""

    area_m2: float
    avenues: int
    river_m: float
    styles: tuple[str, ...]  # of the compounds, in the order of their numbers
    houses: int  # of each village
    points: int
    others: tuple[tuple[str, float], ...]  # other plots, with how large they are to one another
    corners: tuple[str, ...]  # what takes a corner off a compound


_SCHEMES = {
    "small": Scheme(
        area_m2=240_000.0,
        avenues=0,
        river_m=16.0,
        styles=("old", "mid", "village"),
        houses=12,
        points=1,
        others=(("park", 1.0), ("depot", 0.8), ("hospital", 0.5), ("school", 0.9)),
        corners=("market",),
    ),
    "medium": Scheme(
        area_m2=1_200_000.0,
        avenues=2,
        river_m=22.0,
        styles=("old",) * 7 + ("mid",) * 3 + ("tower",) * 3 + ("village",),
        houses=36,
        points=2,
        others=(("park", 1.6), ("depot", 1.0), ("hospital", 0.6), ("school", 1.1), ("school", 1.2),
                ("office", 0.9), ("office", 0.7), ("works", 1.0), ("field", 1.0)),
        corners=("market", "market"),
    ),
    "subdistrict": Scheme(
        area_m2=4_000_000.0,
        avenues=3,
        river_m=30.0,
        styles=("old",) * 21 + ("mid",) * 11 + ("tower",) * 10 + ("village",) * 3,
        houses=50,
        points=6,
        others=(("park", 2.0), ("park", 1.2), ("park", 1.0), ("depot", 1.4), ("hospital", 0.9),
                *(("school", 1.1),) * 6, *(("office", 0.9),) * 9, *(("works", 1.2),) * 4,
                *(("field", 1.3),) * 4),
        corners=("market",) * 5,
    ),
}  # fmt: skip


def generate_district(
    size: str,
    seed: int,
    name: str = "合成街道",
    *,
    prefix: str = PREFIX,
    shift_m: Spot = (0.0, 0.0),
) -> District:
    """Make up a district; the same size, seed, prefix and place give the same one.

    Parameters
    ----------
    prefix
        First part of all codes.
    shift_m
        How far east and north of the usual place it lies, to set several side by side.

    Raises
    ------
    DistrictUnreadable
        If there is no such size.
    """
    if size not in SIZES:
        raise DistrictUnreadable(
            "district.size-unknown", size=size, mend="use one of " + ", ".join((*SIZES, "city"))
        )
    canvas, dice = _drawn(size, seed, prefix)
    place = placer(dice, shift_m)
    source = f"synthetic:{_VERSION}:{size}:{seed}"
    if (prefix, *shift_m) != (PREFIX, 0, 0):
        source += f":{prefix}:{shift_m[0]}:{shift_m[1]}"
    return District(
        name=name,
        attribution=SYNTHETIC_ATTRIBUTION,
        synthetic=True,
        seed=seed,
        source_digest=hashlib.sha256(source.encode()).hexdigest(),
        metric_crs=metric_crs_for(*ORIGIN),
        findings=(
            Finding(
                code="district.synthetic",
                place=name,
                facts={"size": size, "seed": seed},
            ),
        ),
        **{
            layer: layer_frame(layer, [row | {"geometry": place(row["geometry"])} for row in rows])
            for layer, rows in canvas.rows.items()
        },
    )


def _drawn(size: str, seed: int, prefix: str) -> tuple[Canvas, random.Random]:
    """Draw until everything fits; each attempt has dice of its own."""
    for attempt in range(_ATTEMPTS):
        dice = random.Random(f"{_VERSION}:{size}:{seed}:{attempt}")  # noqa: S311  a map, no secret
        try:
            return _draw(dice, size, Canvas(seed=seed, prefix=prefix)), dice
        except Unfit:
            continue
    msg = f"no district of size {size} fits its ground with seed {seed}"
    raise RuntimeError(msg)


def _draw(dice: random.Random, size: str, canvas: Canvas) -> Canvas:
    scheme = _SCHEMES[size]
    stairwells, _ = SIZES[size]
    ground = lay_ground(dice, scheme.area_m2, scheme.avenues, scheme.river_m)
    wants = _wants(dice, scheme, stairwells, sum(piece.area for piece in ground.land))
    parcels = share_out(dice, ground, wants)
    parcels += _corners(dice, scheme, parcels)
    streets = shapely.STRtree([s.line for s in ground.streets if not s.bridge])
    namer = Namer(dice)
    lived = _homes(canvas, dice, namer, [p for p in parcels if p.want.stairwells], streets)
    counts: dict[str, int] = {}
    for parcel in parcels:
        kind = parcel.want.kind
        if not parcel.want.stairwells:
            counts[kind] = counts.get(kind, -1) + 1
            surroundings.fill(canvas, dice, kind, parcel.plot, streets, count=counts[kind])
    _draw_water(canvas, ground, namer)
    _draw_streets(canvas, ground, namer)
    mark_sites(canvas, ground, lived, parcels, scheme.points)
    canvas.cut_ways()
    return canvas


def _wants(dice: random.Random, scheme: Scheme, stairwells: int, land_m2: float) -> list[Want]:
    """Say how many stairwells each compound has and how much ground everything needs."""
    styles = list(scheme.styles[:3])
    styles += dice.sample(scheme.styles[3:], len(scheme.styles) - 3)
    villages = styles.count("village")
    usual = {"old": 1.25, "mid": 0.9, "tower": 0.6}
    heavy = [usual[s] * dice.uniform(0.7, 1.45) if s in usual else 0.0 for s in styles]
    left = stairwells - villages * scheme.houses
    counts = [int(left * weight / sum(heavy)) for weight in heavy]
    counts = [
        max(count, 5) if w else scheme.houses for count, w in zip(counts, heavy, strict=True)
    ]
    biggest = max((n for n, w in enumerate(heavy) if w), key=lambda n: counts[n])
    while (missing := stairwells - sum(counts)) != 0:
        counts[biggest if missing < 0 else dice.choice([n for n, w in enumerate(heavy) if w])] += (
            1 if missing > 0 else -1
        )
    homes_wanted = [
        Want(
            kind=style,
            stairwells=count,
            area_m2=count * (GROUND_M2 if style == "village" else STYLES[style].ground_m2) + 3500,
        )
        for style, count in zip(styles, counts, strict=True)
    ]
    rest = land_m2 - sum(want.area_m2 for want in homes_wanted)
    total = sum(weight for _, weight in scheme.others)
    wants = list(homes_wanted)
    for kind, weight in dice.sample(scheme.others, len(scheme.others)):
        area = max(rest * weight / total, 9000.0)
        wants.insert(dice.randint(0, len(wants)), Want(kind=kind, area_m2=area))
    return wants


def _corners(dice: random.Random, scheme: Scheme, parcels: list[Parcel]) -> list[Parcel]:
    """Take corners for markets off walled compounds, which become L-shaped."""
    walled = [p for p in parcels if p.want.kind in ("old", "mid") and p.plot.area > 9000]  # noqa: PLR2004
    left = list(scheme.corners)
    taken = []
    for parcel in dice.sample(walled, len(walled)):
        if left and (cut := _corner(dice, parcel.plot)) is not None:
            parcel.plot = cut[0]
            taken.append(Parcel(want=Want(kind=left.pop()), face=parcel.face, plot=cut[1]))
    if left:
        raise Unfit
    return taken


def _corner(dice: random.Random, plot: Polygon) -> tuple[Polygon, Polygon] | None:
    """Part a plot in an L and its corner, if it has a corner to spare."""
    west, south, east, north = plot.bounds
    wide, high = (east - west) * 0.34, (north - south) * 0.3
    low, left = dice.choice((True, False)), dice.choice((True, False))
    x = west if left else east - wide
    y = south if low else north - high
    piece = plot.intersection(box(x, y, x + wide, y + high))
    rest = plot.difference(box(x, y, x + wide, y + high).buffer(3.0, join_style="mitre"))
    whole = all(part.geom_type == "Polygon" for part in (piece, rest))
    if not whole or piece.area < 0.6 * wide * high or piece.area < 700:  # noqa: PLR2004
        return None
    return _tidy(rest), _tidy(piece)


def _tidy(shape: Polygon) -> Polygon:
    tidy = shapely.set_precision(shape, 0.01)
    if tidy.geom_type != "Polygon":
        raise Unfit
    oriented: Polygon = shapely.orient_polygons(tidy)
    return oriented


def _homes(
    canvas: Canvas,
    dice: random.Random,
    namer: Namer,
    parcels: list[Parcel],
    streets: shapely.STRtree,
) -> list[homes.Home]:
    """Fill the compounds; what does not fit on one plot moves to others with room to spare."""
    filled: list[tuple[Parcel, Estate | Village]] = []
    for parcel in parcels:
        if parcel.want.kind == "village":
            village = settle(dice, parcel.face, parcel.plot, parcel.want.stairwells)
            filled.append((parcel, village))
        else:
            style = STYLES[parcel.want.kind]
            filled.append((parcel, build(dice, parcel.plot, style, parcel.want.stairwells)))
    estates = [(p, e) for p, e in filled if isinstance(e, Estate)]
    missing = sum(max(0, p.want.stairwells - e.stairwells) for p, e in estates)
    for parcel, estate in estates:
        spare = estate.stairwells - parcel.want.stairwells
        more = max(min(spare, missing), 0) if spare > 0 else spare
        missing -= max(more, 0)
        wanted = parcel.want.stairwells + more
        parcel.want = replace(parcel.want, stairwells=wanted)
        if wanted < 4:  # noqa: PLR2004  not worth a wall
            raise Unfit
        thin(dice, estate, wanted)
    if missing:
        raise Unfit
    return [
        homes.draw_estate(canvas, dice, namer, number=number, estate=what, streets=streets)
        if isinstance(what, Estate)
        else homes.draw_village(canvas, namer, number, parcel.plot, what)
        for number, (parcel, what) in enumerate(filled, start=1)
    ]


def _draw_water(canvas: Canvas, ground: Ground, namer: Namer) -> None:
    zh, en = namer.river
    for part in shapely.get_parts(ground.banks.difference(ground.water)):
        if part.geom_type == "Polygon" and part.area > 50:  # noqa: PLR2004
            canvas.add("areas", part, kind="park", name_zh="", name_en="")
    canvas.add("areas", ground.water, kind="water", name_zh=zh, name_en=en)


def _draw_streets(canvas: Canvas, ground: Ground, namer: Namer) -> None:
    names: dict[str, tuple[str, str]] = {}
    for street in ground.streets:
        if street.family not in names:
            names[street.family] = namer.street(street.family, street.highway)
        zh, en = names[street.family]
        canvas.ways.append(
            Way(
                line=street.line,
                highway=street.highway,
                name_zh=zh,
                name_en=en,
                covered=street.bridge,
            )
        )
