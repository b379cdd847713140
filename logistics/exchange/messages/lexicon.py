"""Names of goods as people write them, from one catalogue, found at any place of a text."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from logistics.domain.catalogue import Catalogue, Item
from logistics.exchange.messages.normalise import alike, fold_name
from logistics.exchange.messages.tokens import Goods, Token
from logistics.exchange.messages.vocabulary import vocabulary

_COST = {
    "name": 1.0,
    "alias": 1.0,
    "misspelling": 1.02,
    "picture": 1.1,
    "open": 1.05,
    "alike": 2.4,
}
_WORD_COST = 1.1
_SHORTER = 1e-3  # of two readings as good, the longer word wins


class Lexicon:
    """All words that may be read in messages: goods by every name, and the vocabulary's words."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._goods: dict[str, Goods] = {}
        self._lengths: dict[str, list[int]] = {}
        self._alike: dict[str, Goods] = {}
        self._words = vocabulary().kinds
        self._add_names()
        self._add_pictures()
        self._index()

    def at(self, plain: str, sounds: str, at: int) -> Iterator[tuple[Token, float]]:
        """Yield what begins at a place of a text, each with its cost.

        Parameters
        ----------
        sounds
            The same text with confused characters made alike.
        """
        for length in self._lengths.get(plain[at], ()):
            end = at + length
            word = plain[at:end]
            if len(word) < length or not _whole(plain, at, end):
                continue
            if goods := self._goods.get(word):
                cost = _COST[goods.how] - _SHORTER * length
                yield Token("item", at, end, goods), cost
            if kinds := self._words.get(word):
                cost = _WORD_COST if word[0].isalnum() else 0.0
                yield Token(kinds[0], at, end, also=kinds[1:]), cost - _SHORTER * length
        for length in self._sound_lengths.get(sounds[at], ()):
            end = at + length
            word = sounds[at:end]
            if len(word) == length and (goods := self._alike.get(word)):
                yield Token("item", at, end, goods), _COST["alike"] - _SHORTER * length

    def goods(self, word: str) -> Goods | None:
        """Return what a word names, if it names goods."""
        return self._goods.get(fold_name(word))

    def _add_names(self) -> None:
        for item in self.catalogue.asked_for:
            self._name(item.name_zh, Goods((item,), "name"))
        for item in self.catalogue.asked_for:
            for name in (item.name_en, *item.aliases):
                self._name(name, Goods((item,), "alias"))
        for word, item in self.catalogue.misspellings.items():
            self._name(word, Goods((item,), "misspelling"))
        for word, items in self.catalogue.ambiguous.items():
            self._name(word, Goods(items, "open"))
        for word, names in vocabulary().regional.items():
            found = next((g for name in names if (g := self.goods(name))), None)
            if found is not None:
                self._goods.setdefault(word, Goods(found.items, found.how))
        self._add_plurals()
        for word, goods in self._goods.items():
            if len(word) > 1 and not word.isascii() and goods.how != "open":
                self._alike.setdefault(alike(word), Goods(goods.items, "alike"))

    def _add_plurals(self) -> None:
        for word, goods in list(self._goods.items()):
            if word.isascii():
                for plural in _plurals(word):
                    self._goods.setdefault(plural, goods)

    def _name(self, name: str, goods: Goods) -> None:
        if word := fold_name(name):
            self._goods.setdefault(word, goods)

    def _add_pictures(self) -> None:
        for picture, names in vocabulary().pictures.items():
            found = next((g for name in names if (g := self.goods(name))), None)
            if found is not None:
                how = "open" if found.how == "open" else "picture"
                self._goods[fold_name(picture)] = Goods(found.items, how)

    def _index(self) -> None:
        lengths: dict[str, set[int]] = defaultdict(set)
        for word in (*self._goods, *self._words):
            lengths[word[0]].add(len(word))
        self._lengths = {char: sorted(found, reverse=True) for char, found in lengths.items()}
        sounds: dict[str, set[int]] = defaultdict(set)
        for word in self._alike:
            sounds[word[0]].add(len(word))
        self._sound_lengths = {char: sorted(found, reverse=True) for char, found in sounds.items()}

    def near(self, word: str) -> tuple[Item, ...]:
        """Return items whose names differ from a word by one character, at most three."""
        folded = fold_name(word)[:12]
        found: dict[str, Item] = {}
        for name in _one_off(folded, self._by_shape()):
            for item in self._goods[name].items[:1]:
                found.setdefault(item.id, item)
        return tuple(found.values())[:3]

    def _by_shape(self) -> Mapping[str, list[str]]:
        if not hasattr(self, "_shapes"):
            shapes: dict[str, list[str]] = defaultdict(list)
            for name in self._goods:
                if len(name) > 1:
                    for hole in range(len(name)):
                        shapes[name[:hole] + "_" + name[hole + 1 :]].append(name)
            self._shapes: Mapping[str, list[str]] = shapes
        return self._shapes


def _one_off(word: str, shapes: Mapping[str, list[str]]) -> Iterator[str]:
    for hole in range(len(word)):
        yield from shapes.get(word[:hole] + "_" + word[hole + 1 :], ())


def _plurals(word: str) -> tuple[str, ...]:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return (word[:-1] + "ies", word + "s")
    return (word + "s", word + "es")


def _whole(plain: str, start: int, end: int) -> bool:
    """Say whether a stretch does not cut a Latin word or a number in two."""
    first, last = plain[start], plain[end - 1]
    if first.isascii() and first.isalpha() and start:
        before = plain[start - 1]
        if before.isascii() and before.isalpha():
            return False
    if last.isascii() and last.isalpha() and end < len(plain):
        after = plain[end]
        return not (after.isascii() and (after.isalpha() or after == "'"))
    return True
