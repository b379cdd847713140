"""Languages: which one a reader wants, and the texts in it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class _Facts(dict[str, Any]):
    """Facts for a text; one that is not known shows as its name instead of failing the answer."""

    def __missing__(self, key: str) -> str:
        return f"‹{key}›"


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What happened and what to do about it."""

    title: str
    mend: str


@cache
def texts(language: str) -> Mapping[str, Any]:
    """Return all texts of a language, read once: the main file, and one for each topic."""
    folder = files("api.locale")
    merged = tomllib.loads(folder.joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    topics = folder.joinpath(language).iterdir()
    for topic in sorted(topics, key=lambda one: one.name):
        if topic.name.endswith(".toml"):
            _add(merged, tomllib.loads(topic.read_text(encoding="utf-8")), topic.name)
    return merged


def _add(to: dict[str, Any], more: Mapping[str, Any], source: str) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(to.get(key), dict):
            _add(to[key], value, source)
        elif key in to:
            message = f"{source} says '{key}' a second time"
            raise ValueError(message)
        else:
            to[key] = value


def error_text(code: str, family: str, facts: Mapping[str, Any], language: str) -> ErrorText:
    """Return title and mend of an error; a code without a text of its own speaks by its family."""
    errors = texts(language)["errors"]
    entry = errors.get(code) or errors[family if family in errors else "error"]
    known = _Facts(facts)
    return ErrorText(entry["title"].format_map(known), entry["mend"].format_map(known))


def has_text(code: str, language: str) -> bool:
    """Say whether an error code has a text of its own."""
    return code in texts(language)["errors"]


def negotiate(header: str | None, default: Language = "zh") -> Language:
    """Choose a language from an Accept-Language header.

    Notes
    -----
    Basic filtering of RFC 4647 with the quality values of RFC 9110; of equals the first wins.
    """
    best, best_quality = default, 0.0
    for part in (header or "").split(","):
        tag, _, parameter = part.strip().partition(";")
        wanted = tag.strip().lower().split("-")[0]
        quality = _quality(parameter)
        if quality > best_quality and (language := spoken(wanted)):
            best, best_quality = language, quality
    return best


def spoken(language: str) -> Language | None:
    """Return a language if there are texts in it."""
    return next((known for known in LANGUAGES if known == language), None)


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
