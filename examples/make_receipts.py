"""What a morning at the markets really brings, made up by a stated rule and a seed.

Of the lines of all orders, in thousandths:

* 820 come as ordered;
* 90 come short: a quarter to nine tenths of what was ordered;
* 30 do not come at all;
* 30 come over: a tenth more;
* 20 come as another item of the same class, the whole of them;
* the rest comes as ordered, but a twentieth of it is damaged.

Where the class holds no other item, what would have been replaced comes as ordered.
"""

import csv
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

HEADER = ("order", "item", "quantity", "unit", "instead_of", "damaged", "provenance")


def make_receipts(
    lines: Sequence[tuple[str, str, int]],
    substitutes: Mapping[str, Sequence[str]],
    *,
    seed: int,
    path: Path,
) -> None:
    """Write a file of counts for ``supplyloop run receive``.

    Parameters
    ----------
    lines
        Order code, item's Chinese name and ordered quantity in base units.
    substitutes
        Per item, what of the same class a market may bring instead.
    """
    dice = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for order, item, ordered in sorted(lines):
            fate = dice.randrange(1000)
            others = sorted(substitutes.get(item, ()))
            came, instead_of, counted, damaged = item, "", ordered, 0
            if fate < 90:
                counted = ordered * dice.randint(25, 90) // 100
            elif fate < 120:
                continue  # what is not in the file did not come
            elif fate < 150:
                counted = ordered + ordered // 10
            elif fate < 170 and others:
                came, instead_of = dice.choice(others), item
            elif 170 <= fate < 180:
                damaged = ordered // 20
            papers = f"{order}-{dice.randrange(10**6):06d}"
            out.writerow((order, came, counted, "", instead_of, damaged or "", papers))
