"""Matrices of a model: from its edges, or straight lines between its coordinates."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from solver.arguments import ArgumentInvalid
from solver.model_parts import Edge, Location, Profile
from solver.problem import UNREACHABLE, IntMatrix, Matrix


def matrices_of(
    locations: Sequence[Location],
    profiles: Sequence[Profile],
    edges: Sequence[Edge],
    given: Mapping[str, Matrix],
) -> dict[str, Matrix]:
    """Make one matrix per profile.

    An edge of a profile goes before one of all, and either before a ``given`` matrix; of several
    between the same two locations the last counts. Where there is none, no way leads. A model
    without any edge is travelled in straight lines, rounded to whole numbers.
    """
    if not edges and not given and not any(profile.edges for profile in profiles):
        line = _straight(locations)
        return {profile.name: line for profile in profiles}
    return {
        profile.name: _of_edges(len(locations), (*edges, *profile.edges), given.get(profile.name))
        for profile in profiles
    }


def _straight(locations: Sequence[Location]) -> Matrix:
    for location in locations:
        if location.x is None or location.y is None:
            raise ArgumentInvalid(
                "x", None, f"location {location.index} has no coordinates: give them or add edges"
            )
    at = np.array([(here.x, here.y) for here in locations], dtype=float).reshape(-1, 2)
    apart = np.hypot(at[:, None, 0] - at[None, :, 0], at[:, None, 1] - at[None, :, 1])
    return _matrix(np.rint(apart).astype(np.int64), np.rint(apart).astype(np.int64))


def _of_edges(size: int, edges: Iterable[Edge], given: Matrix | None) -> Matrix:
    edges = tuple(edges)
    if given is not None and not edges and len(given.duration_s) == size:
        return given
    duration_s, distance_m = _empty(size), _empty(size)
    if given is not None:
        if not np.array_equal(given.cost, given.duration_s):
            mend = "this problem's matrices have costs of their own: change them there"
            raise ArgumentInvalid("add_edge", len(edges), mend)
        known = len(given.duration_s)
        duration_s[:known, :known] = given.duration_s
        distance_m[:known, :known] = given.distance_m
    for edge in edges:
        duration_s[edge.frm.index, edge.to.index] = edge.duration
        distance_m[edge.frm.index, edge.to.index] = edge.distance
    return _matrix(duration_s, distance_m)


def _empty(size: int) -> IntMatrix:
    matrix = np.full((size, size), UNREACHABLE, dtype=np.int64)
    np.fill_diagonal(matrix, 0)
    return matrix


def _matrix(duration_s: IntMatrix, distance_m: IntMatrix) -> Matrix:
    duration_s.setflags(write=False)
    distance_m.setflags(write=False)
    return Matrix(duration_s=duration_s, distance_m=distance_m, cost=duration_s)
