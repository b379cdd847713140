"""Lexicons without a database: of the catalogue that is shipped, or of one in a file."""

from functools import cache
from os import PathLike

from logistics.domain.catalogue import Catalogue, Item
from logistics.domain.setup import ItemSetup
from logistics.exchange.catalogue_files import read_items
from logistics.exchange.messages.lexicon import Lexicon
from logistics.exchange.setup_files import read_catalogue
from logistics.exchange.starting import starting_catalogue
from logistics.exchange.tables import TableUnreadable


@cache
def shipped_lexicon() -> Lexicon:
    """Return the words of the starting catalogue."""
    return Lexicon(starting_catalogue())


def lexicon_in(path: str | PathLike[str]) -> Lexicon:
    """Return the words of a catalogue in a file: a table of items, or a setup's catalogue.

    Raises
    ------
    TableUnreadable
        If the file is neither.
    ItemInvalid
        If the catalogue breaks a rule.
    """
    try:
        items = read_items(path).items
    except TableUnreadable:
        rows, _ = read_catalogue(path)
        if not rows:
            raise
        names = [name for name in ItemSetup.__slots__ if name != "origin"]
        items = tuple(Item(**{name: getattr(row, name) for name in names}) for row in rows)
    return Lexicon(Catalogue(items))
