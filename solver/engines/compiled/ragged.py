"""Rows of different lengths in one array."""

import numpy as np

from solver.engines.compiled.layout import NEVER, Ints


def wide(amounts: tuple[int, ...], dims: int) -> list[int]:
    return [*amounts, *[0] * (dims - len(amounts))]


def windows(windows: list[tuple[tuple[int, int], ...]]) -> Ints:
    width = max([1, *map(len, windows)])
    made = np.full((max(1, len(windows)), width, 2), NEVER, np.int64)
    for row, those in zip(made, windows, strict=False):
        for i, (start, end) in enumerate(those):
            row[i] = start, min(end, NEVER - 1)
    return made


def ragged(rows: list[tuple[int, ...]]) -> Ints:
    made = np.full((max(1, len(rows)), max([1, *map(len, rows)])), -1, np.int64)
    for row, those in zip(made, rows, strict=False):
        row[: len(those)] = those
    return made
