"""Teach the catalogue a word that people use for an item (学别名)."""

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.catalogue import Catalogue, Item
from logistics.domain.quantities import plain
from logistics.usecases.import_catalogue import import_catalogue

_WORD = re.compile(r"[^\W\d_]{2,16}(?: [^\W\d_]{1,16}){0,3}")
"""Letters and characters alone, and more than one: 澳龙, bok choy; neither 2 nor 鱼."""


def teach_alias(
    session: Session, known: Catalogue, item: Item, word: str, *, actor: str, at: datetime
) -> bool:
    """Let an item go by a further word from now on; say whether the word was free.

    A word that names something already, or could name several things, is left as it is, and so is
    what is hardly a word: numbers, single characters, whole sentences.
    """
    said = plain(word).strip()
    if not _WORD.fullmatch(said) or known.match(said) or said.lower() in known.ambiguous:
        return False
    taught = replace(item, aliases=(*item.aliases, said))
    report = import_catalogue(session, [taught], said=frozenset({"aliases"}), actor=actor, at=at)
    return bool(report.changed)
