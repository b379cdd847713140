"""Commands on the catalogue: catalogue import, check, show, export."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli.context import (
    ACTOR,
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    language,
    now,
    opened,
    phrase,
    print_json,
    say,
)

if TYPE_CHECKING:
    from logistics.domain.catalogue import Catalogue, Item
    from logistics.exchange.catalogue_book import CatalogueBook
    from logistics.exchange.tables import Finding

app = typer.Typer(help="商品目录 · what can be asked for, and packages", no_args_is_help=True)

_FAULTY = 2  # the exit code where a row was left out


@app.command("import")
def import_file(
    *,
    file: Annotated[
        Path | None, typer.Argument(help="XLSX CSV · without one, the starting catalogue")
    ] = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """导入商品目录 · Take in items and packages, by name; a bad row is told, the rest goes in.

    Exit code 2 if a row was left out.
    """
    from logistics.store import catalogue
    from logistics.usecases.import_catalogue import import_catalogue

    with opened(database) as db, db.transaction() as session:
        book = _read(file, catalogue.load(session))
        report = import_catalogue(
            session,
            book.items,
            book.packages,
            ambiguous=book.ambiguous,
            said=book.said,
            actor=ACTOR,
            at=now(),
        )
    refused = [(error.code, dict(error.facts)) for error in report.refused]
    if as_json:
        print_json(
            {
                "added": report.added,
                "changed": report.changed,
                "unchanged": report.unchanged,
                "packages_added": report.packages_added,
                "packages_changed": report.packages_changed,
                "refused": [{"code": code, **facts} for code, facts in refused],
                "findings": book.findings,
                "ignored": book.ignored,
            }
        )
    else:
        say(
            "catalogue.imported",
            added=len(report.added),
            changed=len(report.changed),
            unchanged=report.unchanged,
            packages=len(report.packages_added) + len(report.packages_changed),
        )
        _tell(book)
        for code, facts in refused:
            _tell_refused(code, facts)
    if refused or book.findings:
        raise typer.Exit(_FAULTY)


@app.command("check")
def check_file(
    *,
    file: Annotated[Path, typer.Argument(help="XLSX CSV")],
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """核对文件 · Read a file and tell what is wrong with it; needs no database.

    Exit code 2 if a row would be left out.
    """
    from logistics.domain.catalogue import Catalogue

    book = _read(file, Catalogue([]))
    if as_json:
        print_json(
            {
                "items": len(book.items),
                "packages": len(book.packages),
                "findings": book.findings,
                "ignored": book.ignored,
            }
        )
    else:
        say("catalogue.checked", items=len(book.items), packages=len(book.packages))
        _tell(book)
    if book.findings:
        raise typer.Exit(_FAULTY)


@app.command("show")
def show(
    *,
    name: Annotated[str, typer.Argument(help="商品或套餐 · an item or a package")] = "",
    history: Annotated[
        bool, typer.Option("--history", help="历次版本 · what it was from when on")
    ] = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """查看 · Show what the catalogue holds, or one item by any of its names."""
    from logistics.store import catalogue
    from logistics.usecases.import_catalogue import facts_of

    with opened(database) as db, db.read() as session:
        goods = catalogue.load(session)
        if not name:
            _show_all(goods, as_json=as_json)
            return
        item = goods.get(name)
        versions = catalogue.versions_of(session, item.id) if history else ()
    package = goods.packages.get(item.id)
    if as_json:
        said = [{"at": at, "actor": actor, **facts} for at, actor, facts in versions]
        print_json(
            {**facts_of(item), "package": package, "versions": said} if history
            else {**facts_of(item), "package": package}
        )  # fmt: skip
        return
    _show_one(item)
    if package is not None:
        for part in package.parts:
            typer.echo(f"  {part.item} {part.base_count} {goods.get(part.item).base}")
    for at, actor, facts in versions:
        units = "；".join(f"{unit}={count}" for unit, count in facts["units"].items())
        typer.echo(f"  {at.isoformat(timespec='seconds')}  {actor or '-'}  {units}")


@app.command("export")
def export(
    *,
    file: Annotated[Path, typer.Argument(help="XLSX CSV")],
    kind: Annotated[
        Literal["", "xlsx", "csv"], typer.Option("--format", help="文件格式 · else by its ending")
    ] = "",
    packages: Annotated[
        bool, typer.Option("--packages", help="只要套餐 · packages alone")
    ] = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """导出 · Write the catalogue as a workbook, or its items or packages as CSV."""
    from logistics.exchange.catalogue_book import write_catalogue, write_packages
    from logistics.store import catalogue

    target = (
        file if not kind or file.suffix == f".{kind}" else file.with_name(f"{file.name}.{kind}")
    )
    with opened(database) as db, db.read() as session:
        goods = catalogue.load(session)
    write = write_packages if packages else write_catalogue
    write(target, goods, language=language())
    say("catalogue.exported", file=target, items=len(goods.items), packages=len(goods.packages))


def _read(file: Path | None, known: "Catalogue") -> "CatalogueBook":
    from logistics.exchange.catalogue_book import read_catalogue, starting_book

    return starting_book() if file is None else read_catalogue(file, known)


def _tell(book: "CatalogueBook") -> None:
    for one in book.findings:
        _tell_finding(one)
    if book.ignored:
        say("catalogue.ignored", headers="、".join(book.ignored))


def _tell_finding(one: "Finding") -> None:
    from api.i18n import error_text

    text = error_text(one.code, "invalid", one.facts, language())
    where = " ".join(part for part in (one.sheet, str(one.line), one.column) if part)
    mend = one.mend if language() == "en" else text.mend
    typer.echo(f"  ! {where}  {one.value!r}  {text.title}  → {mend}")


def _tell_refused(code: str, facts: dict[str, str | int]) -> None:
    from api.i18n import error_text

    code = "catalogue.word-taken" if facts.get("belongs_to") else code
    text = error_text(code, "invalid", facts, language())
    typer.echo(f"  ! {facts.get('item', '')}  {facts.get('value', '')!r}  {text.title}")


def _show_all(goods: "Catalogue", *, as_json: bool) -> None:
    from logistics.usecases.import_catalogue import facts_of

    if as_json:
        print_json(
            {
                "items": [facts_of(item) for item in goods.items],
                "packages": list(goods.packages.values()),
                "ambiguous": {
                    word: [item.name_zh for item in items]
                    for word, items in goods.ambiguous.items()
                },
            }
        )
        return
    say("catalogue.holds", items=len(goods.items), packages=len(goods.packages))
    by_category: dict[str, list[str]] = {}
    for item in goods.items:
        by_category.setdefault(item.category, []).append(item.name_zh)
    for category, names in sorted(by_category.items()):
        typer.echo(f"  {_word(category)} {len(names)}  {_some(names)}")
    for package in goods.packages.values():
        typer.echo(
            f"  {package.name_zh} v{package.version}  {_some(p.item for p in package.parts)}"
        )


def _show_one(item: "Item") -> None:
    typer.echo(f"{item.name_zh} · {item.name_en} · {_word(item.category)}")
    rows = {
        "aliases": "、".join(item.aliases),
        "misspellings": "、".join(item.misspellings),
        "units": "、".join(f"{unit}={count}" for unit, count in item.units.items()),
        "limit": item.household_limit,
    }
    for key, value in rows.items():
        if value:
            typer.echo(f"  {phrase(f'catalogue.{key}')}  {value}")


def _word(category: str) -> str:
    from logistics.exchange.catalogue_tables import CATEGORIES

    words = CATEGORIES.get(category, ("套餐", "package"))
    return words[0 if language() == "zh" else 1]


def _some(names: Iterable[str], count: int = 12) -> str:
    listed = list(names)
    return "、".join(listed[:count]) + (" …" if len(listed) > count else "")
