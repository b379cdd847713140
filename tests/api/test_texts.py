"""Every refusal declared in the sources has its own title and mend in each language."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from api.i18n import texts

ROOT = Path(__file__).parents[2]
PACKAGES = ("geodata", "solver", "logistics", "api")
LANGUAGES = ("zh", "en")
# what refuses on behalf of a class: faults of layers gathered, refusals made by a function
MAKERS = {"add", "_refused"}
CODE = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+")


@cache
def _texts(language: str) -> dict[str, dict[str, str]]:
    # a key declared twice is refused, within a file by tomllib and across files by the reader
    loaded: dict[str, dict[str, str]] = texts(language)["errors"]
    return loaded


def _trees() -> list[tuple[Path, ast.Module]]:
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return [
        (file.relative_to(ROOT), ast.parse(file.read_text(encoding="utf-8"))) for file in files
    ]


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _refusals(trees: list[tuple[Path, ast.Module]]) -> set[str]:
    """Name all classes that are exceptions, however far down."""
    parents = {
        node.name: {_name(parent) for parent in node.bases}
        for _, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"Exception", "ValueError", "SupplyLoopError"}
    while more := {name for name, over in parents.items() if over & known} - known:
        known |= more
    return known


def _codes(tree: ast.Module, refusals: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in refusals:
            yield from _declared(node)
        elif isinstance(node, ast.Call) and _name(node.func) in refusals | MAKERS and node.args:
            yield from _constant(node.args[0])


def _declared(refusal: ast.ClassDef) -> Iterator[str]:
    for node in ast.walk(refusal):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if _name(target) == "code":
                yield from _constant(node.value)


def _constant(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _constant(node.body)
        yield from _constant(node.orelse)
    elif isinstance(node, ast.Constant) and CODE.fullmatch(str(node.value)):
        yield str(node.value)


@cache
def _said() -> dict[str, str]:
    trees = _trees()
    refusals = _refusals(trees)
    return {code: str(file) for file, tree in trees for code in _codes(tree, refusals)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_a_text_of_its_own(language: str) -> None:
    said = _said()
    assert len(said) > 150  # the sources were found and read

    missing = {code: file for code, file in said.items() if code not in _texts(language)}

    assert not missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_says_what_happened_and_what_to_do(language: str) -> None:
    thin = [
        code
        for code, text in _texts(language).items()
        if set(text) != {"title", "mend"} or not all(one.strip() for one in text.values())
    ]

    assert not thin


def test_both_languages_tell_the_same_refusals() -> None:
    assert set(_texts("zh")) == set(_texts("en"))


def test_chinese_texts_are_chinese() -> None:
    # a Latin text among the Chinese was forgotten, not meant
    foreign = [
        code
        for code, text in _texts("zh").items()
        if not re.search(r"[一-鿿]", text["title"]) or not re.search(r"[一-鿿]", text["mend"])
    ]

    assert not foreign
