"""Commands on suppliers and vans: import, export, show, suspend, clear."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.context import (
    ACTOR,
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    language,
    phrase,
    print_json,
    say,
    visible,
)
from api.cli.zones import (
    DistrictOption,
    FromOption,
    Ground,
    ReasonOption,
    UntilOption,
    changed,
    local,
    looked,
)

if TYPE_CHECKING:
    from logistics.domain.suppliers import InspectionState
    from logistics.exchange.tables import Finding
    from logistics.usecases.keep_suppliers import ImportReport, SupplierView

BAD_INPUT = 2
_SHOWN = 20

supplier_app = typer.Typer(help="供应商 · suppliers, their offers and state", no_args_is_help=True)
offers_app = typer.Typer(help="报价 · what suppliers offer", no_args_is_help=True)
van_app = typer.Typer(help="货车 · vans", no_args_is_help=True)
supplier_app.add_typer(offers_app, name="offers")

FileArgument = Annotated[Path, typer.Argument(help="表格 · .xlsx or .csv")]
CodeArgument = Annotated[str, typer.Argument(help="供应商编号 · code of the supplier")]


@supplier_app.command("import")
def import_suppliers(
    *,
    file: FileArgument,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """导入供应商 · Take suppliers and slots from a table; bad rows are named, others go in."""
    from logistics.usecases.keep_suppliers import import_suppliers as use

    _taken(lambda g: use(g.session, g.area.id, file, actor=ACTOR, at=g.at),
           database, district, file, as_json=as_json)  # fmt: skip


@offers_app.command("import")
def import_offers(
    *,
    file: FileArgument,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """导入报价 · Take offers from a table; offers that are not in it stay."""
    from logistics.usecases.keep_suppliers import import_offers as use

    _taken(lambda g: use(g.session, g.area.id, file, actor=ACTOR, at=g.at),
           database, district, file, as_json=as_json)  # fmt: skip


@van_app.command("import")
def import_vans(
    *,
    file: FileArgument,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """导入货车 · Take vans from a table."""
    from logistics.usecases.keep_suppliers import import_vans as use

    _taken(lambda g: use(g.session, g.area.id, file, actor=ACTOR, at=g.at),
           database, district, file, as_json=as_json)  # fmt: skip


@supplier_app.command("export")
def export_suppliers(
    *,
    file: FileArgument,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """导出供应商 · Write suppliers, slots and offers; as CSV suppliers alone."""
    from logistics.usecases.keep_suppliers import export_suppliers as use

    count, _ = looked(
        database, district, lambda g: use(g.session, g.area.id, file, language=language())
    )
    say("supplier.exported", count=count, path=file)


@offers_app.command("export")
def export_offers(
    *,
    file: FileArgument,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """导出报价 · Write all offers."""
    from logistics.usecases.keep_suppliers import export_offers as use

    count, _ = looked(
        database, district, lambda g: use(g.session, g.area.id, file, language=language())
    )
    say("supplier.exported", count=count, path=file)


@van_app.command("export")
def export_vans(
    *,
    file: FileArgument,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """导出货车 · Write all vans."""
    from logistics.usecases.keep_suppliers import export_vans as use

    count, _ = looked(
        database, district, lambda g: use(g.session, g.area.id, file, language=language())
    )
    say("supplier.exported", count=count, path=file)


@supplier_app.command("show")
def show(
    *,
    supplier: Annotated[str, typer.Argument(help="供应商编号 · without it, all")] = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """查看供应商 · Show suppliers and how they stand; of one, all that inspectors said."""
    from logistics.usecases.keep_suppliers import history, show_suppliers

    if supplier:
        said, zone = looked(database, district, lambda g: history(g.session, g.area.id, supplier))
        if as_json:
            print_json(said)
            return
        for one in said:
            since, until = local(one.since, zone), local(one.until, zone)
            state = phrase(f"supplier.state-{one.state.value}")
            typer.echo(f"{since} – {until}  {state}  {one.reason}  {one.actor}")
        return
    views, _ = looked(database, district, lambda g: show_suppliers(g.session, g.area.id, at=g.at))
    if as_json:
        print_json(views)
        return
    for view in views:
        _tell(view, lang)


def _tell(view: "SupplierView", lang: str) -> None:
    one = view.supplier
    say(
        "supplier.line",
        code=one.code,
        name=one.name_zh if lang == "zh" else one.name_en,
        kind=phrase(f"supplier.kind-{one.kind.value}"),
        offers=view.offers,
        minimum=f"{one.minimum_fen / 100:,.2f}",
        state=phrase(f"supplier.state-{view.state.value}"),
        reason=view.reason,
    )


@supplier_app.command("suspend")
def suspend(
    *,
    supplier: CodeArgument,
    reason: ReasonOption = "",
    look: Annotated[
        bool, typer.Option("--under-inspection", help="仅检查中 · looked at, not suspended")
    ] = False,
    since: FromOption = "now",
    until: UntilOption = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """暂停供应商 · Suspend a supplier: nothing is ordered from it; its open orders are marked."""
    from logistics.domain.suppliers import InspectionState

    state = InspectionState.UNDER_INSPECTION if look else InspectionState.SUSPENDED
    _state(supplier, state, reason, (since, until), (database, district), as_json=as_json)


@supplier_app.command("clear")
def clear(
    *,
    supplier: CodeArgument,
    reason: ReasonOption = "",
    since: FromOption = "now",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """恢复供应商 · Say that a supplier may be ordered from again."""
    from logistics.domain.suppliers import InspectionState

    _state(supplier, InspectionState.OK, reason, (since, ""), (database, district),
           as_json=as_json)  # fmt: skip


def _state(
    supplier: str,
    state: "InspectionState",
    reason: str,
    times: tuple[str, str],
    where: tuple[str, str],
    *,
    as_json: bool,
) -> None:
    from logistics.usecases.keep_suppliers import state_supplier

    since, until = times

    def deed(ground: Ground) -> Any:
        return state_supplier(
            ground.session,
            ground.area.id,
            supplier,
            state,
            reason=reason,
            since=ground.instant(since, "from"),
            until=ground.instant(until, "until") if until else None,
            actor=ACTOR,
            at=ground.at,
        )

    done = changed(*where, deed)
    if as_json:
        print_json(done)
        return
    say("supplier.stated", code=supplier, state=phrase(f"supplier.state-{state.value}"))
    for code in done.orders:
        say("supplier.order-marked", code=code)


def _taken(deed: Any, database: str, district: str, file: Path, *, as_json: bool) -> None:
    done: ImportReport = changed(database, district, deed)
    if as_json:
        print_json(done)
    else:
        _tell_findings(done.findings)
        say(
            "supplier.imported", file=file.name, rows=done.rows, added=done.added,
            changed=done.changed, left=len(done.findings),
        )  # fmt: skip
    if done.findings:
        raise typer.Exit(BAD_INPUT)


def _tell_findings(findings: "tuple[Finding, ...]") -> None:
    from api.i18n import error_text

    for one in findings[:_SHOWN]:
        text = error_text(one.code, "invalid", one.facts, language())
        mend = one.mend if language() == "en" else text.mend
        typer.echo(
            f"{one.sheet}:{one.line} {one.column}={visible(one.value)}: {text.title} → {mend}",
            err=True,
        )
    if len(findings) > _SHOWN:
        typer.echo(f"… {len(findings) - _SHOWN}", err=True)
