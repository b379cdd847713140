"""How a child process speaks to its supervisor: framed messages, and plans taken as they come.

Nothing that arrives is trusted: a frame may be cut off or be no frame at all, and what is in it
may be of any type. Only the classes of :mod:`solver.plan` are ever built from it.
"""

import dataclasses
import io
import operator
import os
import pickle
import struct
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from typing_extensions import override

from solver import plan as plans
from solver.plan import Plan

_HEADER: Final = struct.Struct("<4sBQ")
_MAGIC: Final = b"SLp1"
_LARGEST: Final = 1 << 28
"""Bytes of the longest message that is taken; a plan of 10,000 stops has some 2 MB."""

_MOST_ITEMS: Final = 1_000_000
"""Routes, steps and what is left out, together, of the largest plan that is taken."""

_CHUNK: Final = 1 << 20


class Kind(IntEnum):
    """What a message tells."""

    FINAL = 1  # the plan that the engine returned
    BETTER = 2  # a plan on the way
    FIGURES = 3  # what a plan on the way leaves out and costs
    LINE = 4  # a line for people
    FAILED = 5  # why there is no plan
    REFUSED = 6  # why there can be none, whoever searches


class Garbage(ValueError):
    """What came from an engine is not what it should be."""

    code = "engine.garbage"

    def __init__(self, what: str) -> None:
        self.facts = {"what": what}
        super().__init__(what)


def send(descriptor: int, kind: Kind, value: object) -> None:
    """Write one message, however long the reader takes."""
    body = pickle.dumps(value, protocol=5)
    view = memoryview(_HEADER.pack(_MAGIC, kind, len(body)) + body)
    while view:
        view = view[os.write(descriptor, view) :]


@dataclass(slots=True)
class Inbox:
    """Messages put together from what a pipe gives, piece by piece; never waits."""

    descriptor: int
    ended: bool = False
    _held: bytearray = field(default_factory=bytearray)

    def read(self) -> Iterator[tuple[Kind, bytes]]:
        """Take one piece from a pipe that has something, and give the messages it completes.

        Raises
        ------
        Garbage
            If something else than messages comes.
        """
        try:
            piece = os.read(self.descriptor, _CHUNK)
        except BlockingIOError:
            return
        self.ended = not piece
        self._held += piece
        at = 0
        while len(self._held) - at >= _HEADER.size:
            magic, kind, length = _HEADER.unpack_from(self._held, at)
            if magic != _MAGIC or length > _LARGEST or kind not in Kind.__members__.values():
                raise Garbage("bytes that are no message")
            end = at + _HEADER.size + length
            if len(self._held) < end:
                break
            yield Kind(kind), bytes(self._held[at + _HEADER.size : end])
            at = end
        del self._held[:at]

    @property
    def broken_off(self) -> bool:
        """Whether the pipe ended inside a message."""
        return self.ended and bool(self._held)


class _OnlyPlans(pickle.Unpickler):
    @override
    def find_class(self, module: str, name: str) -> Any:
        known = getattr(plans, name, None)
        if module == plans.__name__ and isinstance(known, type):
            return known
        if module.partition(".")[0] == "numpy" and name in ("scalar", "dtype"):
            return super().find_class(module, name)
        what = f"an object of {module}.{name}"
        raise Garbage(what)


def unpacked(body: bytes) -> object:
    """Give what a message holds.

    Raises
    ------
    Garbage
        If it is no pickle, or one of strange objects.
    """
    try:
        return _OnlyPlans(io.BytesIO(body)).load()
    except Garbage:
        raise
    except Exception as error:  # a broken pickle may raise anything
        what = f"a message that cannot be read: {type(error).__name__}"
        raise Garbage(what) from error


def plan_from(value: object) -> Plan:
    """Give a plan whose every field has its type; NumPy's integers become plain ones.

    Raises
    ------
    Garbage
        If it is no plan, or a field has another type.
    """
    if not isinstance(value, Plan):
        what = f"{type(value).__name__} where a plan belongs"
        raise Garbage(what)
    # A message may speak of one object a million times.
    if _items(value) > _MOST_ITEMS:
        what = "a plan without end"
        raise Garbage(what)
    taken: Plan = _built(Plan, value)
    return taken


def _items(plan: Plan) -> int:
    try:
        stops = sum(len(route.steps) for route in plan.routes[:_MOST_ITEMS])
        return len(plan.routes) + len(plan.unassigned) + stops
    except (TypeError, AttributeError) as error:
        what = "a plan whose routes are none"
        raise Garbage(what) from error


_Reader = Callable[[Any], Any]
_readers: dict[type, dict[str, _Reader]] = {}


def _built(cls: Any, value: object) -> Any:
    if type(value) is not cls:
        what = f"{type(value).__name__} where {cls.__name__} belongs"
        raise Garbage(what)
    if cls not in _readers:
        hints = typing.get_type_hints(cls)
        _readers[cls] = {name: _reader(hint) for name, hint in hints.items()}
    fields = {}
    for name, read in _readers[cls].items():
        try:
            fields[name] = read(getattr(value, name))
        except (TypeError, AttributeError) as error:
            what = f"{cls.__name__}.{name} has a wrong type"
            raise Garbage(what) from error
    return cls(**fields)


def _reader(hint: Any) -> _Reader:
    """Give the function that takes a value of a type hint, or raises TypeError."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return lambda value: _built(typing.cast("type", hint), value)
    if origin is tuple:
        return _tuple_of(_reader(args[0]))
    if origin is dict:
        return _dict_of(_reader(args[0]), _reader(args[1]))
    if origin in (types.UnionType, typing.Union):
        return _one_of([_reader(arg) for arg in args])
    plain: dict[Any, _Reader] = {int: _int, float: _float, str: _str, bool: _bool}
    return plain.get(hint, _none)


def _tuple_of(read: _Reader) -> _Reader:
    def taken(value: Any) -> Any:
        if not isinstance(value, tuple):
            raise TypeError
        return tuple(map(read, value))

    return taken


def _dict_of(read_key: _Reader, read: _Reader) -> _Reader:
    def taken(value: Any) -> Any:
        if not isinstance(value, dict):
            raise TypeError
        return {read_key(key): read(one) for key, one in value.items()}

    return taken


def _one_of(readers: list[_Reader]) -> _Reader:
    def taken(value: Any) -> Any:
        for read in readers:
            try:
                return read(value)
            except TypeError:
                continue
        raise TypeError

    return taken


def _int(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError
    return operator.index(value)


def _float(value: Any) -> float:
    if isinstance(value, (str, bytes, bool)):
        raise TypeError
    return float(value)


def _str(value: Any) -> str:
    if type(value) is not str:
        raise TypeError
    return value


def _bool(value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError
    return value


def _none(value: Any) -> None:
    if value is not None:
        raise TypeError
