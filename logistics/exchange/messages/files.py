"""Messages in a file: JSON lines ``{"id", "message"}``, or text with one in each paragraph."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_SIGN_UP = re.compile(r"#\s?接龙|接龙|^\s*例[:：\s]", re.MULTILINE)
_PARAGRAPH = re.compile(r"\n[ \t\u3000]*(?:\n[ \t\u3000]*)+")


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message of a file; ``message`` is None where its line cannot be read."""

    ident: Any
    message: str | None


def messages_in(text: str) -> Iterator[Incoming]:
    """Yield the messages of a file, one for each line of JSON or each paragraph of text.

    A text is JSON if it begins with a brace. Paragraphs have their number as their id; a sign-up
    (接龙) is one message whatever its empty lines.
    """
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        for line in text.split("\n"):
            if line.strip("\ufeff \t\r"):
                yield _from_json(line)
        return
    clean = text.replace("\r\n", "\n")
    whole = bool(_SIGN_UP.search(clean))
    parts = [clean] if whole else _PARAGRAPH.split(clean)
    for number, part in enumerate((part for part in parts if part.strip()), start=1):
        yield Incoming(str(number), part)


def _from_json(line: str) -> Incoming:
    try:
        value = json.loads(line.strip("\ufeff \t\r"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        return Incoming(None, None)
    if not isinstance(value, dict):
        return Incoming(None, None)
    message = value.get("message")
    return Incoming(value.get("id"), message if isinstance(message, str) else None)


def _no_number(word: str) -> None:
    raise ValueError(word)


def to_json(value: Any) -> str:
    """Write a value as one line of JSON that any encoding of Unicode can carry."""
    told = json.dumps(value, ensure_ascii=False)
    return told.encode("utf-8", "backslashreplace").decode("utf-8")
