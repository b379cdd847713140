"""What all commands share: their options, their language, how they speak and refuse."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.i18n import LANGUAGES, Language, error_text, spoken, texts
from api.settings import DATABASE_VARIABLE, DEFAULT_DATABASE

if TYPE_CHECKING:
    from logistics.store.session import Database

ACTOR = "cli"
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)

_language: ContextVar[str] = ContextVar("language", default="")


def _choose_language(value: str) -> str:
    if value not in LANGUAGES:
        raise typer.BadParameter("zh, en")
    _language.set(value)
    return value


DatabaseOption = Annotated[
    str,
    typer.Option(
        "--database", envvar=DATABASE_VARIABLE, help="数据库 · sqlite:///FILE or postgresql://…"
    ),
]
LangOption = Annotated[
    str,
    typer.Option(
        "--lang",
        envvar="SUPPLYLOOP_LANG",
        callback=_choose_language,
        is_eager=True,
        help="语言 · language of what is said: zh, en",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON for programs")]

DATABASE = DEFAULT_DATABASE
LANG: Language = "zh"


def language() -> Language:
    """Return the language of this command."""
    chosen = _language.get() or os.environ.get("SUPPLYLOOP_LANG", LANG)
    return spoken(chosen) or LANG


def forget_language() -> None:
    """Return to the language of the environment: a command's option holds for that command."""
    _language.set("")


def now() -> datetime:
    """Return the instant of the command: the only clock of the command line."""
    return datetime.now(UTC)


@contextmanager
def opened(url: str) -> Iterator["Database"]:
    """Open the database of a command, its schema brought up to date, and close it after."""
    from logistics.store.session import open_database

    database = open_database(url)
    try:
        database.migrate()
        yield database
    finally:
        database.close()


def phrase(key: str, **facts: Any) -> str:
    """Return a text of the command line in its language."""
    text: str = texts(language())["cli"][key]
    return text.format(**facts)


def say(key: str, **facts: Any) -> None:
    """Print a text of the command line in its language."""
    typer.echo(visible(phrase(key, **facts)))


def print_json(value: Any) -> None:
    """Print a value for programs."""
    from api.plain import plain

    typer.echo(json.dumps(plain(value), ensure_ascii=False))


def complain(code: str, family: str, facts: dict[str, Any]) -> None:
    """Print one refusal: what happened, the facts, what to do."""
    text = error_text(code, family, facts, language())
    # a refusal's own mend is more exact, but English
    mend = str(facts.get("mend") or text.mend) if language() == "en" else text.mend
    lines = [f"{phrase('error')} {code}: {text.title}"]
    lines += [f"  {name}: {value}" for name, value in facts.items() if name != "mend"]
    lines.append(f"  → {mend}")
    typer.echo(visible("\n".join(lines)), err=True)


def visible(text: str) -> str:
    """Give a text that a terminal shows and does not obey: what is not seen becomes its escape.

    Control characters, marks that turn the reading round, and halves of characters.
    """
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
