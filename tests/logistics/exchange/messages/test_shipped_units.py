"""Every unit of the starting catalogue can be read in a message."""

from logistics.exchange.messages.amounts import is_unit
from logistics.exchange.messages.shipped import shipped_lexicon


def test_each_unit_of_the_starting_catalogue_is_a_known_word() -> None:
    items = shipped_lexicon().catalogue.items
    strange = {unit for item in items for unit in item.known_units() if not is_unit(unit)}
    assert strange == set()
