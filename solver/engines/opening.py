"""Which kernel searches a problem: the one of plain routes where it knows all rules, or all."""

from solver.engines.chain import Chain
from solver.engines.compiled.layout import Inst, Ints
from solver.engines.plain.scope import is_plain


def open_search(inst: Inst, seed: int) -> Chain:
    """Begin a search without any route."""
    # Imported here: a kernel that is not needed is not loaded.
    if is_plain(inst):
        from solver.engines.plain.hall import PlainSearch  # noqa: PLC0415

        return PlainSearch(inst, seed)
    from solver.engines.compiled.hall import Search  # noqa: PLC0415

    return Search(inst, seed)


def completed(inst: Inst, rows: Ints, seed: int) -> Chain:
    """Start a search from rows, with what they leave out put in where it goes."""
    search = open_search(inst, seed)
    search.lay(rows)
    search.fill()
    return search
