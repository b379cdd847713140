"""The catalogue that a new district starts with: what a household in Hangzhou buys.

Names, aliases and usual misspellings are everyday words; weights, volumes and what a 把 or 棵
holds are our estimates, to be mended by whoever weighs. A word that could be several items is no
alias of one of them but stands in ``ambiguous.csv``.
"""

from functools import cache
from importlib.resources import as_file, files

from logistics.domain.catalogue import Catalogue, ItemInvalid
from logistics.exchange.catalogue_files import read_ambiguous, read_items
from logistics.exchange.package_files import read_packages


@cache
def starting_catalogue() -> Catalogue:
    """Return the starting catalogue with its packages, read once.

    Raises
    ------
    ItemInvalid
        If its own data break a rule: a defect of the package.
    """
    folder = files(__name__)
    with as_file(folder / "items.csv") as path:
        read = read_items(path)
    with as_file(folder / "packages.csv") as path:
        packages = read_packages(path, Catalogue(read.items))
    for finding in (*read.findings, *packages.findings):
        raise ItemInvalid(file=__name__, **finding.facts)
    with as_file(folder / "ambiguous.csv") as path:
        return Catalogue(read.items, read_ambiguous(path), packages.packages)
