"""Words around goods, as ``vocabulary.toml`` lists them, read once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What is known about words that are no goods.

    ``kinds`` gives for each word all that it may be; ``script`` and ``alike`` map characters to
    the one that stands for them; ``pictures`` and ``regional``
    the names that an emoji or a word of a region may stand for.
    """

    kinds: Mapping[str, tuple[str, ...]]
    script: Mapping[str, str]
    alike: Mapping[str, str]
    pictures: Mapping[str, tuple[str, ...]]
    regional: Mapping[str, tuple[str, ...]]
    surnames: frozenset[str]
    double_surnames: tuple[str, ...]
    titles: tuple[str, ...]
    latin_surnames: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary that is shipped."""
    source = files("logistics.exchange.messages").joinpath("vocabulary.toml")
    told = tomllib.loads(source.read_text(encoding="utf-8"))
    kinds: dict[str, tuple[str, ...]] = {}
    for kind, words in told["kinds"].items():
        for word in words.split():
            kinds[word] = (*kinds.get(word, ()), kind)
    for kind, phrases in told["phrases"].items():
        for phrase in phrases:
            kinds[phrase] = (*kinds.get(phrase, ()), kind)
    script = told["script"]
    alike = {char: group[0] for group in reversed(told["alike"]["groups"]) for char in group}
    people = told["surnames"]
    return Vocabulary(
        kinds=MappingProxyType(kinds),
        script=MappingProxyType(
            dict(zip(script["traditional"], script["simplified"], strict=True))
        ),
        alike=MappingProxyType(alike),
        pictures=MappingProxyType({k: tuple(v) for k, v in told["pictures"].items()}),
        regional=MappingProxyType({k: tuple(v) for k, v in told["regional"].items()}),
        surnames=frozenset(people["single"]),
        double_surnames=tuple(people["double"].split()),
        titles=tuple(sorted(people["titles"].split(), key=len, reverse=True)),
        latin_surnames=frozenset(people["latin"].split()),
    )
