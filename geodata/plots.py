"""Lay out the plots of a generated district: how many, how large, and what stands on each."""

import math
import random
from dataclasses import dataclass

STREET_M = 10.0  # from the middle of a street to a wall


STAIRWELL_M = 14.0  # width of a stairwell's part of a slab


DEPTH_M = 12.0


_ROW_M = 30.0


_WIDEST_ROW_M = 46.0


PATH_M = 4.5  # from a slab's north side to the path in front of its doors


SPINE_M = 7.0


MARGIN_M = 9.0


MOST_PER_SLAB = 4


_FLOWERS = (
    ("桂花", "Guihua"), ("梅花", "Meihua"), ("荷花", "Hehua"), ("兰花", "Lanhua"),
    ("玉兰", "Yulan"), ("海棠", "Haitang"), ("牡丹", "Mudan"), ("茶花", "Chahua"),
    ("紫薇", "Ziwei"), ("翠竹", "Cuizhu"), ("青松", "Qingsong"), ("银杏", "Yinxing"),
    ("香樟", "Xiangzhang"), ("月季", "Yueji"), ("杜鹃", "Dujuan"),
)  # fmt: skip


_KINDS = (("苑", "Court"), ("新村", "Village"), ("花园", "Garden"))


Spot = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Ground of one compound, inside its wall, with what is to stand on it."""

    number: int
    west: float
    south: float
    east: float
    north: float
    slabs: tuple[int, ...]  # stairwells of each slab
    levels: int
    name_zh: str
    name_en: str

    @property
    def middle(self) -> float:
        """Where the inner road from south to north runs."""
        return (self.west + self.east) / 2

    @property
    def rows(self) -> int:
        """Rows of slabs, two to a row."""
        return -(-len(self.slabs) // 2)

    def path_y(self, row: int) -> float:
        """Where the path in front of a row's doors runs; row 0 is the southernmost."""
        pitch = min((self.north - self.south - 2 * MARGIN_M) / self.rows, _WIDEST_ROW_M)
        return self.south + MARGIN_M + row * pitch + DEPTH_M + PATH_M


def lay_out(
    dice: random.Random, stairwells: int, compounds: int
) -> tuple[list[Plot], list[float], list[float]]:
    """Share stairwells out over compounds and lay these on a grid of streets."""
    shares = [stairwells // compounds] * compounds
    for number in range(stairwells % compounds):
        shares[number] += 1
    for _ in range(compounds * 2):  # some estates are larger than others
        giver, taker = dice.sample(range(compounds), 2)
        given = dice.randint(0, 3)
        if shares[giver] - given >= max(8, stairwells // compounds // 2):
            shares[giver] -= given
            shares[taker] += given
    slabs = [_slabs(dice, share) for share in shares]
    columns = math.ceil(math.sqrt(compounds))
    lanes = math.ceil(compounds / columns)
    half = MOST_PER_SLAB * STAIRWELL_M + SPINE_M + MARGIN_M
    xs = [0.0]
    for _ in range(columns):
        xs.append(xs[-1] + 2 * half + 2 * STREET_M + dice.randint(0, 12))
    ys = [0.0]
    for lane in range(lanes):
        most = max(-(-len(s) // 2) for s in slabs[lane * columns : (lane + 1) * columns])
        ys.append(ys[-1] + most * _ROW_M + 2 * MARGIN_M + 2 * STREET_M + dice.randint(0, 10))
    names = [
        (f"合成{flower}{kind}", f"Synthetic {flower_en} {kind_en}")
        for kind, kind_en in _KINDS
        for flower, flower_en in _FLOWERS
    ]
    dice.shuffle(names)
    plots = []
    for number, stock in enumerate(slabs):
        lane, column = divmod(number, columns)
        plots.append(
            Plot(
                number=number + 1,
                west=xs[column] + STREET_M,
                south=ys[lane] + STREET_M,
                east=xs[column + 1] - STREET_M,
                north=ys[lane + 1] - STREET_M,
                slabs=stock,
                levels=dice.choice((6, 6, 6, 7, 11, 18)),
                name_zh=names[number][0],
                name_en=names[number][1],
            )
        )
    return plots, xs, ys


def _slabs(dice: random.Random, stairwells: int) -> tuple[int, ...]:
    slabs: list[int] = []
    while (left := stairwells - sum(slabs)) > 0:
        slabs.append(left if left <= MOST_PER_SLAB else min(dice.choice((2, 3, 3, 4)), left))
    return tuple(slabs)
